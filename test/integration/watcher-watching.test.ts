import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileSource } from '../../src/raster/file-source.ts';
import { tiffCompleteness } from '../../src/raster/tiff-complete.ts';
import type { FolderEventHandlers } from '../../src/watcher/folder-events.ts';
import type { Completeness } from '../../src/watcher/settle.ts';
import type { WatchDeps, WatchEvent, WatchOptions } from '../../src/watcher/watch-event.ts';
import { type InboxWatch, watchInbox } from '../../src/watcher/watch-inbox.ts';
import { watchWithChokidar } from '../../src/watcher/watch-with-chokidar.ts';
import { buildTiff } from '../builders/tiff-builder.ts';

const SETTLE_MS = 60;
const NEVER_MS = 3_600_000;
/** A test that waits for longer has failed. */
const PATIENCE_MS = 10_000;
const TIFF = buildTiff({ width: 64, height: 48, rowsPerStrip: 8 });
const OTHER_TIFF = buildTiff({ width: 80, height: 48, rowsPerStrip: 8 });

let folder: string;
let inbox: string;
let running: Bench[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semantiff-watch-'));
  inbox = join(folder, 'inbox');
  await mkdir(inbox);
  running = [];
});
afterEach(async () => {
  for (const bench of running) await bench.stop();
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, content: Uint8Array = TIFF): Promise<string> {
  const path = join(inbox, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function isComplete(path: string): Promise<Completeness> {
  const source = await openFileSource(path);
  try {
    return await tiffCompleteness(source);
  } finally {
    await source.close();
  }
}

/** A watch, the events that came, and a way to wait for one. */
interface Bench {
  watch: InboxWatch;
  events: WatchEvent[];
  /** Pulls events until one fits; fails with those that came instead. */
  until(fits: (event: WatchEvent) => boolean): Promise<WatchEvent>;
  /** Resolves when the inbox has been scanned `times` times since the start (counted by asking `known`). */
  scans(times: number): Promise<void>;
  ready(): string[];
  stop(): Promise<void>;
}

function startWatch(options: Partial<WatchOptions> = {}, deps: Partial<WatchDeps> = {}): Bench {
  const stopping = new AbortController();
  const scans = countScans();
  const watch = watchInbox(
    { inbox, accept: ['tiff'], settleMs: SETTLE_MS, maxPollMs: 200, ...options },
    {
      isComplete,
      ...deps,
      known: (path, size, mtimeMs) => {
        scans.note(path);
        return path.endsWith('resident.tif') || (deps.known?.(path, size, mtimeMs) ?? false);
      },
    },
    { signal: stopping.signal, log: { info: () => undefined } },
  );
  const iterator = watch[Symbol.asyncIterator]();
  const events: WatchEvent[] = [];
  const bench: Bench = {
    watch,
    events,
    until: async (fits) => {
      for (;;) {
        const { value, done } = await within(PATIENCE_MS, iterator.next(), () => JSON.stringify(events));
        if (done) throw new Error(`the watch ended; events: ${JSON.stringify(events)}`);
        events.push(value);
        if (fits(value)) return value;
      }
    },
    scans: scans.reached,
    ready: () => events.flatMap((event) => (event.type === 'ready' ? [event.file.relativePath] : [])),
    stop: async () => {
      stopping.abort();
      for (let step = await iterator.next(); !step.done; step = await iterator.next()) events.push(step.value);
    },
  };
  running.push(bench);
  return bench;
}

async function within<T>(ms: number, promise: Promise<T>, say: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no event within ${ms} ms; before: ${say()}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Each scan asks `known` for the file named resident.tif once. */
function countScans() {
  let count = 0;
  const waiting: { times: number; resolve: () => void }[] = [];
  return {
    note: (path: string) => {
      if (!path.endsWith('resident.tif')) return;
      count += 1;
      for (const { times, resolve } of waiting) if (count >= times) resolve();
    },
    reached: async (times: number) =>
      await new Promise<void>((resolve) => {
        if (count >= times) resolve();
        else waiting.push({ times, resolve });
      }),
  };
}

function isReady(name: string): (event: WatchEvent) => boolean {
  return (event) => event.type === 'ready' && event.file.relativePath.normalize('NFC') === name.normalize('NFC');
}

function isWaiting(name: string): (event: WatchEvent) => boolean {
  return (event) => event.type === 'waiting' && event.relativePath === name;
}

/** A watch of which only events can bring news from now on: the scan after the opening of the events is over. */
async function startWithEventsOnly(deps: Partial<WatchDeps> = {}): Promise<Bench> {
  await put('resident.tif');
  const bench = startWatch({ mode: 'native', rescanMs: NEVER_MS }, deps);
  await put('there-before.tif');
  await bench.until(isReady('there-before.tif'));
  await bench.scans(2);
  return bench;
}

function openNothing(): { close(): Promise<void> } {
  return { close: async () => await Promise.resolve() };
}

/** A watch whose events are all lost: only scans can bring news. */
function startWithScansOnly(options: Partial<WatchOptions> = {}, deps: Partial<WatchDeps> = {}): Bench {
  return startWatch({ mode: 'native', rescanMs: 30, ...options }, { openEvents: openNothing, ...deps });
}

describe.each([
  ['events of the system', startWithEventsOnly],
  ['events of chokidar', async () => await startWithEventsOnly({ openEvents: watchWithChokidar })],
  ['scans when all events are lost', async () => await Promise.resolve(startWithScansOnly())],
  ['polling', async () => await Promise.resolve(startWatch({ mode: 'polling', rescanMs: 30 }))],
])('watching by %s', (_name, start) => {
  it('waits for a writer who writes in pieces, with the directory at the end', async () => {
    const bench = await start();
    const file = await open(join(inbox, 'slow.tif'), 'w');
    const step = Math.ceil(TIFF.length / 4);
    for (let at = 0; at < TIFF.length; at += step) {
      await file.write(TIFF, at, Math.min(step, TIFF.length - at), at);
      if (at + step < TIFF.length) await bench.until(isWaiting('slow.tif'));
    }
    await file.close();
    const event = await bench.until(isReady('slow.tif'));
    expect(event).toMatchObject({ file: { size: TIFF.length, path: join(inbox, 'slow.tif'), sidecars: [] } });
    expect(bench.ready().filter((name) => name === 'slow.tif')).toHaveLength(1);
  });

  it.each([
    ['zeros', 0],
    ['its first half', 0.5],
  ])('does not take a file that has its full size, but holds only %s yet', async (_what, share) => {
    const bench = await start();
    const file = await open(join(inbox, 'reserved.tif'), 'w');
    await file.truncate(TIFF.length);
    await file.write(TIFF, 0, Math.floor(TIFF.length * share), 0);
    const waiting = await bench.until(isWaiting('reserved.tif'));
    expect(waiting).toMatchObject({ size: TIFF.length, overdue: false });
    await file.write(TIFF, 0, TIFF.length, 0);
    await file.close();
    await bench.until(isReady('reserved.tif'));
    expect(bench.ready().filter((name) => name === 'reserved.tif')).toHaveLength(1);
  });

  it('takes a file that is renamed into place, once, and never its temporary name', async () => {
    const bench = await start();
    await put('upload.tif.part');
    await rename(join(inbox, 'upload.tif.part'), join(inbox, 'renamed.tif'));
    await bench.until(isReady('renamed.tif'));
    await put('sentinel.tif');
    await bench.until(isReady('sentinel.tif'));
    expect(bench.ready().filter((name) => name !== 'there-before.tif')).toEqual(['renamed.tif', 'sentinel.tif']);
  });

  it('takes a file again when it is replaced or changed, and only then', async () => {
    const bench = await start();
    const path = await put('a.tif');
    await bench.until(isReady('a.tif'));
    await writeFile(join(folder, 'other.tif'), OTHER_TIFF);
    await rename(join(folder, 'other.tif'), path);
    expect(await bench.until(isReady('a.tif'))).toMatchObject({ file: { size: OTHER_TIFF.length } });
    await utimes(path, new Date(), new Date('2019-05-01T12:00:00Z'));
    expect(await bench.until(isReady('a.tif'))).toMatchObject({
      file: { mtimeMs: Date.parse('2019-05-01T12:00:00Z') },
    });
    await put('sentinel.tif');
    await bench.until(isReady('sentinel.tif'));
    expect(bench.ready().filter((name) => name === 'a.tif')).toHaveLength(3);
  });

  it('takes files of folders that are made and filled at once, or moved in', async () => {
    const bench = await start();
    for (const name of ['new/deep/er/a.tif', 'new/deep/b.tif', 'new/c.tif']) await put(name);
    await mkdir(join(folder, 'elsewhere/sub'), { recursive: true });
    await writeFile(join(folder, 'elsewhere/sub/d.tif'), TIFF);
    await rename(join(folder, 'elsewhere'), join(inbox, 'moved'));
    const expected = new Set(['new/c.tif', 'new/deep/b.tif', 'new/deep/er/a.tif', 'moved/sub/d.tif']);
    await bench.until((event) => {
      if (event.type === 'ready') expected.delete(event.file.relativePath);
      return expected.size === 0;
    });
    await rename(join(inbox, 'moved'), join(inbox, 'renamed'));
    await bench.until(isReady('renamed/sub/d.tif'));
  });

  it('takes names with spaces, umlauts in both forms and Japanese', async () => {
    const bench = await start();
    const names = [
      'Probe 7 (neu).TIF',
      'Körner groß.tif'.normalize('NFD'),
      'Ärzte.tif'.normalize('NFC'),
      '試料/画像１.tiff',
    ];
    for (const name of names) await put(name);
    for (const name of names) {
      if (!bench.ready().some((ready) => ready.normalize('NFC') === name.normalize('NFC')))
        await bench.until(isReady(name));
    }
  });

  it('says that a waiting file is gone', async () => {
    const bench = await start();
    const path = await put('half.tif', TIFF.subarray(0, 100));
    await bench.until(isWaiting('half.tif'));
    await rm(path);
    await bench.until((event) => event.type === 'vanished' && event.relativePath === 'half.tif');
  });
});

describe('watching an inbox', () => {
  it('takes what was there before the start, however old, and not what the ledger knows', async () => {
    const old = await put('2009/old.tif');
    await utimes(old, new Date('2009-01-01'), new Date('2009-01-01'));
    const done = await put('done.tif');
    const bench = startWatch({}, { known: (path) => path === done });
    await bench.until(isReady('2009/old.tif'));
    await put('sentinel.tif');
    await bench.until(isReady('sentinel.tif'));
    expect(bench.ready()).toEqual(['2009/old.tif', 'sentinel.tif']);
  });

  it('hands out 2,000 files that are dropped at once, each of them once', { timeout: 120_000 }, async () => {
    const bench = await startWithEventsOnly();
    const names = Array.from({ length: 2000 }, (_, i) => `drop/${i % 7}/${String(i).padStart(4, '0')}.tif`);
    for (const name of names) await put(name);
    const missing = new Set(names);
    await bench.until((event) => {
      if (event.type === 'ready') missing.delete(event.file.relativePath);
      return missing.size === 0;
    });
    await put('sentinel.tif');
    await bench.until(isReady('sentinel.tif'));
    expect(bench.ready().toSorted()).toEqual([...names.toSorted(), 'sentinel.tif', 'there-before.tif']);
  });

  it('does not run ahead of a consumer who does not pull', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `${String(i).padStart(4, '0')}.tif`);
    for (const name of names) await put(name);
    let asked = 0;
    let taken = 0;
    let mostAhead = 0;
    const seen = new Set<string>();
    const bench = startWithScansOnly(
      { maxPending: 20 },
      {
        known: (path) => {
          if (!seen.has(path)) asked += 1;
          seen.add(path);
          mostAhead = Math.max(mostAhead, asked - taken);
          return false;
        },
      },
    );
    while (bench.ready().length < names.length) {
      await bench.until((event) => event.type === 'ready');
      taken += 1;
    }
    expect(bench.ready().toSorted()).toEqual(names);
    expect(mostAhead).toBeLessThanOrEqual(21);
  });

  it('is not held up by files that stay incomplete', async () => {
    for (let i = 0; i < 30; i++) await put(`a${i}.tif`, TIFF.subarray(0, 100));
    await put('z.tif');
    const bench = startWithScansOnly({ maxPending: 5 });
    await bench.until(isReady('z.tif'));
  });

  it('gives the sidecars of a picture with it', async () => {
    await put('sub/IMG_1.TXT', Buffer.from('[SemImageFile]'));
    await put('sub/img_1-tif.hdr', Buffer.from('[MAIN]'));
    await put('sub/unrelated.txt', Buffer.from('x'));
    await put('sub/img_1.tif');
    const event = await startWatch().until(isReady('sub/img_1.tif'));
    const sidecars = [join(inbox, 'sub/IMG_1.TXT'), join(inbox, 'sub/img_1-tif.hdr')];
    expect(event).toMatchObject({ file: { sidecars: sidecars.map((path) => ({ path })) } });
  });

  it.each(['events', 'scans'])(
    'hands out a known picture again when its sidecar comes late, told by %s',
    async (how) => {
      const picture = await put('sub/a.tif');
      const done: string[] = [];
      const asked: string[][] = [];
      const deps: Partial<WatchDeps> = {
        known: (path) => done.includes(path),
        isBehind: async ({ path, sidecars }) => {
          asked.push(sidecars.map((sidecar) => sidecar.path));
          return await Promise.resolve(path === picture && sidecars.length > 0 && !done.includes('with sidecar'));
        },
      };
      const bench = how === 'events' ? startWatch({ rescanMs: NEVER_MS }, deps) : startWithScansOnly({}, deps);
      await bench.until(isReady('sub/a.tif'));
      done.push(picture);
      const sidecar = await put('sub/A.TXT', Buffer.from('[SemImageFile]'));
      const event = await bench.until(isReady('sub/a.tif'));
      done.push('with sidecar');
      expect(event).toMatchObject({ file: { path: picture, sidecars: [{ path: sidecar, size: 14 }] } });
      expect(asked).toContainEqual([sidecar]);
    },
  );

  it('asks about the pictures of a folder when a description comes to it or goes', async () => {
    const picture = await put('sub/deep/a.tif');
    let told = 0;
    let behind = false;
    const done: string[] = [];
    const deps: Partial<WatchDeps> = {
      known: (path) => done.includes(path),
      isBehind: async () => await Promise.resolve(behind),
      onDescription: () => {
        told += 1;
      },
    };
    const bench = startWatch({ rescanMs: NEVER_MS }, deps);
    await bench.until(isReady('sub/deep/a.tif'));
    done.push(picture);
    for (const change of [
      () => put('sub/semantiff.yml', Buffer.from('project: P')),
      () => rm(join(inbox, 'sub/semantiff.yml')),
    ]) {
      const before = told;
      behind = true;
      await change();
      await bench.until(isReady('sub/deep/a.tif'));
      behind = false;
      expect(told).toBeGreaterThan(before);
    }
    expect(bench.ready()).toHaveLength(3);
  });

  it('hands out a file again that is given back, though it did not change', async () => {
    const bench = startWithScansOnly();
    const path = await put('a.tif');
    await bench.until(isReady('a.tif'));
    bench.watch.giveBack(path, 10);
    await bench.until(isReady('a.tif'));
  });

  it('keeps a file waiting that another program has locked, and takes it when it is released', async () => {
    let isLocked = true;
    const lockable = async (path: string) => {
      if (isLocked) throw Object.assign(new Error('EBUSY: resource busy or locked, open'), { code: 'EBUSY' });
      return await isComplete(path);
    };
    const bench = startWithScansOnly({}, { isComplete: lockable });
    await put('locked.tif');
    expect(await bench.until(isWaiting('locked.tif'))).toMatchObject({ reason: expect.stringContaining('EBUSY') });
    isLocked = false;
    await bench.until(isReady('locked.tif'));
  });

  it('warns once of a file that waits for longer than it should', async () => {
    const bench = startWithScansOnly({ overdueMs: 300 });
    await put('half.tif', TIFF.subarray(0, 100));
    await bench.until((event) => event.type === 'waiting' && event.overdue);
    await put('sentinel.tif');
    await bench.until(isReady('sentinel.tif'));
    expect(bench.events.filter((event) => event.type === 'waiting' && event.overdue)).toHaveLength(1);
  });

  it('polls on a network file system, where it opens no events', async () => {
    const bench = startWatch(
      { mode: 'auto', rescanMs: 30 },
      { isNetworkFolder: async () => await Promise.resolve(true), openEvents: () => expect.unreachable() },
    );
    await put('first.tif');
    await bench.until(isReady('first.tif'));
    await put('second.tif');
    await bench.until(isReady('second.tif'));
  });

  it('goes on by scanning, with a warning, when the system has no more watches', async () => {
    let closed = 0;
    const openEvents = (_root: string, _ignores: unknown, handlers: FolderEventHandlers) => {
      queueMicrotask(() => {
        for (let i = 0; i < 3; i++) handlers.onError(Object.assign(new Error('System limit'), { code: 'ENOSPC' }));
      });
      return {
        close: async () => {
          closed += 1;
          await Promise.resolve();
        },
      };
    };
    const bench = startWatch({ mode: 'auto', rescanMs: 30 }, { openEvents });
    await bench.until((event) => event.type === 'problem' && event.code === 'watch-limit');
    await put('a.tif');
    await bench.until(isReady('a.tif'));
    expect(bench.events.filter((event) => event.type === 'problem')).toHaveLength(1);
    expect(closed).toBe(1);
  });

  it('forgets nothing and repeats nothing when the inbox is away for a while', async () => {
    const bench = startWithScansOnly();
    await put('half.tif', TIFF.subarray(0, 100));
    await bench.until(isWaiting('half.tif'));
    await put('done.tif');
    await bench.until(isReady('done.tif'));
    await rename(inbox, join(folder, 'away'));
    const expected = new Set(['problem', 'waiting']);
    await bench.until((event) => {
      const isOffline = event.type === 'problem' && event.code === 'inbox-offline';
      if (isOffline || (event.type === 'waiting' && event.reason.includes('offline'))) expected.delete(event.type);
      return expected.size === 0;
    });
    await rename(join(folder, 'away'), inbox);
    await writeFile(join(inbox, 'half.tif'), TIFF);
    await bench.until(isReady('half.tif'));
    await put('sentinel.tif');
    await bench.until(isReady('sentinel.tif'));
    expect(bench.ready()).toEqual(['done.tif', 'half.tif', 'sentinel.tif']);
    expect(bench.events.some((event) => event.type === 'vanished')).toBe(false);
  });

  it('watches an inbox by events again that was replaced by another folder', async () => {
    await put('resident.tif');
    let opened = 0;
    const openEvents = () => {
      opened += 1;
      return { close: async () => await Promise.resolve() };
    };
    const bench = startWatch({ mode: 'native', rescanMs: 30 }, { openEvents });
    await put('a.tif');
    await bench.until(isReady('a.tif'));
    await rename(inbox, join(folder, 'away'));
    await put('b.tif');
    await bench.until(isReady('b.tif'));
    await bench.scans(2);
    expect(opened).toBe(2);
  });

  it('rejects at the start when there is no inbox', async () => {
    await rm(inbox, { recursive: true });
    const bench = startWatch();
    running = [];
    await expect(bench.until(() => true)).rejects.toMatchObject({ code: 'watcher/inbox', retryable: true });
  });

  it('ends with the fault of the ledger when that cannot be asked', async () => {
    await put('a.tif');
    const bench = startWatch(
      {},
      {
        known: () => {
          throw new Error('database disk image is malformed');
        },
      },
    );
    await expect(bench.until(() => true)).rejects.toThrow('malformed');
  });

  it('ends when it is told to, and closes its events', async () => {
    let closed = 0;
    const opened = new EventEmitter();
    const isOpened = once(opened, 'open');
    const openEvents = () => {
      opened.emit('open');
      return {
        close: async () => {
          closed += 1;
          await Promise.resolve();
        },
      };
    };
    const bench = startWatch({ mode: 'native' }, { openEvents });
    const pulled = expect(bench.until(() => true)).rejects.toThrow('the watch ended');
    await isOpened;
    await bench.stop();
    await pulled;
    expect(closed).toBe(1);
  });

  it('ends cleanly when its consumer leaves the loop', async () => {
    await put('a.tif');
    const context = { signal: new AbortController().signal, log: { info: () => undefined } };
    const watch = watchInbox({ inbox, accept: ['tiff'], settleMs: SETTLE_MS }, { isComplete }, context);
    for await (const event of watch) {
      expect(event.type).toBe('ready');
      break;
    }
    expect(await watch[Symbol.asyncIterator]().next()).toEqual({ value: undefined, done: true });
  });
});
