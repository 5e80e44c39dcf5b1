import { describe, expect, it } from 'vitest';
import type { Completeness, Look } from '../../../src/watcher/settle.ts';
import { createSettleQueue, type SettleQueueDeps } from '../../../src/watcher/settle-queue.ts';
import { createFakeClock } from './fake-clock.ts';

const options = { settleMs: 2000, maxPollMs: 60_000, overdueMs: 3_600_000 };

/** A disk in memory, and what the queue told. */
function createBench(deps: Partial<SettleQueueDeps> = {}) {
  const clock = createFakeClock();
  const disk = new Map<string, { size: number; mtimeMs: number }>();
  const told: string[] = [];
  let looks = 0;
  const look = async (path: string): Promise<Look> => {
    looks += 1;
    const file = disk.get(path);
    return await Promise.resolve(file ? { kind: 'seen', ...file } : { kind: 'missing' });
  };
  const queue = createSettleQueue(options, {
    clock,
    look,
    isComplete: async () => await Promise.resolve<Completeness>({ complete: true }),
    isWanted: () => true,
    onReady: async (path, seen) => {
      told.push(`ready ${path} ${seen.size}`);
      await Promise.resolve();
    },
    onWaiting: (path, { reason, overdue }) => told.push(`waiting ${path}: ${reason}${overdue ? ' (overdue)' : ''}`),
    onVanished: (path) => told.push(`vanished ${path}`),
    onRoom: () => undefined,
    onFault: (error) => told.push(`fault ${String(error)}`),
    ...deps,
  });
  return { clock, disk, told, queue, looks: () => looks };
}

describe('settle queue', () => {
  it('hands out a quiet file once and without a word before', async () => {
    const { clock, disk, told, queue } = createBench();
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    await clock.advance(60_000);
    expect(told).toEqual(['ready a.tif 10']);
    expect(queue.has('a.tif')).toBe(false);
  });

  it('waits for a slow writer for as long as it writes', async () => {
    const { clock, disk, told, queue } = createBench();
    for (let size = 0; size < 100; size++) {
      disk.set('a.tif', { size, mtimeMs: 1 });
      queue.add('a.tif');
      await clock.advance(1500);
    }
    expect(told).toEqual([expect.stringContaining('waiting a.tif: it is still being written')]);
    await clock.advance(5000);
    expect(told.at(-1)).toBe('ready a.tif 99');
  });

  it('keeps a file waiting that is locked, and takes it when the lock is gone', async () => {
    let locked = true;
    const { clock, disk, told, queue } = createBench({
      isComplete: async () => {
        await Promise.resolve();
        if (locked) throw new Error('EBUSY: resource busy or locked');
        return { complete: true };
      },
    });
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    await clock.advance(600_000);
    expect(told).toEqual(['waiting a.tif: it cannot be read now: EBUSY: resource busy or locked']);
    locked = false;
    await clock.advance(61_000);
    expect(told.at(-1)).toBe('ready a.tif 10');
  });

  it('tells once that a file is overdue, and looks at it about once a minute', async () => {
    const { clock, disk, told, queue, looks } = createBench({
      isComplete: async () => await Promise.resolve({ complete: false, reason: 'no IFD yet' }),
    });
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    await clock.advance(4 * 3_600_000);
    expect(told).toEqual(['waiting a.tif: no IFD yet', 'waiting a.tif: no IFD yet (overdue)']);
    expect(looks()).toBeLessThan(2 * (240 + 20));
  });

  it('tells that a file has vanished only when it was told to be waiting', async () => {
    const { clock, disk, told, queue } = createBench({
      isComplete: async () => await Promise.resolve({ complete: false, reason: 'no IFD yet' }),
    });
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    queue.add('never-there.tif');
    await clock.advance(5000);
    disk.delete('a.tif');
    await clock.advance(60_000);
    expect(told).toEqual(['waiting a.tif: no IFD yet', 'vanished a.tif']);
    expect(queue.unchecked()).toBe(0);
  });

  it('forgets a file that is in the ledger as it stands', async () => {
    const { clock, disk, told, queue } = createBench({ isWanted: (path) => path !== 'known.tif' });
    for (const path of ['known.tif', 'new.tif']) {
      disk.set(path, { size: 10, mtimeMs: 1 });
      queue.add(path);
    }
    await clock.advance(10_000);
    expect(told).toEqual(['ready new.tif 10']);
  });

  it('is not hurried by listings that find a waiting file as it was, but by those that find it changed', async () => {
    let complete = false;
    const { clock, disk, told, queue } = createBench({
      isComplete: async () => await Promise.resolve({ complete, reason: 'no IFD yet' }),
    });
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    await clock.advance(600_000);
    complete = true;
    queue.add('a.tif', { size: 10, mtimeMs: 1 });
    await clock.advance(3000);
    expect(told).toHaveLength(1);
    disk.set('a.tif', { size: 20, mtimeMs: 2 });
    queue.add('a.tif', { size: 20, mtimeMs: 2 });
    await clock.advance(4000);
    expect(told.at(-1)).toBe('ready a.tif 20');
  });

  it('hands out files in the order they came, with a bounded number of checks at once', async () => {
    let running = 0;
    let most = 0;
    const { clock, disk, told, queue } = createBench({
      isComplete: async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return { complete: true };
      },
    });
    const paths = Array.from({ length: 2000 }, (_, i) => `${String(i).padStart(4, '0')}.tif`);
    for (const path of paths) {
      disk.set(path, { size: 1, mtimeMs: 1 });
      queue.add(path);
    }
    await clock.advance(10_000);
    expect(told).toEqual(paths.map((path) => `ready ${path} 1`));
    expect(most).toBeLessThanOrEqual(16);
  });

  it('looks again at a file that an event names while it is handed out', async () => {
    let wanted = true;
    const { clock, disk, told, queue } = createBench({
      isWanted: () => wanted,
      onReady: async (path, seen) => {
        told.push(`ready ${path} ${seen.size}`);
        wanted = seen.size === 10;
        disk.set(path, { size: 20, mtimeMs: 2 });
        queue.add(path);
        await Promise.resolve();
      },
    });
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    await clock.advance(10_000);
    expect(told).toEqual(['ready a.tif 10', 'ready a.tif 20']);
  });

  it('reports a fault of the ledger instead of blaming the file', async () => {
    const { clock, disk, told, queue } = createBench({
      isWanted: () => {
        throw new Error('database is gone');
      },
    });
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    await clock.advance(1000);
    expect(told).toEqual(['fault Error: database is gone']);
  });

  it('is silent after it was stopped', async () => {
    const { clock, disk, told, queue } = createBench();
    disk.set('a.tif', { size: 10, mtimeMs: 1 });
    queue.add('a.tif');
    await clock.advance(1000);
    queue.stop();
    queue.add('a.tif');
    await clock.advance(60_000);
    expect(told).toEqual([]);
  });
});
