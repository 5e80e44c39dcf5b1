import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput } from '../../../../src/metadata/harvest-types.ts';
import { atlasXml, omeXml, phenomXml, tfsXml } from '../../../builders/header-xml.ts';

function tagged(tag: number): (bytes: Uint8Array) => HarvestInput {
  return (bytes) => ({
    fileName: 'a.tif',
    tags: [{ place: `tiff:${tag}`, tag, bytes }],
    sidecars: [],
    image: { widthPx: 1024, heightPx: 1024 },
  });
}

function described(bytes: Uint8Array): HarvestInput {
  const imageDescription = Buffer.from(bytes).toString('latin1');
  return { ...tagged(270)(bytes), tags: [], tiffText: { imageDescription } };
}

const FORMS = [
  { name: 'Thermo Fisher', root: 'Metadata', text: tfsXml(), input: tagged(34683) },
  { name: 'Thermo Fisher behind an INI text', root: 'Metadata', text: `[A]\nB=1\n${tfsXml()}`, input: tagged(34682) },
  { name: 'Phenom', root: 'FeiImage', text: phenomXml(), input: tagged(34683) },
  { name: 'Atlas', root: 'Fibics', text: atlasXml(), input: tagged(51023) },
  { name: 'OME', root: 'OME', text: omeXml(), input: described },
];

/** A sequence that is the same on every run: the generator of the C standard's example, 31 bits. */
function generator(): (below: number) => number {
  let seed = 11;
  return (below) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * below);
  };
}

describe.each(FORMS)('a hostile $name header', ({ root, text, input }) => {
  const bytes = new Uint8Array(Buffer.from(text, 'utf8'));

  it('never throws where bytes are changed, lost or repeated', () => {
    const random = generator();
    for (let round = 0; round < 250; round++) {
      const changed = Uint8Array.from(bytes);
      for (let i = 0; i < 8; i++) changed[random(changed.length)] = random(256);
      const [from, to] = [random(bytes.length), random(bytes.length)];
      const torn = Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)]);
      for (const hostile of [changed, torn, bytes.subarray(0, from)]) {
        expect(() => harvest(input(hostile))).not.toThrow();
      }
    }
  });

  it.each([
    ['declares entities', `<!DOCTYPE ${root} [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>`, /DOCTYPE/],
    ['refers to a file', `<!DOCTYPE ${root} SYSTEM "file:///etc/passwd">`, /DOCTYPE/],
  ])('that %s is not read, but kept', (_, doctype, reason) => {
    const hostile = new Uint8Array(Buffer.from(text.replace(`<${root}`, `${doctype}<${root}`), 'utf8'));
    const { issues, header, rawHeader } = harvest(input(hostile));
    const issue = issues.find(({ code }) => code === 'header-unreadable');
    expect(issue?.message).toMatch(reason);
    expect(header).toBeUndefined();
    // The description is no private tag: it is in the TIFF facts anyway.
    if (root !== 'OME') expect(rawHeader?.bytes).toEqual(hostile);
  });

  it('whose elements lie in each other by the thousand is not read', () => {
    const deep = text.replace(`</${root}>`, `${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}</${root}>`);
    const { issues } = harvest(input(new Uint8Array(Buffer.from(deep, 'utf8'))));
    expect(issues.find(({ code }) => code === 'header-unreadable')?.message).toMatch(/more than 64 deep/);
  });

  it('of four megabytes is not read', () => {
    const long = text.replace(`</${root}>`, `<a>${' '.repeat(4_000_000)}</a></${root}>`);
    const { issues } = harvest(input(new Uint8Array(Buffer.from(long, 'utf8'))));
    expect(issues.find(({ code }) => code === 'header-unreadable')?.message).toMatch(/more than 2097152 are not read/);
  });
});
