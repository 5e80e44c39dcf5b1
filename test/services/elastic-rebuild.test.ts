import { describe, expect, it } from 'vitest';
import { type IndexDocument, toIndexDocument } from '../../src/search/document.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import { idOf, makeRecord } from '../builders/micrograph-record.ts';
import { rejection } from '../expect-ingest-error.ts';
import { elasticIndexes } from './elastic-indexes.ts';
import { elasticsearchMissing } from './elasticsearch.ts';

const signal = new AbortController().signal;

function document(name: string, revision = 1, sampleName = 'old'): IndexDocument {
  return toIndexDocument(makeRecord({ name, revision, acquisition: { sampleName } }), {
    space: 'first',
    vector: Float32Array.from([1, 2, revision]),
  });
}

/** Gives the documents and does something while the index is being filled, behind the first. */
async function* meanwhile(
  documents: readonly IndexDocument[],
  work: () => Promise<unknown> = async () => undefined,
): AsyncGenerator<IndexDocument> {
  for (const [at, one] of documents.entries()) {
    if (at === 1) await work();
    yield one;
  }
}

describe.skipIf(elasticsearchMissing() !== undefined)('rebuilding an index on Elasticsearch', () => {
  const { open, ask } = elasticIndexes();
  const indexesOf = async (alias: string): Promise<string[]> =>
    Object.keys((await ask('GET', `/${alias}-v*/_alias`)) as object);

  it('has exactly the documents it is given, in a new index', async () => {
    const index = await open();
    await index.upsert([document('a'), document('gone')]);
    const progress: number[] = [];
    const report = await index.rebuild(meanwhile([document('a'), document('b'), document('a', 2, 'new')]), {
      signal,
      onProgress: ({ written }) => progress.push(written),
    });
    expect(report).toEqual({ written: 3, stale: 0 });
    expect(progress).toEqual([3]);
    expect((await index.search(parseQuery({ text: 'new' }))).hits.map(({ name }) => name)).toEqual(['a']);
    expect(await index.count()).toBe(2);
    expect(await indexesOf(index.alias)).toEqual([`${index.alias}-v1-000002`]);
    await index.rebuild(meanwhile([]), { signal });
    expect(await index.count()).toBe(0);
  });

  it('loses nothing that is written or removed meanwhile, by this program or another', async () => {
    const index = await open();
    const other = await open({ alias: index.alias });
    await index.upsert([document('a'), document('b'), document('c'), document('d', 2)]);
    await index.rebuild(
      meanwhile(
        ['a', 'b', 'c', 'd'].map((name) => document(name)),
        async () => {
          await other.upsert([document('a', 2, 'new'), document('e')]);
          await index.upsert([document('b', 1, 'new')]);
          await other.remove([idOf('c')]);
          await index.remove([idOf('d')]);
        },
      ),
      { signal },
    );
    const { hits } = await index.search(parseQuery({ text: 'new' }));
    expect(hits.map(({ name, revision }) => `${name} ${revision}`).toSorted()).toEqual(['a 2', 'b 1']);
    expect(await index.count()).toBe(3);
    expect((await other.search(parseQuery({ text: 'e' }))).total).toBe(1);
  });

  it('copies what reached only the index in use', async () => {
    const index = await open({ shards: 3 });
    await index.upsert([document('a'), document('gone')]);
    const late = Array.from({ length: 30 }, (_, number) => document(`late ${number}`));
    await index.rebuild(
      meanwhile([document('a'), document('b')], async () => {
        // As a program does that looked for targets before the new index was there.
        await ask('POST', '/_aliases', {
          actions: [{ remove: { index: `${index.alias}-v1-000002`, alias: `${index.alias}-next` } }],
        });
        await index.upsert(late);
        await ask('POST', '/_aliases', {
          actions: [{ add: { index: `${index.alias}-v1-000002`, alias: `${index.alias}-next` } }],
        });
      }),
      { signal },
    );
    expect(await index.count()).toBe(32);
    expect(await index.embeddingOf(idOf('late 7'))).toEqual({ space: 'first', vector: Float32Array.from([1, 2, 1]) });
  });

  it('answers every search while it goes on', async () => {
    const index = await open();
    const documents = Array.from({ length: 300 }, (_, number) => document(`n${number}`));
    await index.upsert(documents);
    await index.count();
    const over = new AbortController();
    const reader = await open({ alias: index.alias });
    const totals = new Set<number>();
    const reading = (async () => {
      while (!over.signal.aborted) totals.add((await reader.search(parseQuery({ text: 'old sample' }))).total);
    })();
    for (let round = 0; round < 3; round++) await index.rebuild(meanwhile(documents), { signal });
    over.abort();
    await reading;
    expect([...totals]).toEqual([300]);
  });

  it('leaves the present index in use when it is aborted or fails, and clears away what a killed one left', async () => {
    const index = await open();
    await index.upsert([document('a')]);
    const abort = new AbortController();
    const aborted = index.rebuild(
      meanwhile([document('b'), document('c')], async () => abort.abort()),
      abort,
    );
    await rejection(aborted, 'pipeline/aborted');
    const failing = meanwhile([document('b'), document('c')], async () => {
      throw new Error('no such record');
    });
    await expect(index.rebuild(failing, { signal })).rejects.toThrow('no such record');
    expect(await indexesOf(index.alias)).toEqual([`${index.alias}-v1-000001`]);
    await ask('PUT', `/${index.alias}-v1-000002`, { aliases: { [`${index.alias}-next`]: {} } });
    await index.rebuild(meanwhile([document('b')]), { signal });
    expect((await index.search(parseQuery({ text: 'b' }))).total).toBe(1);
    expect(await index.count()).toBe(1);
  });

  it('asks for a rebuild where the index has another mapping, and makes it', async () => {
    const index = await open();
    const { alias } = index;
    await ask('PUT', `/${alias}-v0-000007`, { aliases: { [alias]: {} } });
    await ask('DELETE', `/${alias}-v1-000001`);
    const later = await open({ alias });
    expect(later.outdated).toBe(true);
    await rejection(later.upsert([document('a')]), 'publish/locked');
    await later.rebuild(meanwhile([document('a')]), { signal });
    expect(later.outdated).toBe(false);
    expect(await later.upsert([document('b')])).toEqual({ written: 1, stale: 0 });
    expect(await later.count()).toBe(2);
    expect(await indexesOf(alias)).toEqual([`${alias}-v1-000008`]);
  });
});
