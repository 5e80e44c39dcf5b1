import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TERMS } from '../../../../src/domain/terms.ts';
import type { HarvestInput } from '../../../../src/metadata/harvest-types.ts';
import { VENDOR_TAG_NUMBERS } from '../../../../src/metadata/vendor-tags.ts';
import type { PeersFields } from '../../../../src/metadata/vendors/page.ts';
import { vendorsPage } from '../../../../src/metadata/vendors/page.ts';
import { VENDOR_READERS } from '../../../../src/metadata/vendors/registry.ts';
import { readerInto, readTiffFacts } from '../../../../src/pipeline/tiff-facts.ts';
import { memorySource } from '../../../../src/raster/memory-source.ts';
import { readTiff } from '../../../../src/raster/tiff-directory.ts';
import { pairSidecars } from '../../../../src/watcher/pair-sidecars.ts';
import { sharedDir } from '../../../shared-folder.ts';
import { WHOLE_HEADERS } from './whole-headers.ts';

const docs = resolve(import.meta.dirname, '../../../../docs');
const peers = JSON.parse(readFileSync(join(docs, 'peers-fields.json'), 'utf8')) as PeersFields;
const samples = join(sharedDir() ?? '', 'samples/headers');

/** What the readers may look at of each real picture. */
async function realInputs(): Promise<HarvestInput[]> {
  const inputs: HarvestInput[] = [];
  for (const folder of readdirSync(samples).filter((name) => statSync(join(samples, name)).isDirectory())) {
    const names = readdirSync(join(samples, folder));
    const pictures = names.filter((name) => /\.tiff?$/.test(name));
    const others = names.filter((name) => !pictures.includes(name));
    for (const name of pictures) {
      const file = readFileSync(join(samples, folder, name));
      const tiff = await readTiff(memorySource(file));
      const { widthPx, heightPx } = tiff.pages[0].image ?? { widthPx: 1, heightPx: 1 };
      const texts = others.length === 1 ? others : pairSidecars(pictures, others).sidecarsOf(name);
      const sidecars = texts.map((text) => ({ name: text, bytes: readFileSync(join(samples, folder, text)) }));
      const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
      inputs.push({ fileName: name, ...facts, sidecars, image: { widthPx, heightPx }, readAt: readerInto(file) });
    }
  }
  return inputs;
}

/** Terms that a reader of this form states, with the key of each, as far as `inputs` have its header. */
function stated(id: string, inputs: readonly HarvestInput[]): Map<string, string> {
  const terms = new Map<string, string>();
  for (const reader of VENDOR_READERS.filter(({ form }) => form.id === id)) {
    for (const input of inputs) {
      const found = reader.detect(input);
      for (const { term, key } of found === undefined ? [] : reader.read(found.bytes, input).terms) {
        terms.set(term, key);
      }
    }
  }
  return terms;
}

const forms = VENDOR_READERS.map(({ form }) => form);

describe('docs/vendors.md', () => {
  it('is what the tables of the readers say', () => {
    expect(readFileSync(join(docs, 'vendors.md'), 'utf8')).toBe(vendorsPage(VENDOR_READERS, peers));
  });

  it('leaves out of a table what nobody reads, and names it below', () => {
    const sections = vendorsPage(VENDOR_READERS, peers).split('\n## ');
    const section = (title: string) => sections.find((text) => text.startsWith(title)) ?? '';
    expect(section('ImageJ').match(/^\| `\w+`/gm)).toEqual(
      ['field_of_view_x', 'field_of_view_y', 'pixel_size_x', 'pixel_size_y'].map((term) => `| \`${term}\``),
    );
    expect(section('ImageJ')).toMatch(/^Nobody reads, .*: `beam`, /m);
    // Read by NexusLIMS alone.
    expect(section('Zeiss Atlas')).toMatch(/^\| `deceleration_voltage` \| – \| DetectorInfo Stage Bias /m);
    expect(section('Philips XL')).toContain('| derived: field of view / columns |');
  });

  it('has a form of its own for every reader', () => {
    expect(new Set(forms.map(({ id }) => id)).size).toBe(VENDOR_READERS.length);
  });

  it('cites a source for what others read, and only of terms that exist', () => {
    expect(Object.keys(peers.forms).filter((id) => !forms.some((form) => form.id === id))).toEqual([]);
    for (const [form, readings] of Object.entries(peers.forms)) {
      for (const [peer, { source, fields }] of Object.entries(readings)) {
        expect(peers.peers, form).toContain(peer);
        expect(source, `${form}, ${peer}`).toMatch(/^[\w-]+\/[\w-]+: .+(?:commit [0-9a-f]{10}|release \d)/);
        expect(Object.keys(fields).filter((term) => !Object.hasOwn(TERMS, term))).toEqual([]);
      }
    }
  });
});

describe.each(forms)('the fields of $id', ({ id, fields }) => {
  const declared = fields.map(({ term }) => term).toSorted();

  it('name each term once', () => {
    expect(new Set(declared).size).toBe(declared.length);
  });

  it('are what the reader states of a whole header, no more and no less', () => {
    expect([...stated(id, WHOLE_HEADERS[id] ?? []).keys()].toSorted()).toEqual(declared);
  });

  it('name the key that the reader notes', () => {
    const keys = stated(id, WHOLE_HEADERS[id] ?? []);
    for (const { term, from } of fields.filter(({ how }) => how === 'read')) {
      // A record names the section ("EBeam") where the page says "active beam".
      const words = keys.get(term)?.match(/\w{2,}/g) ?? [];
      expect(
        words.some((word) => from.split(/\W+/).includes(word)),
        `${term}: ${from} and ${keys.get(term) ?? ''}`,
      ).toBe(true);
    }
  });
});

describe.skipIf(sharedDir() === undefined)('on real headers', () => {
  it('every reader states only what its form declares', async () => {
    const inputs = await realInputs();
    for (const { id, fields } of forms) {
      const declared = new Set<string>(fields.map(({ term }) => term));
      expect(
        [...stated(id, inputs).keys()].filter((term) => !declared.has(term)),
        id,
      ).toEqual([]);
    }
    expect(stated('fei', inputs).size + stated('zeiss', inputs).size).toBeGreaterThan(70);
  });

  it('a form is marked as unseen where no file has it, and only there', async () => {
    const inputs = await realInputs();
    const unseen = VENDOR_READERS.filter(({ detect }) => inputs.every((input) => detect(input) === undefined));
    expect(forms.filter((form) => form.unseen === true).map(({ id }) => id)).toEqual(unseen.map(({ form }) => form.id));
  });
});
