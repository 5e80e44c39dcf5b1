import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddingCache } from '../../../src/train/embedding-cache.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const KEY = { preprocessing: 'squash224-aa-v1', backboneSha256: 'b'.repeat(64) };
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

function onlySegment(folder: string): string {
  const place = join(folder, `${KEY.preprocessing}-${KEY.backboneSha256}`);
  return join(place, readdirSync(place)[0] ?? '');
}

async function store(folder: string, entries: Record<string, number[]>, key = KEY): Promise<void> {
  const cache = openEmbeddingCache(folder, key);
  for (const [sha256, values] of Object.entries(entries)) await cache.append(sha256, Float32Array.from(values));
  await cache.close();
}

describe('the cache of embeddings', () => {
  it('gives what earlier runs stored, bit for bit, and only what is asked for', async () => {
    const folder = temporaryFolder();
    await store(folder, { [A]: [0.1, -2, 3e-39] });
    await store(folder, { [B]: [4, 5, 6] });
    const cache = openEmbeddingCache(folder, KEY);
    expect(await cache.read(new Set([A, B]))).toEqual(
      new Map([
        [A, Float32Array.of(0.1, -2, 3e-39)],
        [B, Float32Array.of(4, 5, 6)],
      ]),
    );
    expect([...(await cache.read(new Set([B]))).keys()]).toEqual([B]);
  });

  it('keeps backbones and preprocessings apart', async () => {
    const folder = temporaryFolder();
    await store(folder, { [A]: [1] });
    const wanted = new Set([A]);
    expect((await openEmbeddingCache(folder, { ...KEY, backboneSha256: 'c'.repeat(64) }).read(wanted)).size).toBe(0);
    expect((await openEmbeddingCache(folder, { ...KEY, preprocessing: 'crop' }).read(wanted)).size).toBe(0);
  });

  it('forgets a record that a crash cut short, and keeps those before it', async () => {
    const folder = temporaryFolder();
    await store(folder, { [A]: [1, 2], [B]: [3, 4] });
    const path = onlySegment(folder);
    writeFileSync(path, readFileSync(path).subarray(0, -3));
    const found = await openEmbeddingCache(folder, KEY).read(new Set([A, B]));
    expect([...found.keys()]).toEqual([A]);
  });

  it('forgets a record with a flipped bit', async () => {
    const folder = temporaryFolder();
    await store(folder, { [A]: [1, 2], [B]: [3, 4] });
    const path = onlySegment(folder);
    const bytes = readFileSync(path);
    bytes[12 + 33] = (bytes[12 + 33] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect([...(await openEmbeddingCache(folder, KEY).read(new Set([A, B]))).keys()]).toEqual([B]);
  });

  it('passes over a file that is no cache', async () => {
    const folder = temporaryFolder();
    await store(folder, { [A]: [1] });
    appendFileSync(join(onlySegment(folder), '..', 'other.embeddings'), 'hello, this is something else');
    expect((await openEmbeddingCache(folder, KEY).read(new Set([A, B]))).size).toBe(1);
  });

  it('reads more records than fit one block', async () => {
    const folder = temporaryFolder();
    const entries = Array.from({ length: 600 }, (_, at) => [at.toString(16).padStart(64, '0'), [at]] as const);
    await store(folder, Object.fromEntries(entries.map(([sha256, values]) => [sha256, [...values]])));
    const found = await openEmbeddingCache(folder, KEY).read(new Set(entries.map(([sha256]) => sha256)));
    expect(found.size).toBe(600);
    expect(found.get(entries[599]?.[0] ?? '')).toEqual(Float32Array.of(599));
  });
});
