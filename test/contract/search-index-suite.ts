import { beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPicture, type EmbeddedText, toIndexDocument } from '../../src/search/document.ts';
import { MEANING_FLOOR } from '../../src/search/evidence.ts';
import type { SearchHit, SearchIndex } from '../../src/search/index-interface.ts';
import { inSpaceOfRecords } from '../../src/search/meaning.ts';
import { type SearchDeps, searchRecords } from '../../src/search/search-records.ts';
import type { TextEmbedder } from '../../src/search/text-embedder.ts';
import { idOf, makeRecord, type RecordSketch } from '../builders/micrograph-record.ts';

const SPACE = 'squash224-aa-v1/backbone';

/** Twelve records as a laboratory has them. Labels add up to less than 1: the rest belongs to classes not kept. */
const RECORDS: readonly RecordSketch[] = [
  {
    name: 'scaffold_PLA_01.tif',
    instrument: { vendor: 'FEI', model: 'Quanta 200' },
    acquisition: {
      accelerationVoltageV: 5000,
      pixelSizeXM: 4e-8,
      fieldWidthM: 4e-5,
      acquiredAt: '2019-03-12T10:00:00',
      sampleName: 'PLA scaffold',
    },
    labels: { Porous_Sponge: 0.81, Fibres: 0.1 },
    decision: 'accepted',
  },
  {
    name: 'foam_17.tif',
    instrument: { vendor: 'Zeiss', model: 'Ultra 55' },
    acquisition: {
      accelerationVoltageV: 15_000,
      pixelSizeXM: 2e-7,
      fieldWidthM: 2e-4,
      acquiredAt: '2018-07-01T09:30:00',
    },
    labels: { Porous_Sponge: 0.92, Biological: 0.03 },
    decision: 'accepted',
  },
  {
    name: 'PVDF_nanofibres_electrospun.tif',
    instrument: { vendor: 'Zeiss', model: 'Ultra 55' },
    acquisition: {
      accelerationVoltageV: 4999.999999999999,
      pixelSizeXM: 4.999e-9,
      fieldWidthM: 5e-6,
      acquiredAt: '2017-12-31T23:59:59',
      detector: 'InLens',
    },
    labels: { Fibres: 0.97, Nanowires: 0.02 },
    decision: 'accepted',
  },
  {
    name: 'DSC0042.tif',
    instrument: { vendor: 'FEI', model: 'Quanta 200' },
    acquisition: {
      accelerationVoltageV: 20_000,
      pixelSizeXM: 5e-9,
      fieldWidthM: 1e-5,
      acquiredAt: '2018-01-01T00:00:00',
    },
    labels: { Fibres: 0.55, Nanowires: 0.4 },
    decision: 'suggested',
  },
  {
    name: 'ZnONanowires2019.tif',
    instrument: { vendor: 'Hitachi', model: 'SU8000' },
    acquisition: {
      accelerationVoltageV: 3000,
      pixelSizeXM: 1e-9,
      fieldWidthM: 1.28e-6,
      acquiredAt: '2019-06-05T12:00:00',
    },
    labels: { Nanowires: 0.88, Fibres: 0.05 },
    decision: 'accepted',
  },
  {
    name: 'unbekannt ü 試料.tif',
    path: 'Müller/unbekannt ü 試料.tif',
    instrument: { vendor: 'TESCAN', model: 'MIRA3' },
    acquisition: { accelerationVoltageV: 10_000, pixelSizeXM: 1e-8, fieldWidthM: 1e-5, stageTiltRad: 0.9 },
    labels: { Particles: 0.3, Powder: 0.28 },
  },
  {
    name: 'Au_np_grid.tif',
    instrument: { vendor: 'JEOL', model: 'JSM-7800F' },
    acquisition: {
      accelerationVoltageV: 15_000,
      pixelSizeXM: 9.3e-10,
      acquiredAt: '2020-08-31T17:01:02',
      sampleName: 'gold nanoparticles on silicon',
    },
    labels: { Particles: 0.9, Powder: 0.06 },
    decision: 'accepted',
  },
  {
    name: 'wafer_line_grating.tif',
    instrument: { vendor: 'Zeiss', model: 'Supra 40' },
    acquisition: { accelerationVoltageV: 2000, pixelSizeXM: 3e-9, acquiredAt: '2016-02-29T08:00:00' },
    labels: { Patterned_surface: 0.7, Films_Coated_Surface: 0.2 },
    decision: 'accepted',
    terms: [{ term: 'scan_mode', value: 'frame averaging', raw: 'Frame Avg', key: 'DP_NR', trust: 'measured' }],
  },
  {
    name: 'navcam.tif',
    instrument: { vendor: 'FEI', model: 'Helios' },
    acquisition: { beam: 'light' },
    decision: 'none',
    issues: [
      { code: 'no-contrast', severity: 'warning', message: 'Black.' },
      { code: 'saturated', severity: 'info', message: 'Black.' },
    ],
  },
  {
    name: 'tip_apex.tif',
    instrument: { vendor: 'FEI', model: 'Helios' },
    acquisition: { accelerationVoltageV: 5000, pixelSizeXM: 6e-9, acquiredAt: '2021-01-15T14:00:00' },
    labels: { Tips: 0.66, Nanowires: 0.2 },
    decision: 'suggested',
    issues: [
      { code: 'saturated', severity: 'info', message: 'White.' },
      { code: 'saturated', severity: 'info', message: 'Black.' },
    ],
  },
  {
    name: 'leaf.tif',
    instrument: { vendor: 'Philips', model: 'XL30' },
    acquisition: { accelerationVoltageV: 12_000 },
    labels: { Biological: 0.61 },
    issues: [
      { code: 'pixel-size-missing', severity: 'warning', message: 'No pixel size in header, gold standard absent.' },
    ],
  },
  {
    name: 'cement.tif',
    instrument: { vendor: 'Philips', model: 'XL30' },
    acquisition: { accelerationVoltageV: 25_000, pixelSizeXM: 1e-6, fieldWidthM: 1.2e-3 },
    labels: { Powder: 0.5, Particles: 0.45 },
  },
];

