import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EmbeddedText, toIndexDocument } from '../../../src/search/document.ts';
import type { SearchIndex } from '../../../src/search/index-interface.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { createMemoryReader } from '../../../src/store/meanings-in-memory.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { openStore } from '../../../src/store/store.ts';
import { encodeVector } from '../../../src/store/vector-codec.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

function towards(...vector: number[]): EmbeddedText {
  return { space: 's', vector: Float32Array.from(vector) };
}

function documentOf(name: string, meaning: EmbeddedText) {
  return toIndexDocument(makeRecord({ name }), undefined, meaning);
}

async function near(index: SearchIndex): Promise<string[]> {
  const query = { ...parseQuery({ text: 'x' }), meaning: towards(1, 0, 0), rankBy: 'meaning' as const };
  return (await index.search(query)).hits.map(({ name }) => name);
}

describe('the meanings of the embedded index', () => {
  it('are found the same by the first search, which scans, and by later ones, which keep them in memory', async () => {
    const store = openStore(temporaryFolder(), { access: 'write', durability: 'batch' });
    await store.index.upsert([
      documentOf('same.tif', towards(1, 0, 0)),
      documentOf('near.tif', towards(1, 1, 0)),
      documentOf('far.tif', towards(0, 1, 0)),
    ]);
    for (let time = 0; time < 3; time++) expect(await near(store.index)).toEqual(['same.tif', 'near.tif']);
    store.close();
  });

  it('are read again after a write of the same process, and of another', async () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { access: 'write', durability: 'batch' });
    await store.index.upsert([documentOf('same.tif', towards(1, 0, 0))]);
    for (let time = 0; time < 3; time++) await near(store.index);
    await store.index.upsert([documentOf('near.tif', towards(1, 1, 0))]);
    for (let time = 0; time < 3; time++) expect(await near(store.index)).toEqual(['same.tif', 'near.tif']);
    const other = openStore(folder, { access: 'write', durability: 'batch' });
    await other.index.upsert([documentOf('third.tif', towards(1, 2, 0))]);
    other.close();
    for (let time = 0; time < 3; time++) expect(await near(store.index)).toEqual(['same.tif', 'near.tif', 'third.tif']);
    store.close();
  });

  it('are compared by their bits first where there are many, with nearly the result of comparing all', () => {
    const db = openSqlite(join(temporaryFolder(), 'many.sqlite'), { access: 'write', durability: 'batch' });
    db.pragma('foreign_keys = OFF');
    const add = db.prepare<[number, Buffer]>('INSERT INTO meanings (doc, space, int8) VALUES (?, 1, ?)');
    const vectors = Array.from({ length: 30_000 }, (_, row) => encoded(row));
    db.transaction(() => vectors.forEach((int8, row) => void add.run(row, int8)))();
    const read = createMemoryReader(db);
    const everything = (): undefined => undefined;
    const [asked = Buffer.alloc(0)] = vectors;
    expect(read(1, asked, everything)).toBeUndefined();
    const found = [...(read(1, asked, everything)?.docs ?? [])];
    expect(found.length).toBeGreaterThanOrEqual(20_000);
    expect(found.length).toBeLessThan(30_000);
    const exact = db
      .prepare<[Buffer], number>(
        'SELECT doc FROM meanings ORDER BY vec_distance_cosine(vec_int8(int8), vec_int8(?)) LIMIT 100',
      )
      .pluck()
      .all(asked);
    const best = new Set(found);
    expect(exact.filter((doc) => best.has(doc)).length).toBeGreaterThanOrEqual(99);
    const onlyFew = read(1, asked, () => Uint8Array.from({ length: 30_000 }, (_, doc) => Number(doc < 10)));
    expect([...(onlyFew?.docs ?? [])].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    db.close();
  });
});

/** Pseudo-random, of 100 dimensions. */
function encoded(seed: number): Buffer {
  let state = seed + 1;
  const vector = Float32Array.from({ length: 100 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return encodeVector(vector)?.int8 ?? Buffer.alloc(100);
}
