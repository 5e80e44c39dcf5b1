import { describe, expect, it } from 'vitest';
import { type IndexDocument, toIndexDocument } from '../../src/search/document.ts';
import { fuseRanks } from '../../src/search/fuse.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import { idOf, makeRecord } from '../builders/micrograph-record.ts';
import { rejection } from '../expect-ingest-error.ts';
import { elasticIndexes } from './elastic-indexes.ts';
import { elasticsearchMissing } from './elasticsearch.ts';

const FIRST = { space: 'first', vector: Float32Array.from([1, 2, 3]) };

function document(name: string, revision = 1, sampleName = 'sample'): IndexDocument {
  return toIndexDocument(makeRecord({ name, revision, acquisition: { sampleName } }));
}

function withVector(name: string, vector: number[], space = 'first'): IndexDocument {
  return { ...document(name), embedding: { space, vector: Float32Array.from(vector) } };
}

function withMeaning(name: string, vector: number[]): IndexDocument {
  return { ...document(name), meaning: { space: 'words', vector: Float32Array.from(vector) } };
}

describe.skipIf(elasticsearchMissing() !== undefined)('an index on Elasticsearch', () => {
  const { open, ask } = elasticIndexes();

  it('lets no late older revision come back after a removal, but the same one again', async () => {
    const index = await open();
    await index.upsert([document('a', 3)]);
    expect(await index.remove([idOf('a')])).toBe(1);
    expect(await index.upsert([document('a', 2)])).toEqual({ written: 0, stale: 1 });
    expect(await index.count()).toBe(0);
    expect(await index.upsert([document('a', 3)])).toEqual({ written: 1, stale: 0 });
    expect(await index.count()).toBe(1);
  });

  it('keeps the last of equal revisions of one call', async () => {
    const index = await open({ bulk: { documents: 1, bytes: 1000 } });
    const versions = Array.from({ length: 20 }, (_, number) => document('a', 1, `sample${number}`));
    expect(await index.upsert(versions)).toEqual({ written: 20, stale: 0 });
    const { hits } = await index.search(parseQuery({ text: 'sample19' }));
    expect(hits).toHaveLength(1);
  });

  it('names the documents it refuses and writes the others', async () => {
    const index = await open({ bulk: { documents: 2, bytes: 1e6 } });
    const broken = { ...document('broken'), quantities: { kv: 'five' as unknown as number } };
    const report = await index.upsert([document('a'), broken, document('b'), document('c')]);
    expect(report).toMatchObject({ written: 3, stale: 0, refused: [{ id: idOf('broken') }] });
    expect(report.refused?.[0]?.reason).toContain('acceleration_voltage_v');
    expect(await index.count()).toBe(3);
  });

  it('holds vectors of several backbones and lengths beside each other', async () => {
    const index = await open();
    await index.upsert([
      withVector('a', [1, 2, 3]),
      withVector('b', [1, 2, 2.9]),
      withVector('c', [1, 0, 0, 0], 'second'),
    ]);
    await index.upsert([withVector('zero', [0, 0, 0])]);
    const like = async (space: string, vector: number[]): Promise<string[]> => {
      const query = parseQuery({}, { like: { space, vector: Float32Array.from(vector) } });
      return (await index.search(query)).hits.map(({ name }) => name);
    };
    expect(await like('first', [1, 2, 3])).toEqual(['a', 'b']);
    expect(await like('second', [1, 1, 0, 0])).toEqual(['c']);
    expect(await like('second', [1, 1, 0, 0, 0])).toEqual([]);
    expect(await index.embeddingOf(idOf('b'))).toEqual({ space: 'first', vector: Float32Array.from([1, 2, 2.9]) });
    expect(await index.embeddingOf(idOf('zero'))).toBeUndefined();
  });

  it('ranks by meaning, or by words and meaning fused', async () => {
    const index = await open();
    await index.upsert([
      withMeaning('porous stone', [1, 0.1, 0]),
      withMeaning('sieve', [1, 0, 0]),
      withMeaning('porous wood', [0, 1, 0]),
      withMeaning('far', [0, 0, 1]),
    ]);
    const query = {
      ...parseQuery({ text: 'porous' }),
      meaning: { space: 'words', vector: Float32Array.from([1, 0, 0]) },
    };
    const meaning = await index.search({ ...query, rankBy: 'meaning' });
    expect(meaning.hits.map(({ name }) => name)).toEqual(['sieve', 'porous stone']);
    expect(meaning.hits[0]).toMatchObject({ score: 1, matched: { terms: [], meaning: 1 } });
    expect(meaning.hits[1]).toMatchObject({ score: 0.995037, matched: { words: 1, meaning: 0.995037 } });
    const fused = await index.search({ ...query, rankBy: 'fused' });
    expect(fused.total).toBe(3);
    expect(fused.hits.map(({ name }) => name)).toEqual(['porous stone', 'porous wood', 'sieve']);
    const [first, second] = fuseRanks(
      [
        { key: 'porous wood', score: 1 },
        { key: 'porous stone', score: 1 },
      ],
      [
        { key: 'sieve', score: 1 },
        { key: 'porous stone', score: 0.995037 },
      ],
    );
    expect(fused.hits[0]?.score).toBeCloseTo(first?.score ?? 0, 6);
    expect(fused.hits[1]?.score).toBeCloseTo(second?.score ?? 0, 6);
    const page = await index.search({ ...query, rankBy: 'fused', limit: 1, offset: 1 });
    expect(page.hits.map(({ name }) => name)).toEqual(['porous wood']);
    const words = await index.search({ ...query, rankBy: 'fused', sort: 'name' });
    expect(words.hits.map(({ name, score }) => [name, score])).toEqual([
      ['porous stone', 1],
      ['porous wood', 1],
    ]);
  });

  it('finds by the synonyms of labels for people who search it by other means', async () => {
    const index = await open();
    await index.upsert([
      toIndexDocument(makeRecord({ name: 'one.tif', labels: { Films_Coated_Surface: 0.9 } })),
      toIndexDocument(makeRecord({ name: 'two.tif', labels: { Powder: 0.9 } })),
    ]);
    await index.count();
    const answer = (await ask('POST', `/${index.alias}/_search`, {
      query: { query_string: { query: 'sputtering' } },
    })) as { hits: { hits: { _source: { name: string } }[] } };
    expect(answer.hits.hits.map(({ _source: { name } }) => name)).toEqual(['one.tif']);
  });

  it('opens what another program made, and finds what that one wrote', async () => {
    const first = await open();
    const { alias } = first;
    const both = await Promise.all([open({ alias }), open({ alias })]);
    await first.upsert([withVector('a', [1, 2, 3])]);
    await first.count();
    expect(await both[0].count()).toBe(1);
    expect(await both[1].embeddingOf(idOf('a'))).toEqual(FIRST);
  });

  it('says what is wrong when it cannot be reached, and when the alias is no alias', async () => {
    await rejection(open({ server: { nodes: ['http://127.0.0.1:9'] } }), 'publish/unreachable');
    const { alias } = await open();
    await rejection(open({ alias: `${alias}-v1-000001` }), 'publish/refused');
  });

  it('says that it is full when the server is, and goes on afterwards', async () => {
    const index = await open();
    const block = (on: true | null): Promise<unknown> =>
      ask('PUT', `/${index.alias}/_settings`, { 'index.blocks.read_only_allow_delete': on });
    await block(true);
    const error = await rejection(index.upsert([document('a')]), 'publish/full');
    expect(error.retryable).toBe(true);
    await block(null);
    expect(await index.upsert([document('a')])).toEqual({ written: 1, stale: 0 });
  });
});
