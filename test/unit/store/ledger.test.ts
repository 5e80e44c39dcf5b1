import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileOutcome, FileSeen, WorkVersions } from '../../../src/store/ledger-row.ts';
import { verdictOf } from '../../../src/store/ledger-row.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const VERSIONS: WorkVersions = { harvestVersion: 1, convertVersion: 1, modelSha256: 'f'.repeat(64) };

function openLedger(): { store: Store; clock: { now: number } } {
  const clock = { now: 1_700_000_000_000 };
  const store = openStore(temporaryFolder(), { access: 'write', durability: 'batch', now: () => clock.now });
  onTestFinished(() => store.close());
  return { store, clock };
}

function seen(path: string, facts: Partial<FileSeen> = {}): FileSeen {
  return { path, inbox: '/in', bytes: 1000, mtimeMs: 1_650_000_000_000.123, ...facts };
}

function done(path: string, facts: Partial<FileOutcome> = {}): FileOutcome {
  const known = { contentHash: idOf(path), versions: VERSIONS, recordRevision: 1 };
  return { ...seen(path), state: 'done', reason: 'record made', ...known, ...facts };
}

describe('the ledger', () => {
  it('gives back what was recorded, with the time stamp of the file bit for bit', () => {
    const { store, clock } = openLedger();
    store.ledger.record([done('/in/größe 試料.tif')]);
    const row = store.ledger.lookup(['/in/größe 試料.tif', '/in/other.tif']).get('/in/größe 試料.tif');
    expect(row).toMatchObject({
      ...seen('/in/größe 試料.tif'),
      ...VERSIONS,
      state: 'done',
      attempts: 1,
      recordRevision: 1,
    });
    expect(row?.contentHash).toBe(idOf('/in/größe 試料.tif'));
    expect(row?.firstSeenAt).toBe(clock.now);
    expect(store.ledger.lookup(['/in/other.tif']).size).toBe(0);
  });

  it('remembers what a record was made with for as long as the bytes are the same', () => {
    const { store } = openLedger();
    const beside = { sidecars: [{ name: 'größe.txt', bytes: 7, mtimeMs: 5.25 }], userDigest: 'd' };
    const found = (path: string) => store.ledger.lookup([path]).get(path)?.beside;
    store.ledger.record([
      done('/in/a.tif', { beside }),
      done('/in/b.tif', { beside: { sidecars: [] } }),
      done('/in/c.tif'),
    ]);
    expect(found('/in/a.tif')).toEqual(beside);
    expect(found('/in/b.tif')).toEqual({ sidecars: [], userDigest: undefined });
    expect(found('/in/c.tif')).toBeUndefined();
    store.ledger.enqueue([seen('/in/a.tif')], 'queued', 'again');
    expect(found('/in/a.tif')).toEqual(beside);
    store.ledger.enqueue([seen('/in/a.tif', { bytes: 1 })], 'queued', 'changed');
    expect(found('/in/a.tif')).toBeUndefined();
  });

  it('knows a finished file as the same, and another size, time or version as different', () => {
    const { store } = openLedger();
    store.ledger.record([done('/in/a.tif')]);
    const row = store.ledger.lookup(['/in/a.tif']).get('/in/a.tif');
    expect(verdictOf(undefined, seen('/in/a.tif'), VERSIONS)).toBe('new');
    expect(verdictOf(row, seen('/in/a.tif'), VERSIONS)).toBe('same');
    expect(verdictOf(row, seen('/in/a.tif', { bytes: 1001 }), VERSIONS)).toBe('changed');
    expect(verdictOf(row, seen('/in/a.tif', { mtimeMs: 1_650_000_000_000.124 }), VERSIONS)).toBe('changed');
    expect(verdictOf(row, seen('/in/a.tif'), { ...VERSIONS, harvestVersion: 2 })).toBe('outdated');
    expect(verdictOf(row, seen('/in/a.tif'), { ...VERSIONS, modelSha256: undefined })).toBe('outdated');
  });

  it('keeps a quarantined file shut for every version until its bytes change or somebody asks', () => {
    const { store } = openLedger();
    const bad: FileOutcome = {
      ...seen('/in/bad.tif'),
      state: 'quarantined',
      reason: 'truncated',
      errorCode: 'raster/truncated',
    };
    store.ledger.record([bad]);
    const read = () => store.ledger.lookup(['/in/bad.tif']).get('/in/bad.tif');
    expect(verdictOf(read(), seen('/in/bad.tif'), { ...VERSIONS, convertVersion: 9 })).toBe('same');
    expect(verdictOf(read(), seen('/in/bad.tif', { bytes: 5 }), VERSIONS)).toBe('changed');
    expect(store.ledger.retry(['/in/other.tif'])).toBe(0);
    expect(store.ledger.retry()).toBe(1);
    expect(read()).toMatchObject({ state: 'queued', attempts: 1, errorCode: undefined });
    expect(verdictOf(read(), seen('/in/bad.tif'), VERSIONS)).toBe('unfinished');
  });

  it('forgets what it knew of a file whose bytes change, and nothing when it is queued as it was', () => {
    const { store } = openLedger();
    store.ledger.record([done('/in/a.tif')]);
    store.ledger.enqueue([seen('/in/a.tif')], 'queued', 'again');
    expect(store.ledger.lookup(['/in/a.tif']).get('/in/a.tif')).toMatchObject({ state: 'queued', recordRevision: 1 });
    store.ledger.enqueue([seen('/in/a.tif', { bytes: 7 })], 'waiting', 'still growing');
    expect(store.ledger.byHash([idOf('/in/a.tif')]).size).toBe(0);
    expect(store.ledger.lookup(['/in/a.tif']).get('/in/a.tif')).toMatchObject({
      bytes: 7,
      attempts: 0,
      state: 'waiting',
    });
  });

  it('remembers since when a file waits, however often it is looked at', () => {
    const { store, clock } = openLedger();
    const start = clock.now;
    for (const bytes of [1, 2, 3]) {
      store.ledger.enqueue([seen('/in/a.tif', { bytes })], 'waiting', 'still growing');
      clock.now += 60_000;
    }
    store.ledger.enqueue([seen('/in/late.tif')], 'waiting', 'new');
    const [oldest] = store.ledger.list({ state: 'waiting', limit: 1 });
    expect(oldest).toMatchObject({ path: '/in/a.tif', stateSince: start, updatedAt: start + 120_000 });
  });

  it('finds all names of the same bytes', () => {
    const { store } = openLedger();
    const hash = idOf('same');
    store.ledger.record([
      done('/in/first.tif', { contentHash: hash }),
      done('/in/copy.tif', { contentHash: hash, state: 'skipped', reason: 'same bytes as first.tif' }),
      done('/in/other.tif'),
    ]);
    const rows = store.ledger.byHash([hash, idOf('unknown')]);
    expect(rows.get(hash)?.map(({ path }) => path)).toEqual(['/in/first.tif', '/in/copy.tif']);
    expect(rows.size).toBe(1);
  });

  it('counts every state and lists a state page by page', () => {
    const { store } = openLedger();
    store.ledger.enqueue(
      Array.from({ length: 7 }, (_, index) => seen(`/in/${index}.tif`)),
      'queued',
      'new',
    );
    store.ledger.record([done('/in/0.tif')]);
    expect(store.ledger.counts()).toEqual({ waiting: 0, queued: 6, done: 1, skipped: 0, quarantined: 0 });
    const first = store.ledger.list({ state: 'queued', limit: 4 });
    const second = store.ledger.list({ state: 'queued', limit: 4, after: first.at(-1)?.file ?? 0 });
    expect([...first, ...second].map(({ path }) => path)).toEqual(
      [1, 2, 3, 4, 5, 6].map((index) => `/in/${index}.tif`),
    );
  });

  it('says why by the whole path or by the end of it', () => {
    const { store } = openLedger();
    store.ledger.record([
      done('/in/2019/a_1.tif'),
      done('/in/2020/a_1.tif'),
      done('/in/2020/xa_1.tif'),
      done('C:\\in\\b.tif'),
    ]);
    const paths = (asked: string): string[] => store.ledger.why(asked).map(({ path }) => path);
    expect(paths('/in/2019/a_1.tif')).toEqual(['/in/2019/a_1.tif']);
    expect(paths('a_1.tif').toSorted()).toEqual(['/in/2019/a_1.tif', '/in/2020/a_1.tif']);
    expect(paths('2020\\a_1.tif')).toEqual(['/in/2020/a_1.tif']);
    expect(paths('./b.tif')).toEqual(['C:\\in\\b.tif']);
    expect(paths("%' OR 1=1 --")).toEqual([]);
  });

  it('hands out records of older versions in pages that may be redone meanwhile, each once', () => {
    const { store } = openLedger();
    const paths = Array.from({ length: 1203 }, (_, index) => `/in/${index}.tif`);
    store.ledger.record(paths.map((path) => done(path)));
    store.ledger.record([done('/in/5.tif', { versions: { ...VERSIONS, convertVersion: 2 } })]);
    const current = { ...VERSIONS, convertVersion: 2 };
    const redone: string[] = [];
    for (const page of store.ledger.outdated(current)) {
      redone.push(...page.map(({ path }) => path));
      store.ledger.record(page.map(({ path }) => done(path, { versions: current, recordRevision: 2 })));
    }
    expect(redone).toHaveLength(1202);
    expect(new Set(redone).size).toBe(1202);
    expect([...store.ledger.outdated(current)]).toEqual([]);
  });

  it('writes a batch whole or not at all', () => {
    const { store } = openLedger();
    const broken = { ...done('/in/b.tif'), reason: undefined as unknown as string };
    expect(() => store.ledger.record([done('/in/a.tif'), broken])).toThrow();
    expect(store.ledger.counts().done).toBe(0);
  });
});