/** What every search index promises. `open` gives an empty index. */
export function describeSearchIndex(kind: string, open: () => Promise<SearchIndex>): void {
  describe(`the ${kind} search index`, () => {
    let index: SearchIndex;
    const search: Search = (options, embed, texts) => searchRecords(options, { index, ...(embed && { embed }), texts });
    const names = async (options: Parameters<typeof searchRecords>[0]): Promise<string[]> =>
      (await search(options)).hits.map(({ name }) => name);

    beforeEach(async () => {
      index = await open();
      await index.upsert(
        RECORDS.map((sketch, place) => toIndexDocument(makeRecord(sketch), embeddingOf(place), meaningAt(place))),
      );
    });

    wordTests(names, search);
    filterTests(names, search);
    likeTests(names, search);
    meaningTests(search, () => index);
    understandingTests(search);
    hostileTests(search, () => index);
    upkeepTests(names, () => index);
  });
}

type Names = (options: Parameters<typeof searchRecords>[0]) => Promise<string[]>;
type Search = (
  options: Parameters<typeof searchRecords>[0],
  embed?: SearchDeps['embed'],
  texts?: SearchDeps['texts'],
) => ReturnType<typeof searchRecords>;

/** Pictures 2 and 3 look alike, the others differ. */
function embeddingOf(place: number): EmbeddedPicture {
  const vector = pseudoRandom(place === 3 ? 3 : place + 1, 1280);
  if (place === 3) vector.fill(0.9, 0, 200);
  return { space: SPACE, vector };
}

/** Degrees between the meaning of a record, by its place, and that of "stone"; the others have none. */
const DEGREES: Readonly<Record<number, number>> = { 0: 60, 1: 0, 2: 40, 3: 120, 4: 20, 5: 20, 6: 80, 11: 10 };

function meaningAt(place: number): EmbeddedText | undefined {
  const degrees = DEGREES[place];
  return degrees === undefined ? undefined : inSpaceOfRecords(direction(degrees));
}

function direction(degrees: number, space = 'two words'): EmbeddedText {
  const angle = (degrees * Math.PI) / 180;
  return { space, vector: Float32Array.of(Math.cos(angle), Math.sin(angle), 0, 0) };
}

/** Knows "stone" in one direction, "gold" and "cement" in another, and no other word. */
const STONES: TextEmbedder = {
  space: 'two words',
  embed: async (texts) => texts.map((parts) => stones(parts, 'two words')),
};
const OTHERS: TextEmbedder = { space: 'other', embed: async (texts) => texts.map((parts) => stones(parts, 'other')) };

