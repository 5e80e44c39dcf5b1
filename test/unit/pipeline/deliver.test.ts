import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ErrorContext, IngestError, type IngestErrorCode } from '../../../src/domain/errors.ts';
import { type ContentHash, recordFolder } from '../../../src/domain/ids.ts';
import type { Log } from '../../../src/log.ts';
import { createDelivery, type Delivery } from '../../../src/pipeline/deliver.ts';
import type { DeliveryOptions } from '../../../src/pipeline/delivery-options.ts';
import { undeliveredSentences } from '../../../src/pipeline/target-status.ts';
import { type Targets, targetSpecs } from '../../../src/pipeline/targets.ts';
import type { IndexDocument } from '../../../src/search/document.ts';
import type { SearchIndex, UpsertReport } from '../../../src/search/index-interface.ts';
import type { FileOutcome } from '../../../src/store/ledger-row.ts';
import type { DeliveryState } from '../../../src/store/outbox-row.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { createMemoryPublisher } from '../../builders/memory-publisher.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { createFakeClock } from '../watcher/fake-clock.ts';

const NOON = new Date(2024, 5, 10, 12).getTime();

interface Bench {
  repo: string;
  state: string;
  store: Store;
  delivery: Delivery;
  lines: { level: string; data: Record<string, unknown>; message: string }[];
  stop: AbortController;
  now: () => number;
  advance: (ms: number) => Promise<void>;
  /** Puts a record into REPO and commits it. */
  add: (name: string, revision?: number) => ContentHash;
  /** Resolves when delivery has done what it can do now. */
  rest: () => Promise<void>;
  rowsOf: (target: string, state: DeliveryState) => ContentHash[];
}

function start(targets: Targets, options: Partial<DeliveryOptions> = {}): Bench {
  const fake = createFakeClock();
  const clock = { now: () => NOON + fake.now(), after: (ms: number, task: () => void) => fake.after(ms, task) };
  const state = temporaryFolder();
  const repo = join(temporaryFolder(), 'repo');
  mkdirSync(join(repo, 'records'), { recursive: true });
  const specs = targetSpecs(targets);
  const store = openStore(state, { access: 'write', durability: 'batch', now: clock.now, targets: specs });
  const lines: Bench['lines'] = [];
  const stop = new AbortController();
  const delivery = createDelivery(
    { ...targets, store, repo, meaningOf: async () => undefined },
    { patienceMs: 0, ...options },
    { signal: stop.signal, log: recordingLog(lines), clock, random: () => 1 },
  );
  onTestFinished(async () => {
    await delivery.stop();
    store.close();
  });
  const add = (name: string, revision = 1): ContentHash => {
    putRecord(repo, name, revision);
    store.commit([done(name, revision)], []);
    return idOf(name);
  };
  return {
    repo,
    state,
    store,
    delivery,
    lines,
    stop,
    now: clock.now,
    advance: async (ms) => await fake.advance(ms),
    add,
    rest: async () => await delivery.drain({ until: 'stuck' }),
    rowsOf: (target, of) => store.outbox.list({ target, state: of, limit: 1000 }).map(({ id }) => id),
  };
}

function putRecord(repo: string, name: string, revision: number): void {
  const record = makeRecord({ name, revision });
  const folder = join(repo, recordFolder(record.id));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
}

function done(name: string, revision: number): FileOutcome {
  const work = {
    contentHash: idOf(name),
    versions: { harvestVersion: 1, convertVersion: 1 },
    recordRevision: revision,
  };
  return { path: `/in/${name}`, inbox: '/in', bytes: 1, mtimeMs: 1, state: 'done', reason: 'record made', ...work };
}

function recordingLog(lines: Bench['lines']): Log {
  const at = (level: string) => (data: unknown, message?: string) =>
    void lines.push({ level, data: data as Record<string, unknown>, message: message ?? '' });
  const log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), child: () => log };
  return log as unknown as Log;
}

