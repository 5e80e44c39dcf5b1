import { describe, expect, it, onTestFinished } from 'vitest';
import { type IndexDocument, toIndexDocument } from '../../src/search/document.ts';
import { MEANING_FLOOR } from '../../src/search/evidence.ts';
import type { SearchHit, SearchIndex } from '../../src/search/index-interface.ts';
import { parseQuery, type SearchOptions } from '../../src/search/parse-query.ts';
import { shippedTaxonomy } from '../../src/search/taxonomy.ts';
import { openStore } from '../../src/store/store.ts';
import { type Dice, dice } from '../builders/dice.ts';
import { makeRecord } from '../builders/micrograph-record.ts';
import { temporaryFolder } from '../builders/temporary-folder.ts';
import { elasticIndexes } from './elastic-indexes.ts';
import { elasticsearchMissing } from './elasticsearch.ts';

const { concepts } = shippedTaxonomy();
const LABELS = concepts.map(({ label }) => label);
const WORDS = concepts.flatMap(({ altLabel = {}, related = {} }) =>
  [altLabel, related].flatMap((one) => Object.values(one).flat()),
);
const VENDORS = ['FEI', 'Zeiss', 'TESCAN', 'JEOL', 'Müller & Söhne'];

function makeDocuments(count: number, { pick, chance, below }: Dice): IndexDocument[] {
  return Array.from({ length: count }, (_, number) => {
    const scores = [below(1000), below(1000 - 500), below(300)].map((score) => score / 1000);
    const record = makeRecord({
      name: `${pick(WORDS)}_${pick(WORDS)}s ${number}.tif`,
      instrument: { vendor: pick(VENDORS), model: `Model ${below(4)}` },
      acquisition: {
        accelerationVoltageV: (1 + below(30)) * 1000,
        ...(chance(0.7) && { pixelSizeXM: (1 + below(500)) * 1e-9 }),
        ...(chance(0.6) && { acquiredAt: `20${10 + below(12)}-0${1 + below(9)}-1${below(9)}T10:00:00` }),
        ...(chance(0.5) && { sampleName: `${pick(WORDS)} on ${pick(WORDS)}, relational grouping of hopeful studies` }),
      },
      labels: Object.fromEntries(scores.map((score) => [pick(LABELS), score])),
      decision: pick(['accepted', 'suggested', 'review', 'none']),
      issues: chance(0.3) ? [{ code: 'saturated', severity: 'info', message: `Spot of ${pick(WORDS)}.` }] : [],
    });
    return toIndexDocument(record, {
      space: 'test',
      vector: Float32Array.from({ length: 64 }, () => Math.max(0, below(100) - 50)),
    });
  });
}

function makeSearch({ pick, chance, below }: Dice): SearchOptions {
  return {
    text: Array.from({ length: below(5) }, () => pick([...WORDS, ...VENDORS, 'studying', '"on silicon"'])).join(' '),
    ...(chance(0.2) && { vendor: pick(['zeiss', 'E', 'müller']) }),
    ...(chance(0.2) && { kv: pick(['5', '5..15', '<10', '>=20']) }),
    ...(chance(0.1) && { pixelSize: '<100nm' }),
    ...(chance(0.1) && { date: pick(['2015', '2012..2016', '<2014-05']) }),
    ...(chance(0.2) && { label: [pick(LABELS)] }),
    ...(chance(0.1) && { noIssue: ['saturated'] }),
    ...(chance(0.2) && { minScore: below(100) / 100 }),
    ...(chance(0.3) && { sort: pick(['newest', 'oldest', 'name', 'relevance']) }),
    limit: 1000,
  };
}

/** Beside each document a meaning; few are equal, because 8 bits a dimension make nearly equal ones change places. */
function withMeanings(documents: readonly IndexDocument[], { below, chance }: Dice): IndexDocument[] {
  return documents.map((document) =>
    chance(0.1)
      ? document
      : { ...document, meaning: { space: 'words', vector: Float32Array.from({ length: 100 }, () => below(100) - 30) } },
  );
}