function stones(parts: readonly { text: string }[], space: string): EmbeddedText | undefined {
  const text = parts[0]?.text ?? '';
  if (text.includes('stone')) return direction(0, space);
  return text.includes('gold') || text.includes('cement') ? direction(60, space) : undefined;
}

async function embedThird(): Promise<EmbeddedPicture> {
  return embeddingOf(2);
}

async function embedByAnother(): Promise<EmbeddedPicture> {
  return { ...embeddingOf(2), space: 'another backbone' };
}

/** Never negative and mostly zero, as after a ReLU. */
function pseudoRandom(seed: number, length: number): Float32Array {
  let state = seed * 2_654_435_761;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.max(0, (state / 2 ** 32) * 4 - 3);
  });
}

function wordTests(names: Names, search: Search): void {
  it('finds words of names in any form of theirs, also inside compound names', async () => {
    expect(await names({ text: 'grating' })).toEqual(['wafer_line_grating.tif']);
    expect(await names({ text: 'wafers' })).toEqual(['wafer_line_grating.tif']);
    expect((await names({ text: 'nanowire' }))[0]).toBe('ZnONanowires2019.tif');
    expect(await names({ text: 'MUELLER Muller' })).toEqual(['unbekannt ü 試料.tif']);
    expect(await names({ text: '試料' })).toEqual(['unbekannt ü 試料.tif']);
    expect(await names({ text: '料試' })).toEqual([]);
  });

  it('finds a record by its label through any word for it, by confidence', async () => {
    expect(await names({ text: 'fibers' })).toEqual([
      'PVDF_nanofibres_electrospun.tif',
      'DSC0042.tif',
      'scaffold_PLA_01.tif',
      'ZnONanowires2019.tif',
    ]);
    const { hits } = await search({ text: 'sponge' });
    expect(hits.map(({ name, score }) => [name, score])).toEqual([
      ['foam_17.tif', 0.92],
      ['scaffold_PLA_01.tif', 0.81],
    ]);
  });

  it('puts what holds all words before what holds some, and says why', async () => {
    const { hits } = await search({ text: 'porous scaffold' });
    expect(hits.map(({ name }) => name)).toEqual(['scaffold_PLA_01.tif', 'foam_17.tif']);
    expect(hits[0]?.matched.terms).toEqual([
      { term: 'porous', evidence: 0.81, where: 'label', label: 'Porous_Sponge' },
      { term: 'scaffold', evidence: 1, where: 'name' },
    ]);
    expect(hits[1]?.score).toBeLessThan(hits[0]?.score ?? 0);
  });

  it('takes a quoted phrase word by word in its order', async () => {
    expect(await names({ text: '"gold nanoparticles"' })).toContain('Au_np_grid.tif');
    expect(await names({ text: '"nanoparticles gold"' })).toEqual([]);
  });

  it('gives words of the header and of issues less weight than those a person wrote', async () => {
    const { hits } = await search({ text: 'gold' });
    expect(hits.map(({ name, score }) => [name, score])).toEqual([
      ['Au_np_grid.tif', 1],
      ['leaf.tif', 0.4],
    ]);
    expect((await search({ text: 'averaging' })).hits[0]?.score).toBe(0.6);
  });

  it('lets a rare word tell more than a common one', async () => {
    const { hits } = await search({ text: 'FEI apex' });
    expect(hits[0]?.name).toBe('tip_apex.tif');
    const apexAlone = (await search({ text: 'Zeiss apex' })).hits;
    expect(apexAlone[0]?.name).toBe('tip_apex.tif');
  });

  it('leaves out what scores less than asked', async () => {
    expect(await names({ text: 'fibers', minScore: 0.5 })).toEqual(['PVDF_nanofibres_electrospun.tif', 'DSC0042.tif']);
  });

  it('says how many there are and pages through them without loss', async () => {
    const all = await names({ text: 'fibers' });
    const pages = [await names({ text: 'fibers', limit: 2 }), await names({ text: 'fibers', limit: 2, offset: 2 })];
    expect(pages.flat()).toEqual(all);
    expect((await search({ text: 'fibers', limit: 1 })).total).toBe(4);
  });
}