/** The embedded index of another STATE stands for a remote one; `refuse` says what it will not take, or throws. */
function openIndex(
  refuse: (documents: readonly IndexDocument[]) => NonNullable<UpsertReport['refused']> = () => [],
): SearchIndex & { calls: number[] } {
  const other = openStore(temporaryFolder(), { access: 'write', durability: 'batch' });
  onTestFinished(() => other.close());
  const calls: number[] = [];
  return {
    ...other.index,
    calls,
    upsert: async (documents) => {
      calls.push(documents.length);
      const refused = refuse(documents);
      const taken = documents.filter(({ id }) => refused.every((one) => one.id !== id));
      return { ...(await other.index.upsert(taken)), refused };
    },
  };
}

function failure(code: IngestErrorCode, context: ErrorContext = {}): IngestError {
  return new IngestError(code, `it is ${code}`, { context });
}

async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 20_000, interval: 5 });
}

describe('delivery', () => {
  it('brings a record to its targets as soon as it is committed, to the index after its files', async () => {
    const order: string[] = [];
    const publisher = createMemoryPublisher('webdav', ({ record }) => void order.push(`files ${record.source.name}`));
    const index = openIndex((documents) => {
      order.push(...documents.map(({ name }) => `index ${name}`));
      return [];
    });
    const bench = start({ publishers: [publisher], index: { name: 'elastic', index } });
    const id = bench.add('a');
    await eventually(() => expect(bench.rowsOf('webdav', 'delivered')).toEqual([id]));
    await bench.advance(200);
    await eventually(() => expect(bench.rowsOf('elastic', 'delivered')).toEqual([id]));
    expect(order).toEqual(['files a', 'index a']);
    expect(await index.count()).toBe(1);
    expect(await bench.store.index.count()).toBe(0);
    expect(undeliveredSentences(bench.store.outbox)).toEqual([]);
  });

  it('gathers documents for 200 ms, and sends so many in one request at most', async () => {
    const index = openIndex();
    const bench = start({ publishers: [], index: { name: 'elastic', index } }, { bulkDocuments: 50 });
    for (let n = 0; n < 120; n++) bench.add(`picture ${n}`);
    await eventually(() => expect(bench.rowsOf('elastic', 'delivered')).toHaveLength(100));
    await bench.advance(199);
    expect(index.calls).toEqual([50, 50]);
    await bench.advance(1);
    await bench.rest();
    expect(index.calls).toEqual([50, 50, 20]);
    expect(await index.count()).toBe(120);
  });

  it.each(['as one of many', 'with the whole request'])(
    'gives up the document that an index refuses %s',
    async (how) => {
      const index = openIndex((documents) => {
        const bad = documents.filter(({ name }) => name === 'bad').map(({ id }) => ({ id, reason: 'no such field' }));
        if (bad.length > 0 && how === 'with the whole request') throw failure('publish/refused');
        return bad;
      });
      const bench = start({ publishers: [], index: { name: 'elastic', index } }, { gatherMs: 0 });
      for (let n = 0; n < 20; n++) putRecord(bench.repo, `good ${n}`, 1);
      putRecord(bench.repo, 'bad', 1);
      const names = [...Array.from({ length: 20 }, (_, n) => `good ${n}`), 'bad'];
      bench.store.commit(
        names.map((name) => done(name, 1)),
        [],
      );
      await bench.rest();
      const [bad, ...others] = bench.store.outbox.list({ target: 'elastic', state: 'failed', limit: 9 });
      expect(bad).toMatchObject({ id: idOf('bad'), lastError: { code: 'publish/refused' } });
      expect(others).toEqual([]);
      expect(bench.rowsOf('elastic', 'delivered')).toHaveLength(20);
    },
  );

  it('has so many records under way as it may, whatever waits', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const publisher = createMemoryPublisher('webdav', async () => await gate);
    const bench = start({ publishers: [publisher] }, { recordsAtOnce: 3 });
    for (let n = 0; n < 30; n++) bench.add(`picture ${n}`);
    await eventually(() => expect(publisher.calls).toHaveLength(3));
    await bench.advance(60_000);
    expect(publisher.calls).toHaveLength(3);
    open();
    await bench.rest();
    expect(publisher.held.size).toBe(30);
    expect(publisher.mostAtOnce).toBe(3);
  });

  it('brings the newest revision: what REPO holds by now, and what was made while an older one was under way', async () => {
    let bench: Bench | undefined;
    const publisher = createMemoryPublisher('webdav', ({ record }) => {
      if (record.revision === 2) bench?.add('a', 3);
    });
    bench = start({ publishers: [publisher] });
    putRecord(bench.repo, 'a', 2);
    bench.store.commit([done('a', 1)], []);
    await bench.rest();
    expect(publisher.held.get(idOf('a'))?.revision).toBe(3);
    expect(publisher.calls).toHaveLength(2);
    expect(bench.rowsOf('webdav', 'delivered')).toEqual([idOf('a')]);
  });

  it('gives up what REPO does not hold as promised, and says why', async () => {
    const publisher = createMemoryPublisher('webdav');
    const index = openIndex();
    const bench = start({ publishers: [publisher], index: { name: 'elastic', index } }, { gatherMs: 0 });
    bench.store.commit([done('gone', 1)], []);
    putRecord(bench.repo, 'older', 1);
    bench.store.commit([done('older', 2)], []);
    const folder = join(bench.repo, recordFolder(idOf('broken')));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'record.json'), '{"half": ');
    bench.store.commit([done('broken', 1)], []);
    await bench.rest();
    const failed = bench.store.outbox.list({ target: 'webdav', state: 'failed', limit: 9 });
    const why = new Map(failed.map(({ id, lastError }) => [id, lastError?.message]));
    expect(why.get(idOf('gone'))).toMatch(/expected revision 1 in REPO, found none/);
    expect(why.get(idOf('older'))).toMatch(/expected revision 2 in REPO, found revision 1/);
    expect(why.get(idOf('broken'))).toMatch(/record.json cannot be read/);
    expect(undeliveredSentences(bench.store.outbox)).toEqual([
      '3 records wait for target elastic: not all publishers have its files yet',
      '3 records were given up for target webdav',
    ]);
  });

  it('gives up nothing when REPO itself is away, and goes on when it is back', async () => {
    const publisher = createMemoryPublisher('webdav');
    const bench = start({ publishers: [publisher] });
    rmSync(bench.repo, { recursive: true });
    bench.store.commit([done('a', 1)], []);
    await bench.rest();
    expect(bench.rowsOf('webdav', 'failed')).toEqual([]);
    expect(undeliveredSentences(bench.store.outbox)[0]).toMatch(
      /1 record waits for target webdav: REPO .* is not there/,
    );
    putRecord(bench.repo, 'a', 1);
    await bench.advance(30_000);
    await eventually(() => expect(bench.rowsOf('webdav', 'delivered')).toEqual([idOf('a')]));
  });

  it('tries a locked record again when its time has come, and others meanwhile', async () => {
    let locked = true;
    const publisher = createMemoryPublisher('webdav', ({ record }) => {
      if (locked && record.source.name === 'a') throw failure('publish/locked', { retryAfterS: 30 });
    });
    const bench = start({ publishers: [publisher] });
    bench.add('a');
    bench.add('b');
    await bench.rest();
    expect(bench.rowsOf('webdav', 'delivered')).toEqual([idOf('b')]);
    locked = false;
    await bench.advance(29_999);
    expect(publisher.calls).toHaveLength(2);
    await bench.advance(1);
    await eventually(() => expect(bench.rowsOf('webdav', 'delivered')).toHaveLength(2));
  });

  it('probes a target that cannot be reached, burns no attempts on it, and brings all at once when it is back', async () => {
    let isAway = true;
    const publisher = createMemoryPublisher('webdav', () => {
      if (isAway) throw failure('publish/unreachable');
    });
    const bench = start({ publishers: [publisher] }, { recordsAtOnce: 1 });
    for (let n = 0; n < 50; n++) bench.add(`picture ${n}`);
    await bench.rest();
    expect(publisher.calls).toHaveLength(5);
    expect(bench.store.outbox.pauseOf('webdav')).toMatchObject({ code: 'publish/unreachable' });
    for (let minute = 0; minute < 60; minute++) {
      await bench.advance(60_000);
      await bench.rest();
    }
    expect(publisher.calls.length).toBeLessThan(75);
    expect(bench.rowsOf('webdav', 'failed')).toEqual([]);
    expect(undeliveredSentences(bench.store.outbox)).toEqual([
      '50 records wait for target webdav: it is publish/unreachable',
    ]);
    isAway = false;
    await bench.advance(60_000);
    await eventually(() => expect(publisher.held.size).toBe(50));
    await bench.rest();
    expect(bench.store.outbox.pauseOf('webdav')).toBeUndefined();
  });

  it('stops sending to a target that does not let us in, says so as an error, and goes on when somebody asks', async () => {
    let password = 'wrong';
    const publisher = createMemoryPublisher('webdav', () => {
      if (password === 'wrong') throw failure('publish/unauthorised');
    });
    const bench = start({ publishers: [publisher] }, { recordsAtOnce: 1 });
    bench.add('a');
    bench.add('b');
    await bench.delivery.drain({ until: 'empty' });
    await bench.advance(3_600_000);
    expect(publisher.calls).toHaveLength(1);
    expect(bench.lines.filter(({ level }) => level === 'error')).toMatchObject([{ data: { target: 'webdav' } }]);
    expect(bench.store.outbox.oldest('webdav')).toMatchObject({ attempts: 0 });
    password = 'right';
    const other = openStore(bench.state, { access: 'write', durability: 'record' });
    other.outbox.retry({ target: 'webdav' });
    other.close();
    await bench.advance(10_000);
    await eventually(() => expect(publisher.held.size).toBe(2));
  });

  it('pauses a target that is full or busy for as long as it takes', async () => {
    let answer: IngestError | undefined = failure('publish/full');
    const publisher = createMemoryPublisher('webdav', () => {
      if (answer) throw answer;
    });
    const bench = start({ publishers: [publisher] }, { recordsAtOnce: 1 });
    bench.add('a');
    await bench.rest();
    expect(bench.store.outbox.pauseOf('webdav')).toMatchObject({ code: 'publish/full', until: bench.now() + 300_000 });
    answer = failure('publish/busy', { retryAfterS: 20 });
    await bench.advance(300_000);
    await bench.rest();
    expect(bench.store.outbox.pauseOf('webdav')).toMatchObject({ code: 'publish/busy', until: bench.now() + 20_000 });
    answer = undefined;
    await bench.advance(20_000);
    await eventually(() => expect(publisher.held.size).toBe(1));
    expect(bench.lines.map(({ level }) => level)).not.toContain('error');
  });

  it('does not wait for ever for a target that asks for another second again and again', async () => {
    const publisher = createMemoryPublisher('webdav', () => {
      throw failure('publish/busy', { retryAfterS: 1 });
    });
    const bench = start({ publishers: [publisher] }, { patienceMs: 3000 });
    bench.add('a');
    let ended = false;
    const rest = bench.rest().finally(() => {
      ended = true;
    });
    const paused = () => bench.store.outbox.pauseOf('webdav')?.until ?? 0;
    for (let second = 0; second < 10; second++) {
      await eventually(() => expect(paused()).toBe(bench.now() + 1000));
      await bench.advance(1000);
      expect(ended).toBe(false);
    }
    await eventually(() => expect(paused()).toBe(bench.now() + 1000));
    await bench.advance(1000);
    await rest;
    expect(undeliveredSentences(bench.store.outbox)).toEqual([
      expect.stringContaining('1 record waits for target webdav'),
    ]);
  });

  it('gives up a record that is refused, and tries it when its bytes make a new revision', async () => {
    const publisher = createMemoryPublisher('webdav', ({ record }) => {
      if (record.revision === 1 && record.source.name === 'a') throw failure('publish/refused');
    });
    const bench = start({ publishers: [publisher] });
    bench.add('a');
    bench.add('b');
    await bench.rest();
    expect(bench.rowsOf('webdav', 'failed')).toEqual([idOf('a')]);
    bench.add('a', 2);
    await bench.rest();
    expect(bench.rowsOf('webdav', 'delivered')).toHaveLength(2);
  });

  it('sends only in the hours for uploads, and says so', async () => {
    const publisher = createMemoryPublisher('webdav');
    const bench = start({ publishers: [publisher] }, { window: '22:00-06:00' });
    bench.add('a');
    await bench.rest();
    expect(undeliveredSentences(bench.store.outbox)).toEqual([
      '1 record waits for target webdav: outside the hours for uploads, 22:00-06:00',
    ]);
    await bench.advance(10 * 3_600_000 - 1);
    expect(publisher.calls).toEqual([]);
    await bench.advance(1);
    await eventually(() => expect(publisher.held.size).toBe(1));
    expect(bench.store.outbox.pauseOf('webdav')).toBeUndefined();
  });

  it('brings tombstones to publishers, and takes withdrawn records from the index', async () => {
    const publisher = createMemoryPublisher('webdav');
    const index = openIndex();
    const bench = start({ publishers: [publisher], index: { name: 'elastic', index } }, { gatherMs: 0 });
    const id = bench.add('a');
    await bench.rest();
    expect(await index.count()).toBe(1);
    const withdrawnAt = '2024-06-10T12:00:00+02:00';
    const tombstone = { schemaVersion: 2, id, revision: 2, withdrawnAt, reason: 'wrong sample' };
    bench.store.outbox.withdraw([{ id, revision: 2, json: JSON.stringify(tombstone) }]);
    await bench.advance(10_000);
    await bench.rest();
    expect(publisher.held.get(id)).toMatchObject({ revision: 2, withdrawn: true });
    expect(await index.count()).toBe(0);
    expect(undeliveredSentences(bench.store.outbox)).toEqual([]);
  });

  it('lets what is under way end when it is stopped, and begins nothing more', async () => {
    let release: (() => void) | undefined;
    const publisher = createMemoryPublisher('webdav', async () => await new Promise<void>((go) => (release = go)));
    const bench = start({ publishers: [publisher] }, { recordsAtOnce: 1 });
    bench.add('a');
    bench.add('b');
    await eventually(() => expect(release).toBeDefined());
    bench.stop.abort();
    const stopped = bench.delivery.stop();
    release?.();
    await stopped;
    expect(publisher.calls).toHaveLength(1);
    expect(bench.rowsOf('webdav', 'delivered')).toEqual([idOf('a')]);
    await bench.rest();
  });

  it('breaks off what takes too long when it is stopped, and holds that against no record', async () => {
    const publisher = createMemoryPublisher('webdav', async (_record, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    });
    const bench = start({ publishers: [publisher] });
    bench.add('a');
    await eventually(() => expect(publisher.calls).toHaveLength(1));
    const stopped = bench.delivery.stop();
    await bench.advance(10_000);
    await stopped;
    expect(bench.store.outbox.oldest('webdav')).toMatchObject({ id: idOf('a'), attempts: 0, lastError: undefined });
  });

  it('survives a ledger that cannot be written for a while', async () => {
    const publisher = createMemoryPublisher('webdav');
    const bench = start({ publishers: [publisher] });
    const { outbox } = bench.store;
    const real = { ...outbox };
    outbox.delivered = () => {
      throw new IngestError('store/ledger', 'the disk is full', { retryable: true });
    };
    bench.add('a');
    await bench.rest();
    expect(bench.rowsOf('webdav', 'due')).toEqual([idOf('a')]);
    Object.assign(outbox, real);
    await bench.advance(5000);
    await eventually(() => expect(bench.rowsOf('webdav', 'delivered')).toEqual([idOf('a')]));
    expect(bench.lines).toMatchObject([{ level: 'error', data: { reason: 'the disk is full' } }]);
  });
});
