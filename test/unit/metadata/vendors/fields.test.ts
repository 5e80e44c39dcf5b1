import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TERMS } from '../../../../src/domain/terms.ts';
import type { HarvestInput } from '../../../../src/metadata/harvest-types.ts';
import { VENDOR_TAG_NUMBERS } from '../../../../src/metadata/vendor-tags.ts';
import type { PeersFields } from '../../../../src/metadata/vendors/page.ts';
import { vendorsPage } from '../../../../src/metadata/vendors/page.ts';
import { VENDOR_READERS } from '../../../../src/metadata/vendors/registry.ts';
import { readTiffFacts } from '../../../../src/pipeline/tiff-facts.ts';
import { memorySource } from '../../../../src/raster/memory-source.ts';
import { readTiff } from '../../../../src/raster/tiff-directory.ts';
import { pairSidecars } from '../../../../src/watcher/pair-sidecars.ts';
import { sharedDir } from '../../../shared-folder.ts';
import { latin1, sidecarInput, tagInput } from '../harvest-input.ts';

const docs = resolve(import.meta.dirname, '../../../../docs');
const peers = JSON.parse(readFileSync(join(docs, 'peers-fields.json'), 'utf8')) as PeersFields;
const samples = join(sharedDir() ?? '', 'samples/headers');

/** Headers with the places that rules alone do not name. */
const SIMULATED: Record<string, HarvestInput> = {
  fei: tagInput(
    34682,
    `[User]\nUserText=Ni\nDate=02/13/2020\nTime=08:08:14 PM\n[Beam]\nBeam=EBeam\nScan=EScan\nSpot=3\n[EBeam]\nHFW=0.0002\nHV=5000
[Image]\nResolutionX=1536\nResolutionY=1024\nMagCanvasRealWidth=0.2\n[System]\nType=SEM\n[PrivateFei]\nDatabarHeight=79\n`,
  ),
  zeiss: tagInput(
    34118,
    `0\n0\n0\n1e-8\nAP_MAG\nMag = 10 K X\nDP_MIXING\nMixing = On\nDP_DETECTOR_CHANNEL\nSignal A = InLens\nDP_SCAN_ROT\nScan Rot = On
AP_SCANROTATION\nScan Rotation = 1.0 °\nDP_NOISE_REDUCTION\nNoise Reduction = Frame Avg\nAP_NR_COEFF\nN = 4\nSV_IMAGE_TYPE\nImage Type = EM
DP_IMAGE_STORE\nStore resolution = 1024 * 768\nAP_DATE\nDate :24 Mar 2017\nAP_TIME\nTime :12:40:39\n`,
  ),
  hitachi: sidecarInput(
    latin1(
      `[SemImageFile]\nInstructName=S-4700\nDate=2019/03/12\nTime=10:11:12\nDataSize=1280x960\nCondition=Vacc=10kV Mag=x40 WD=8.1mm
UserName=me\nComment=dust\n`,
    ),
  ),
};

/** What the readers may look at of each real picture. */
async function realInputs(): Promise<HarvestInput[]> {
  const inputs: HarvestInput[] = [];
  for (const folder of readdirSync(samples).filter((name) => statSync(join(samples, name)).isDirectory())) {
    const names = readdirSync(join(samples, folder));
    const pictures = names.filter((name) => /\.tiff?$/.test(name));
    const others = names.filter((name) => !pictures.includes(name));
    for (const name of pictures) {
      const tiff = await readTiff(memorySource(readFileSync(join(samples, folder, name))));
      const { widthPx, heightPx } = tiff.pages[0].image ?? { widthPx: 1, heightPx: 1 };
      const texts = others.length === 1 ? others : pairSidecars(pictures, others).sidecarsOf(name);
      const sidecars = texts.map((text) => ({ name: text, bytes: readFileSync(join(samples, folder, text)) }));
      const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
      inputs.push({ fileName: name, ...facts, sidecars, image: { widthPx, heightPx } });
    }
  }
  return inputs;
}

/** Terms that a reader of this form states, as far as `inputs` have its header. */
function stated(id: string, inputs: readonly HarvestInput[]): Set<string> {
  const terms = new Set<string>();
  for (const reader of VENDOR_READERS.filter(({ form }) => form?.id === id)) {
    for (const input of inputs) {
      const found = reader.detect(input);
      for (const { term } of found === undefined ? [] : reader.read(found.bytes, input).terms) terms.add(term);
    }
  }
  return terms;
}

const forms = [...new Set(VENDOR_READERS.map(({ form }) => form))].filter((form) => form !== undefined);

describe('docs/vendors.md', () => {
  it('is what the tables of the readers say', () => {
    expect(readFileSync(join(docs, 'vendors.md'), 'utf8')).toBe(vendorsPage(VENDOR_READERS, peers));
  });

  it('has a form for every reader', () => {
    expect(VENDOR_READERS.filter(({ form }) => form === undefined).map(({ vendor }) => vendor)).toEqual([]);
  });

  it('cites a source for what others read, and only of terms that exist', () => {
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
  const declared = new Set<string>(fields.map(({ term }) => term));

  it('name each term once', () => {
    expect(fields.length).toBe(declared.size);
  });

  it.runIf(SIMULATED[id] !== undefined)('declare every term that a simulated header makes the reader state', () => {
    const terms = stated(id, SIMULATED[id] === undefined ? [] : [SIMULATED[id]]);
    expect(terms.size).toBeGreaterThan(5);
    expect([...terms].filter((term) => !declared.has(term))).toEqual([]);
  });
});

describe.skipIf(sharedDir() === undefined)('on real headers', () => {
  it('every reader states only what its form declares', async () => {
    const inputs = await realInputs();
    for (const { id, fields } of forms) {
      const declared = new Set<string>(fields.map(({ term }) => term));
      expect(
        [...stated(id, inputs)].filter((term) => !declared.has(term)),
        id,
      ).toEqual([]);
    }
    expect(stated('fei', inputs).size + stated('zeiss', inputs).size).toBeGreaterThan(70);
  });
});