function filterTests(names: Names, search: Search): void {
  it('lists the newest first when nothing is asked, the undated last', async () => {
    const all = await names({});
    expect(all).toHaveLength(RECORDS.length);
    expect(all.slice(0, 3)).toEqual(['tip_apex.tif', 'Au_np_grid.tif', 'ZnONanowires2019.tif']);
    expect(all.slice(8).toSorted()).toEqual(['cement.tif', 'leaf.tif', 'navcam.tif', 'unbekannt ü 試料.tif']);
    expect((await names({ sort: 'oldest' }))[0]).toBe('wafer_line_grating.tif');
    expect((await names({ sort: 'name' })).slice(0, 3)).toEqual(['Au_np_grid.tif', 'cement.tif', 'DSC0042.tif']);
  });

  it('limits by quantities in their units; what has no such value is left out', async () => {
    expect((await names({ kv: '5' })).toSorted()).toEqual([
      'PVDF_nanofibres_electrospun.tif',
      'scaffold_PLA_01.tif',
      'tip_apex.tif',
    ]);
    expect(await names({ kv: '5..15', pixelSize: '<5nm', fieldWidth: '1um..10um' })).toEqual([
      'PVDF_nanofibres_electrospun.tif',
    ]);
    expect(await names({ pixelSize: '<5nm' })).not.toContain('DSC0042.tif');
    expect(await names({ pixelSize: '..5nm' })).toContain('DSC0042.tif');
    expect(await names({ tilt: '>45deg' })).toEqual(['unbekannt ü 試料.tif']);
    expect(await names({ fieldWidth: '>1mm' })).toEqual(['cement.tif']);
  });

  it('limits by the date on the wall clock, both ends included', async () => {
    expect(await names({ date: '2017' })).toEqual(['PVDF_nanofibres_electrospun.tif']);
    expect(await names({ date: '2018-01-01' })).toEqual(['DSC0042.tif']);
    expect(await names({ date: '2020..' })).toEqual(['tip_apex.tif', 'Au_np_grid.tif']);
    expect(await names({ date: '<2017' })).toEqual(['wafer_line_grating.tif']);
  });

  it('limits by label, the most certain first, by vendor, detector and decision', async () => {
    expect(await names({ label: ['nanowires'] })).toEqual(['ZnONanowires2019.tif', 'DSC0042.tif']);
    expect(await names({ label: ['powder', 'Tips'] })).toEqual(['tip_apex.tif', 'cement.tif', 'unbekannt ü 試料.tif']);
    expect(await names({ vendor: 'zeiss', sort: 'name' })).toEqual([
      'foam_17.tif',
      'PVDF_nanofibres_electrospun.tif',
      'wafer_line_grating.tif',
    ]);
    expect(await names({ detector: 'inlens' })).toEqual(['PVDF_nanofibres_electrospun.tif']);
    expect(await names({ decision: ['none'] })).toEqual(['navcam.tif']);
    expect(await names({ instrument: '100%' })).toEqual([]);
  });

  it('limits by issues that a record has, or has not, and names them', async () => {
    expect(await names({ issue: ['saturated'], sort: 'name' })).toEqual(['navcam.tif', 'tip_apex.tif']);
    expect(await names({ issue: ['saturated'], noIssue: ['no-contrast'] })).toEqual(['tip_apex.tif']);
    expect(await names({ issue: ['pixel-size-missing', 'no-contrast'], sort: 'name' })).toEqual([
      'leaf.tif',
      'navcam.tif',
    ]);
    expect(await names({ noIssue: ['saturated', 'pixel-size-missing'] })).toHaveLength(RECORDS.length - 3);
    expect(await names({ issue: ['noisy'] })).toEqual([]);
    const { hits } = await search({ issue: ['saturated'], sort: 'name' });
    expect(hits.map(({ issues }) => issues)).toEqual([['no-contrast', 'saturated'], ['saturated']]);
  });

  it('refuses a code that no issue has', async () => {
    await expect(names({ issue: ['blurred'] as never })).rejects.toThrow(/out-of-focus/);
  });

  it('applies every filter to words too', async () => {
    expect(await names({ text: 'fibers', vendor: 'FEI' })).toEqual(['DSC0042.tif', 'scaffold_PLA_01.tif']);
    expect(await names({ text: 'fibers', vendor: 'FEI', kv: '<10' })).toEqual(['scaffold_PLA_01.tif']);
  });
}

