import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/log.ts';
import type { FileTask } from '../../../src/pipeline/protocol.ts';
import { createWorkerPool, type WorkerPool } from '../../../src/pipeline/worker-pool.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { workerSettings } from '../../builders/worker-settings.ts';

const ENTRY = pathToFileURL(resolve(import.meta.dirname, '../../fixtures/misbehaving-worker.mjs'));
const pools: WorkerPool[] = [];

function poolOf(count: number, options: { deadlineS?: number; memoryMiB?: number; entry?: URL } = {}): WorkerPool {
  const settings = workerSettings(tmpdir(), { memoryMiB: options.memoryMiB ?? 400 });
  const staging = tmpdir();
  const { deadlineS = 60, entry = ENTRY } = options;
  const pool = createWorkerPool({ count, settings, staging, deadlineS, entry }, createLog('silent'));
  pools.push(pool);
  return pool;
}

/** The model that every worker labels with, as far as many batches tell. */
async function modelsOf(pool: WorkerPool): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 24 }, (_, at) => pool.run(tasks(`m${at}`))));
  return [
    ...new Set(answers.flat().map((result) => String(Object.entries(result).find(([key]) => key === 'model')?.[1]))),
  ];
}

function tasks(...names: string[]): FileTask[] {
  return names.map((name) => ({
    path: `/inbox/${name}`,
    inbox: '/inbox',
    relativePath: name,
    sidecars: [],
    redo: false,
  }));
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('the worker pool', () => {
  it('answers each batch with one result a file, in order', async () => {
    const pool = poolOf(2);
    const batches = ['a', 'b', 'c', 'd', 'e'].map((name) => tasks(`${name}1`, `${name}2`));
    const answers = await Promise.all(batches.map((batch) => pool.run(batch)));
    expect(answers.map((results) => results.map(({ task }) => task.relativePath))).toEqual(
      batches.map((batch) => batch.map(({ relativePath }) => relativePath)),
    );
  });

  it('does a batch whose worker crashed again one file at a time, and quarantines only the file that crashes alone', async () => {
    const results = await poolOf(1).run(tasks('good', 'crash-always', 'also-good'));
    expect(results.map(({ kind }) => kind)).toEqual(['skipped', 'quarantined', 'skipped']);
    expect(results[1]).toMatchObject({ code: 'pipeline/worker-crashed', reason: /SIGKILL|exit code/ });
  });

  it('keeps a file that crashes only in company', async () => {
    const results = await poolOf(1).run(tasks('one', 'crash-in-company'));
    expect(results.map(({ kind }) => kind)).toEqual(['skipped', 'skipped']);
  });

  it('does not blame the batches that waited inside a worker that crashed', async () => {
    const pool = poolOf(1);
    const [bad, good] = await Promise.all([pool.run(tasks('crash-always')), pool.run(tasks('x', 'y'))]);
    expect(bad[0]?.kind).toBe('quarantined');
    expect(good).toMatchObject([{ reason: 'seen in a batch of 2' }, { reason: 'seen in a batch of 2' }]);
  });

  it('stops a file that takes longer than its deadline, also one that never lets go of the processor', async () => {
    const results = await poolOf(1, { deadlineS: 0.5 }).run(tasks('hang', 'good'));
    expect(results[0]).toMatchObject({ kind: 'quarantined', code: 'pipeline/deadline' });
    expect(results[1]).toMatchObject({ kind: 'skipped' });
  });

  it('gives a large file more time', async () => {
    const [task] = tasks('hang');
    const work = poolOf(1, { deadlineS: 0.2 }).run([{ ...(task as FileTask), bytes: 2 ** 26 }]);
    const first = await Promise.race([work, delay(2500, 'still at work')]);
    expect(first).toBe('still at work');
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    await work.catch(() => undefined);
  });

  it('stops a worker whose memory grows beyond its limit, and says so', async () => {
    const [result] = await poolOf(1, { memoryMiB: 300 }).run(tasks('hoard'));
    expect(result).toMatchObject({ kind: 'quarantined', code: 'pipeline/memory' });
    expect(result?.kind === 'quarantined' && result.reason).toMatch(/memory grew to \d+ MiB/);
  });

  it('gives up with a reason when no worker can start', async () => {
    const pool = poolOf(2, { entry: pathToFileURL('/no/such/worker.mjs') });
    await expect(pool.run(tasks('a'))).rejects.toThrow(/No worker could start/);
  });
});

describe('another model for the workers of a pool', () => {
  it('is used by all of them, also by those that start later', async () => {
    const pool = poolOf(2);
    await pool.useModel({ folder: 'new' });
    expect(await modelsOf(pool)).toEqual(['new']);
    await pool.run(tasks('crash-always'));
    expect(await modelsOf(pool)).toEqual(['new']);
  });

  it('leaves the one before where it is refused', async () => {
    const pool = poolOf(2);
    await pool.useModel({ folder: 'old' });
    await expect(pool.useModel({ folder: 'refused' })).rejects.toThrow(/it is refused/);
    expect(await modelsOf(pool)).toEqual(['old']);
  });

  it('is taken back from the workers that have it where a later one refuses it', async () => {
    const pool = poolOf(3);
    await pool.useModel({ folder: 'old' });
    const once = `once:${join(temporaryFolder(), 'taken')}`;
    await expect(pool.useModel({ folder: once })).rejects.toMatchObject({ code: 'classify/model' });
    expect(await modelsOf(pool)).toEqual(['old']);
    await pool.run(tasks('crash-always'));
    expect(await modelsOf(pool)).toEqual(['old']);
  });

  it('is given up where workers end over it, and the pool goes on', async () => {
    const pool = poolOf(2);
    await pool.useModel({ folder: 'old' });
    await expect(pool.useModel({ folder: 'dies' })).rejects.toMatchObject({ code: 'classify/model' });
    expect(await modelsOf(pool)).toEqual(['old']);
  });
});