/** Hits in an order that does not depend on how equals stand. */
function comparable(hits: readonly SearchHit[]): unknown[] {
  return hits
    .map(({ id, score, matched, ...rest }) => ({ id, score, matched, ...rest }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

describe.skipIf(elasticsearchMissing() !== undefined)('the embedded index and Elasticsearch', () => {
  const { open } = elasticIndexes();
  const openBoth = async (documents: readonly IndexDocument[], shards: number): Promise<SearchIndex[]> => {
    const store = openStore(temporaryFolder(), { access: 'write', durability: 'batch' });
    onTestFinished(() => store.close());
    const both = [store.index, await open({ shards })];
    for (const index of both) await index.upsert(documents);
    return both;
  };

  it.each([1, 3])('find the same by words and filters, for the same reasons, with %i shards', async (shards) => {
    const chance = dice(shards);
    const both = await openBoth(makeDocuments(400, chance), shards);
    let found = 0;
    for (let round = 0; round < 150; round++) {
      const options = makeSearch(chance);
      const query = parseQuery(options, { knownLabels: LABELS });
      const [embedded, elastic] = await Promise.all(both.map((index) => index.search(query)));
      const about = JSON.stringify(options);
      expect(elastic?.total, about).toBe(embedded?.total);
      expect(
        elastic?.hits.map(({ score }) => score),
        about,
      ).toEqual(embedded?.hits.map(({ score }) => score));
      expect(comparable(elastic?.hits ?? []), about).toEqual(comparable(embedded?.hits ?? []));
      found += elastic?.total ?? 0;
    }
    expect(found).toBeGreaterThan(1000);
  });

  it('find the same pictures alike, but for what 8 bits leave of a cosine', async () => {
    const chance = dice(7);
    const documents = makeDocuments(300, chance);
    const both = await openBoth(documents, 1);
    for (let round = 0; round < 60; round++) {
      const query = parseQuery(makeSearch(chance), { knownLabels: LABELS, like: chance.pick(documents).embedding });
      const [embedded, elastic] = await Promise.all(both.map((index) => index.search({ ...query, minScore: 0 })));
      expect(elastic?.total).toBe(embedded?.total);
      const scores = new Map(embedded?.hits.map(({ id, score }) => [id, score]));
      for (const { id, score } of elastic?.hits ?? []) expect(score).toBeCloseTo(scores.get(id) ?? Number.NaN, 2);
    }
  });

  it('find the same by meaning and fused, but for what 8 bits leave of a cosine', async () => {
    const chance = dice(11);
    const documents = withMeanings(makeDocuments(300, chance), chance);
    const both = await openBoth(documents, 1);
    for (let round = 0; round < 60; round++) {
      const rankBy = chance.pick(['meaning', 'fused'] as const);
      const { meaning } = chance.pick(documents);
      const query = { ...parseQuery(makeSearch(chance), { knownLabels: LABELS }), meaning, rankBy, minScore: 0 };
      const [embedded, elastic] = await Promise.all(both.map((index) => index.search({ ...query, sort: 'relevance' })));
      const about = JSON.stringify({ ...query, meaning: meaning?.space });
      expect(Math.abs((elastic?.total ?? 0) - (embedded?.total ?? 0)), about).toBeLessThanOrEqual(2);
      const hits = new Map(embedded?.hits.map((hit) => [hit.id, hit]));
      for (const { id, score = 0, matched } of elastic?.hits ?? []) {
        const other = hits.get(id);
        if (other === undefined) continue;
        expect(matched.words, about).toBe(other.matched.words);
        expect(matched.terms, about).toEqual(other.matched.terms);
        const cosines = [matched.meaning, other.matched.meaning].map((cosine) => cosine ?? MEANING_FLOOR);
        expect(Math.abs((cosines[0] ?? 0) - (cosines[1] ?? 0)), about).toBeLessThan(0.01);
        // A hair above the floor for one and below it for the other.
        if ((matched.meaning === undefined) !== (other.matched.meaning === undefined)) continue;
        expect(Math.abs(score - (other.score ?? 0)), about).toBeLessThan(0.02);
      }
    }
  });
});