function likeTests(names: Names, search: Search): void {
  it('finds pictures like a file and like a record, the nearest first, with their cosine', async () => {
    const { hits } = await search({ like: 'some.tif', limit: 3 }, embedThird);
    expect(hits.slice(0, 2).map(({ name }) => name)).toEqual(['PVDF_nanofibres_electrospun.tif', 'DSC0042.tif']);
    expect(hits[0]?.score).toBeCloseTo(1, 3);
    expect(hits[0]?.matched.similarity).toBe(hits[0]?.score);
    expect((await names({ like: idOf('PVDF_nanofibres_electrospun.tif'), limit: 2 }))[1]).toBe('DSC0042.tif');
    expect((await names({ like: idOf('PVDF_nanofibres_electrospun.tif'), vendor: 'FEI' }))[0]).toBe('DSC0042.tif');
  });

  it('joins words and likeness to their mean', async () => {
    const { hits } = await search({ like: idOf('DSC0042.tif'), text: 'gold' });
    const score = (name: string): SearchHit | undefined => hits.find((hit) => hit.name === name);
    const gold = score('Au_np_grid.tif');
    expect(gold?.score).toBeCloseTo((1 + (gold?.matched.similarity ?? 0)) / 2, 5);
    expect(score('DSC0042.tif')?.score).toBeCloseTo(0.5, 3);
  });

  it('compares only what one backbone made', async () => {
    const another = await search({ like: 'some.tif' }, embedByAnother);
    expect(another.hits).toEqual([]);
  });

  it('says so when there is no such record to compare with', async () => {
    await expect(search({ like: 'f'.repeat(64) })).rejects.toMatchObject({ code: 'usage' });
    await expect(search({ like: 'file.tif' })).rejects.toMatchObject({ code: 'usage' });
  });
}

function meaningTests(search: Search, index: () => SearchIndex): void {
  const ask = (options: Parameters<Search>[0], texts = STONES) => search(options, undefined, texts);
  const namesOf = (answer: Awaited<ReturnType<Search>>): string[] => answer.hits.map(({ name }) => name);

  it('finds by meaning what holds none of the words, the nearest first, with its cosine', async () => {
    const answer = await ask({ text: 'stone', rank: 'meaning' });
    expect(namesOf(answer)).toEqual([
      'foam_17.tif',
      'cement.tif',
      ...namesOf(answer).slice(2, 4),
      'PVDF_nanofibres_electrospun.tif',
      'scaffold_PLA_01.tif',
    ]);
    expect(namesOf(answer).slice(2, 4).toSorted()).toEqual(['ZnONanowires2019.tif', 'unbekannt ü 試料.tif']);
    expect(answer.total).toBe(6);
    for (const [place, cosine] of [1, 0.985, 0.94, 0.94, 0.766, 0.5].entries()) {
      const hit = answer.hits[place];
      expect(hit?.score).toBeCloseTo(cosine, 1);
      expect(hit?.matched.meaning).toBe(hit?.score);
    }
  });

  it('finds nothing by meaning below the floor', async () => {
    const { hits } = await ask({ text: 'stone', rank: 'meaning' });
    expect(hits.every(({ matched }) => (matched.meaning ?? 0) >= MEANING_FLOOR)).toBe(true);
    expect(hits.map(({ name }) => name)).not.toContain('Au_np_grid.tif');
  });

  it('applies filters to what the meaning finds, leaves out what scores less than asked, and pages', async () => {
    expect(namesOf(await ask({ text: 'stone', rank: 'meaning', vendor: 'zeiss' }))).toEqual([
      'foam_17.tif',
      'PVDF_nanofibres_electrospun.tif',
    ]);
    expect(namesOf(await ask({ text: 'stone', rank: 'meaning', minScore: 0.97 }))).toEqual([
      'foam_17.tif',
      'cement.tif',
    ]);
    const page = await ask({ text: 'stone', rank: 'meaning', limit: 1, offset: 1 });
    expect(namesOf(page)).toEqual(['cement.tif']);
    expect(page.total).toBe(6);
  });

  it('compares only meanings that one embedder made', async () => {
    expect((await ask({ text: 'stone', rank: 'meaning' }, OTHERS)).hits).toEqual([]);
    expect(namesOf(await ask({ text: 'cement', rank: 'fused' }, OTHERS))).toContain('cement.tif');
  });

  it('fuses words and meaning: what both find before what one finds, with the evidence of each', async () => {
    const { hits } = await ask({ text: 'cement', rank: 'fused' });
    expect(hits[0]?.name).toBe('cement.tif');
    expect(hits[0]?.matched).toMatchObject({ words: 1, terms: [{ term: 'cement', evidence: 1, where: 'name' }] });
    expect(hits[0]?.matched.meaning).toBeCloseTo(0.643, 2);
    expect(hits.every(({ score = 0 }, place) => score <= (hits[place - 1]?.score ?? 1))).toBe(true);
    const meantOnly = hits.find(({ name }) => name === 'scaffold_PLA_01.tif');
    expect(meantOnly?.matched).toMatchObject({ terms: [] });
    expect(meantOnly?.matched.words).toBeUndefined();
  });

  it('puts nothing found by meaning alone before what holds every word', async () => {
    const { hits } = await ask({ text: 'gold', rank: 'fused' });
    expect(hits[0]?.name).toBe('Au_np_grid.tif');
    expect(hits[0]?.matched.words).toBe(1);
  });

  it('ranks fused where nothing else is asked, and by words where words shall rank, in other orders and beside a likeness', async () => {
    expect((await ask({ text: 'cement' })).query.rankBy).toBe('fused');
    for (const options of [{ rank: 'words' }, { sort: 'newest' }, { like: idOf('foam_17.tif') }] as const) {
      const { query, hits } = await ask({ text: 'cement', ...options });
      expect(query.rankBy).toBe('words');
      expect(hits.every(({ matched }) => matched.meaning === undefined)).toBe(true);
    }
  });

  it('looks for what stands in quotes by its words alone', async () => {
    expect(namesOf(await ask({ text: '"stone"' }))).toEqual([]);
    expect(namesOf(await ask({ text: 'stone' }))).not.toEqual([]);
  });

  it('forgets the meaning of a revision that has none, and of a removed record', async () => {
    await index().upsert([toIndexDocument(makeRecord({ name: 'foam_17.tif', revision: 2 }))]);
    await index().remove([idOf('cement.tif')]);
    const found = namesOf(await ask({ text: 'stone', rank: 'meaning' }));
    expect(found).not.toContain('foam_17.tif');
    expect(found).not.toContain('cement.tif');
    expect(found).toHaveLength(4);
  });
}

