import { readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openOnnxBackend } from '../../../src/classify/onnx.ts';
import { createLog } from '../../../src/log.ts';
import { embedFile } from '../../../src/pipeline/embed-files.ts';
import { createEmbedPool, type EmbedPool, type EmbedPoolOptions } from '../../../src/pipeline/embed-pool.ts';
import type { WorkerBackbone } from '../../../src/pipeline/protocol.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import type { Augmentation } from '../../../src/train/augment.ts';
import type { EmbedOutcome } from '../../../src/train/dataset.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const REAL = pathToFileURL(join(ROOT, 'dist/pipeline/worker-process.js'));
const MISBEHAVING = pathToFileURL(join(ROOT, 'test/fixtures/misbehaving-worker.mjs'));
const FILE = join(ROOT, 'models/nffa-sem-small/1/backbone.onnx');
const BACKBONE: WorkerBackbone = { file: FILE, sha256: sha256Hex(readFileSync(FILE)), inputSize: 224 };
const pools: EmbedPool[] = [];

function poolOf(options: Partial<EmbedPoolOptions> = {}, backbone = BACKBONE): EmbedPool {
  const { signal } = new AbortController();
  const defaults = { count: 2, memoryMiB: 1024, deadlineS: 60, signal, entry: REAL };
  const pool = createEmbedPool(backbone, { ...defaults, ...options }, createLog('silent'));
  pools.push(pool);
  return pool;
}

async function answers(pool: EmbedPool, files: string[], views: Augmentation[] = []): Promise<EmbedOutcome[]> {
  const outcomes: EmbedOutcome[] = [];
  for await (const outcome of pool.embed(files, views)) outcomes.push(outcome);
  return outcomes;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('embedding in worker processes', () => {
  it('gives, in order, bit for bit what one process gives, views included, and goes on past a broken file', async () => {
    const folder = join(ROOT, 'test/fixtures/simulated/Tips');
    const files = (await readdir(folder)).map((name) => join(folder, name));
    const broken = join(temporaryFolder(), 'broken.jpg');
    writeFileSync(broken, 'no picture');
    files.splice(2, 0, broken);
    const views: Augmentation[] = ['flip-x', 'with-data-bar'];
    const backend = await openOnnxBackend(readFileSync(BACKBONE.file));
    const expected: EmbedOutcome[] = [];
    for (const file of files) expected.push(await embedFile({ file, augmentations: views }, backend));
    await backend.close();
    const found = await answers(poolOf(), files, views);
    expect(found).toEqual(expected);
    expect(found[2]).toMatchObject({ file: broken, error: expect.stringContaining('Expected a TIFF') });
    expect(found).toHaveLength(files.length);
  });

  it('starts no process where there is no file to embed', async () => {
    const pool = poolOf({ entry: pathToFileURL(join(ROOT, 'no-such-worker.mjs')) });
    expect(await answers(pool, [])).toEqual([]);
  });

  it('names the file that kills its worker, or takes too long, and embeds those beside it', async () => {
    const files = ['a', 'crash-always', 'b', 'hang', 'c', 'd', 'e'];
    const found = await answers(poolOf({ entry: MISBEHAVING, deadlineS: 1 }), files);
    expect(found.map(({ file }) => file)).toEqual(files);
    const failed = found.flatMap((outcome) => ('error' in outcome ? [[outcome.file, outcome.error]] : []));
    expect(failed).toEqual([
      ['crash-always', expect.stringMatching(/SIGKILL|exit code/)],
      ['hang', expect.stringContaining('within 1 s')],
    ]);
  });

  it('refuses a network whose file was changed', async () => {
    const pool = poolOf({}, { ...BACKBONE, sha256: 'a'.repeat(64) });
    await expect(answers(pool, [FILE])).rejects.toThrow(/expected SHA-256 a{64}, found/);
  });

  it('stops at once when it is told to, also while a worker is busy', async () => {
    const stop = new AbortController();
    const pool = poolOf({ entry: MISBEHAVING, signal: stop.signal });
    const asked = answers(pool, ['hang']);
    setTimeout(() => stop.abort(new Error('stopped by hand')), 300);
    await expect(asked).rejects.toThrow('stopped by hand');
  });
});