function understandingTests(search: Search): void {
  const sorted = (answer: Awaited<ReturnType<Search>>): string[] => answer.hits.map(({ name }) => name).toSorted();

  it('takes ranges in the text as filters, and says so', async () => {
    const answer = await search({ text: 'fibers below 10 kV before 2018' });
    expect(sorted(answer)).toEqual(['PVDF_nanofibres_electrospun.tif']);
    expect(answer.chips.map(({ field, text }) => [field, text])).toEqual([
      ['kv', 'below 10 kV'],
      ['date', 'before 2018'],
    ]);
  });

  it('forgets a range that shall be dropped, and one that an option says otherwise', async () => {
    const dropped = await search({ text: 'fibers below 10 kV before 2018', drop: ['date'] });
    expect(sorted(dropped)).toEqual(['PVDF_nanofibres_electrospun.tif', 'ZnONanowires2019.tif', 'scaffold_PLA_01.tif']);
    expect(dropped.chips.map(({ field }) => field)).toEqual(['kv']);
    expect(sorted(await search({ text: 'fibers below 10 kV', kv: '20' }))).toEqual(['DSC0042.tif']);
  });

  it('takes the text literally where it is told to', async () => {
    const { chips, query } = await search({ text: 'fibers 5 kV', literal: true });
    expect(chips).toEqual([]);
    expect(query.ranges).toEqual({});
  });

  it('lists what lies in the ranges where the text has no other words', async () => {
    const { hits } = await search({ text: '12 kV' });
    expect(hits.map(({ name, score }) => [name, score])).toEqual([['leaf.tif', undefined]]);
  });
}

function hostileTests(search: Search, index: () => SearchIndex): void {
  it.each([
    '"',
    '""',
    '"unclosed',
    "'; DROP TABLE documents; --",
    'NEAR(a b)',
    'a AND',
    'NOT',
    'OR OR',
    'name:x',
    '{name}: x',
    '*',
    '^x',
    'x*',
    '-x',
    '+',
    '()',
    'a"b',
    '\\',
    '%',
    '_',
    '\u0000x',
    '☃',
    '\ud800',
    'a\u0000b',
    '$1 @x :y ?1',
    '-"a b"',
    'x'.repeat(1000),
    '🔬 ９',
  ])('answers %j as words, whatever it means elsewhere', async (text) => {
    for (const options of [{ text }, { text, vendor: 'FEI' }]) {
      const { hits } = await search(options);
      expect(hits.every(({ score }) => score === undefined || (score >= 0 && score <= 1))).toBe(true);
    }
    expect(await index().count()).toBe(RECORDS.length);
  });

  it('takes hostile text in filters as text', async () => {
    const text = `' OR 1=1 -- %"`;
    for (const options of [{ vendor: text }, { label: [text] }, { detector: text }, { instrument: '\\' }]) {
      expect((await search(options)).hits).toEqual([]);
    }
  });
}

function upkeepTests(names: Names, index: () => SearchIndex): void {
  it('never lets an older revision replace a newer one', async () => {
    const revise = (revision: number, sampleName: string) =>
      index().upsert([toIndexDocument(makeRecord({ name: 'foam_17.tif', revision, acquisition: { sampleName } }))]);
    expect(await revise(3, 'third')).toEqual({ written: 1, stale: 0 });
    expect(await revise(2, 'second')).toEqual({ written: 0, stale: 1 });
    expect(await names({ text: 'third' })).toEqual(['foam_17.tif']);
    expect(await names({ text: 'second' })).toEqual([]);
    expect(await names({ text: 'sponge' })).toEqual(['scaffold_PLA_01.tif']);
    expect(await index().count()).toBe(RECORDS.length);
  });

  it('gives the same when a document comes twice', async () => {
    const before = await names({ text: 'fibers' });
    await index().upsert(RECORDS.map((sketch, place) => toIndexDocument(makeRecord(sketch), embeddingOf(place))));
    expect(await index().count()).toBe(RECORDS.length);
    expect((await names({ text: 'fibers' })).toSorted()).toEqual(before.toSorted());
  });

  it('forgets a removed record everywhere', async () => {
    expect(await index().remove([idOf('foam_17.tif'), idOf('never there')])).toBe(1);
    expect(await names({ text: 'foam' })).not.toContain('foam_17.tif');
    expect(await names({ like: idOf('DSC0042.tif') })).not.toContain('foam_17.tif');
    await index().remove([idOf('tip_apex.tif')]);
    expect(await names({ issue: ['saturated'] })).toEqual(['navcam.tif']);
    await index().upsert([toIndexDocument(makeRecord({ name: 'navcam.tif', revision: 2 }))]);
    expect(await names({ issue: ['saturated'] })).toEqual([]);
    expect(await index().embeddingOf(idOf('foam_17.tif'))).toBeUndefined();
    expect(await index().count()).toBe(RECORDS.length - 2);
  });

  it('lists its ids with their revisions, its labels and the spaces of its meanings', async () => {
    const ids: string[] = [];
    for await (const { id, revision } of index().ids()) {
      expect(revision).toBe(1);
      ids.push(id);
    }
    expect(ids.toSorted()).toEqual(RECORDS.map(({ name }) => idOf(name)).toSorted());
    expect(await index().labels()).toContain('Porous_Sponge');
    expect(await index().meaningSpaces()).toEqual([meaningAt(0)?.space]);
  });

  it('finds the ten nearest of 2,000 pictures as a full comparison does', async () => {
    const vectors = Array.from({ length: 2000 }, (_, place) => pseudoRandom(place + 100, 1280));
    await index().upsert(
      vectors.map((vector, place) => toIndexDocument(makeRecord({ name: `many ${place}` }), { space: 'many', vector })),
    );
    let found = 0;
    for (const asked of [3, 500, 1000, 1777]) {
      const exact = nearest(vectors, pseudoRandom(asked + 100, 1280)).map((place) => `many ${place}`);
      const { hits } = await searchRecords(
        { like: 'x.tif', limit: 10 },
        { index: index(), embed: async () => ({ space: 'many', vector: pseudoRandom(asked + 100, 1280) }) },
      );
      found += hits.filter(({ name }) => exact.includes(name)).length;
    }
    expect(found / 40).toBeGreaterThanOrEqual(0.95);
  });
}

/** The ten nearest by cosine, by comparing with all. */
function nearest(vectors: readonly Float32Array[], asked: Float32Array): number[] {
  const cosines = vectors.map((vector, place) => ({
    place,
    cosine: dot(vector, asked) / Math.sqrt(dot(vector, vector)),
  }));
  return cosines
    .toSorted((a, b) => b.cosine - a.cosine)
    .slice(0, 10)
    .map(({ place }) => place);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
