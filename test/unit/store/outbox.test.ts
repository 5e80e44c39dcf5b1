import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileOutcome } from '../../../src/store/ledger-row.ts';
import { MIGRATIONS } from '../../../src/store/migrations.ts';
import type { OutboxItem, TargetSpec } from '../../../src/store/outbox-row.ts';
import { STORE_FILE } from '../../../src/store/state-folder.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const WEBDAV: TargetSpec = { name: 'webdav', kind: 'publish' };
const FOLDER: TargetSpec = { name: 'folder', kind: 'publish' };
const ELASTIC: TargetSpec = { name: 'elastic', kind: 'index' };
const START = 1_700_000_000_000;

interface Opened {
  store: Store;
  clock: { now: number };
  state: string;
}

function open(targets: TargetSpec[] | undefined, state = temporaryFolder(), clock = { now: START }): Opened {
  const given = targets && { targets };
  const store = openStore(state, { access: 'write', durability: 'batch', now: () => clock.now, ...given });
  onTestFinished(() => store.close());
  return { store, clock, state };
}

function done(name: string, revision = 1, facts: Partial<FileOutcome> = {}): FileOutcome {
  const work = {
    contentHash: idOf(name),
    versions: { harvestVersion: 1, convertVersion: 1 },
    recordRevision: revision,
  };
  const seen = { path: `/in/${name}`, inbox: '/in', bytes: 1, mtimeMs: 1 };
  return { ...seen, state: 'done', reason: 'record made', ...work, ...facts };
}

/** Ids that may be delivered now, with the revision wished for. */
function dueAt({ store, clock }: Opened, target: TargetSpec): [string, number][] {
  return store.outbox.due(target.name, clock.now, 100).map(({ id, revision }) => [id, revision]);
}

function only({ store, clock }: Opened, target: TargetSpec): OutboxItem {
  const items = store.outbox.due(target.name, clock.now, 100);
  expect(items).toHaveLength(1);
  return items[0] as OutboxItem;
}

describe('the outbox', () => {
  it('wishes for every record of a commit at every target, and for nothing where a file became none', () => {
    const opened = open([WEBDAV, ELASTIC]);
    const bad = { contentHash: undefined, recordRevision: undefined, state: 'quarantined' } as const;
    opened.store.commit([done('a'), done('b'), done('bad', 1, bad)], []);
    expect(dueAt(opened, WEBDAV)).toEqual([
      [idOf('a'), 1],
      [idOf('b'), 1],
    ]);
    expect(opened.store.outbox.counts()).toMatchObject([
      { name: 'elastic', kind: 'index', configured: true, due: 2, failed: 0, delivered: 0 },
      { name: 'webdav', kind: 'publish', configured: true, due: 2, failed: 0, delivered: 0 },
    ]);
  });

  it('keeps record and wish together: neither is there when the commit fails', () => {
    const opened = open([WEBDAV]);
    const broken = { ...done('b'), reason: undefined as unknown as string };
    expect(() => opened.store.commit([done('a'), broken], [])).toThrow();
    expect(dueAt(opened, WEBDAV)).toEqual([]);
    expect(opened.store.ledger.counts().done).toBe(0);
  });

  it('says after each commit that there may be work, until nobody wants to know', () => {
    const { store } = open([WEBDAV]);
    let calls = 0;
    const end = store.onWished(() => void (calls += 1));
    store.commit([done('a')], []);
    end();
    store.commit([done('b')], []);
    expect(calls).toBe(1);
  });

  it('enqueues the revision that another name of the same bytes made', () => {
    const opened = open([WEBDAV]);
    opened.store.commit([done('a')], []);
    opened.store.commit([done('copy', 2, { contentHash: idOf('a'), state: 'skipped', reason: 'same bytes' })], []);
    expect(dueAt(opened, WEBDAV)).toEqual([[idOf('a'), 2]]);
  });

  it('indexes a revision only after all publishers have its files, and at once where there are none', () => {
    const opened = open([ELASTIC, WEBDAV, FOLDER]);
    const { outbox } = opened.store;
    opened.store.commit([done('a')], []);
    expect(dueAt(opened, ELASTIC)).toEqual([]);
    expect(outbox.oldest(ELASTIC.name)).toMatchObject({ id: idOf('a'), blocked: true });
    expect(outbox.nextTryAt(ELASTIC.name)).toBeUndefined();
    outbox.delivered(WEBDAV.name, [{ id: idOf('a'), revision: 1 }]);
    expect(dueAt(opened, ELASTIC)).toEqual([]);
    outbox.delivered(FOLDER.name, [{ id: idOf('a'), revision: 2 }]);
    expect(dueAt(opened, ELASTIC)).toEqual([[idOf('a'), 1]]);
    opened.store.commit([done('a', 2)], []);
    expect(dueAt(opened, ELASTIC)).toEqual([]);
    outbox.delivered(WEBDAV.name, [{ id: idOf('a'), revision: 2 }]);
    expect(dueAt(opened, ELASTIC)).toEqual([[idOf('a'), 2]]);

    const alone = open([ELASTIC]);
    alone.store.commit([done('a')], []);
    expect(dueAt(alone, ELASTIC)).toEqual([[idOf('a'), 1]]);
  });

  it('frees the index when the publisher it waited for is no longer configured', () => {
    const { store, state } = open([WEBDAV, ELASTIC]);
    store.commit([done('a')], []);
    store.close();
    const again = open([ELASTIC], state);
    expect(dueAt(again, ELASTIC)).toEqual([[idOf('a'), 1]]);
    expect(again.store.outbox.counts()).toMatchObject([
      { name: 'elastic', configured: true, due: 1 },
      { name: 'webdav', configured: false, due: 1 },
    ]);
  });

  it('marks what was confirmed, and keeps a wish that became newer meanwhile', () => {
    const opened = open([WEBDAV]);
    const { outbox } = opened.store;
    opened.store.commit([done('a')], []);
    opened.store.commit([done('a', 2)], []);
    outbox.delivered(WEBDAV.name, [{ id: idOf('a'), revision: 1 }]);
    expect(only(opened, WEBDAV)).toMatchObject({ revision: 2, deliveredRevision: 1 });
    outbox.delivered(WEBDAV.name, [{ id: idOf('a'), revision: 2 }]);
    opened.store.commit([done('a', 2)], []);
    expect(outbox.counts()).toMatchObject([{ due: 0, delivered: 1 }]);
  });

  it('waits for the time of the next try, and a newer revision forgets the failures of the older', () => {
    const opened = open([WEBDAV]);
    const { store, clock } = opened;
    store.commit([done('a')], []);
    const failure = { code: 'publish/locked', message: 'somebody edits it', nextTryAt: clock.now + 5000 };
    store.outbox.failed(only(opened, WEBDAV), failure);
    expect(dueAt(opened, WEBDAV)).toEqual([]);
    expect(store.outbox.nextTryAt(WEBDAV.name)).toBe(clock.now + 5000);
    clock.now += 5000;
    const lastError = { code: 'publish/locked', message: 'somebody edits it' };
    const tried = only(opened, WEBDAV);
    expect(tried).toMatchObject({ attempts: 1, since: START, lastError });
    store.outbox.failed(tried, { ...failure, nextTryAt: clock.now + 60_000 });
    store.commit([done('a', 2)], []);
    expect(only(opened, WEBDAV)).toMatchObject({ revision: 2, attempts: 0, since: START, lastError: undefined });
    store.outbox.refused(tried, {
      code: 'publish/refused',
      message: 'too late: revision 1 is not wished for any more',
    });
    expect(only(opened, WEBDAV)).toMatchObject({ attempts: 0, state: 'due' });
  });

  it('hands out the oldest first, and lists page by page', () => {
    const opened = open([WEBDAV]);
    const { store, clock } = opened;
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      store.commit([done(name)], []);
      clock.now += 1000;
    }
    expect(store.outbox.due(WEBDAV.name, clock.now, 2).map(({ id }) => id)).toEqual([idOf('a'), idOf('b')]);
    expect(store.outbox.oldest(WEBDAV.name)).toMatchObject({ id: idOf('a'), since: START });
    const first = store.outbox.list({ target: WEBDAV.name, state: 'due', limit: 3 });
    const last = first.at(-1) as OutboxItem;
    const second = store.outbox.list({ target: WEBDAV.name, state: 'due', limit: 3, after: last });
    expect([...first, ...second].map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e'].map(idOf));
  });

  it('gives up what is refused until somebody asks, and then also lifts the pause', () => {
    const opened = open([WEBDAV, FOLDER]);
    const { outbox } = opened.store;
    opened.store.commit([done('a'), done('b')], []);
    const [a, b] = outbox.due(WEBDAV.name, START, 2) as [OutboxItem, OutboxItem];
    outbox.refused(a, { code: 'publish/refused', message: 'the name is too long' });
    outbox.failed(b, { code: 'publish/locked', message: 'locked', nextTryAt: START + 1000 });
    outbox.pause(WEBDAV.name, { code: 'publish/unauthorised', reason: 'wrong password' });
    expect(outbox.pauseOf(WEBDAV.name)).toEqual({ code: 'publish/unauthorised', reason: 'wrong password' });
    expect(outbox.retry({ target: FOLDER.name })).toBe(0);
    expect(outbox.pauseOf(WEBDAV.name)).toBeDefined();
    expect(outbox.list({ target: WEBDAV.name, state: 'failed', limit: 9 })).toMatchObject([
      { id: idOf('a'), lastError: { code: 'publish/refused', message: 'the name is too long' } },
    ]);
    expect(outbox.retry({ failed: true })).toBe(1);
    expect(outbox.pauseOf(WEBDAV.name)).toBeUndefined();
    expect(dueAt(opened, WEBDAV)).toEqual([[idOf('a'), 1]]);
    expect(outbox.retry({ target: WEBDAV.name })).toBe(1);
    expect(dueAt(opened, WEBDAV)).toHaveLength(2);
  });

  it('hurries what failed with one code when its target can be reached again', () => {
    const opened = open([WEBDAV]);
    const { outbox } = opened.store;
    opened.store.commit([done('a'), done('b')], []);
    const [a, b] = outbox.due(WEBDAV.name, START, 2) as [OutboxItem, OutboxItem];
    outbox.failed(a, { code: 'publish/unreachable', message: 'no route', nextTryAt: START + 900_000 });
    outbox.failed(b, { code: 'publish/locked', message: 'locked', nextTryAt: START + 900_000 });
    outbox.hurry(WEBDAV.name, 'publish/unreachable');
    expect(only(opened, WEBDAV)).toMatchObject({ id: idOf('a'), attempts: 1 });
  });

  it('brings a tombstone where the record was or never arrived, and takes it from the index without waiting', () => {
    const opened = open([WEBDAV, ELASTIC]);
    const { outbox } = opened.store;
    opened.store.commit([done('a')], []);
    outbox.withdraw([{ id: idOf('a'), revision: 2, json: '{"reason":"wrong sample"}' }]);
    for (const target of [WEBDAV, ELASTIC])
      expect(only(opened, target)).toMatchObject({
        kind: 'withdraw',
        revision: 2,
        tombstone: '{"reason":"wrong sample"}',
      });
    outbox.delivered(WEBDAV.name, [{ id: idOf('a'), revision: 1 }]);
    expect(only(opened, WEBDAV)).toMatchObject({ kind: 'withdraw' });
    outbox.delivered(WEBDAV.name, [{ id: idOf('a'), revision: 2 }]);
    opened.store.commit([done('a')], []);
    expect(dueAt(opened, WEBDAV)).toEqual([]);
  });

  it('wishes for all known records at a target that is new, also of files that changed since, not for withdrawn ones', () => {
    const { store, state, clock } = open(undefined);
    const document = { revision: 3, name: 'x', decision: 'none', quantities: {}, labels: [], issues: [] } as const;
    const text = { name: '', subject: '', instrument: '', header: '', issues: '' };
    store.commit([done('a', 2), done('gone')], [{ ...document, id: idOf('old'), text }]);
    store.close();
    const second = open([FOLDER], state, clock);
    expect(new Map(dueAt(second, FOLDER))).toEqual(
      new Map([
        [idOf('a'), 2],
        [idOf('gone'), 1],
        [idOf('old'), 3],
      ]),
    );
    second.store.outbox.withdraw([{ id: idOf('gone'), revision: 2, json: '{}' }]);
    second.store.outbox.delivered(FOLDER.name, [{ id: idOf('a'), revision: 2 }]);
    second.store.close();
    const third = open([FOLDER, ELASTIC], state, clock);
    expect(dueAt(third, FOLDER)).toHaveLength(2);
    expect(dueAt(third, ELASTIC)).toEqual([[idOf('a'), 2]]);
    expect(third.store.outbox.counts()).toMatchObject([{ name: 'elastic', due: 2 }, { name: 'folder' }]);
    expect(third.store.outbox.enqueueMissing(ELASTIC)).toBe(0);
  });

  it('enqueues nothing where no target is configured', () => {
    const { store } = open([]);
    store.commit([done('a')], []);
    expect(store.outbox.counts()).toEqual([]);
  });

  it('is added to the file of an older version, and then delivers what that one had done', () => {
    const state = temporaryFolder();
    const db = new Database(join(state, STORE_FILE));
    for (const sql of MIGRATIONS.slice(0, 3)) db.exec(sql);
    db.pragma('user_version = 3');
    db.exec(`INSERT INTO files (path, bytes, mtime_ms, state, reason, content_hash, harvest_version, convert_version,
      record_revision, attempts, first_seen_at, state_since, updated_at)
      VALUES ('/in/a.tif', 5, 1.5, 'done', 'record made', '${idOf('a')}', 1, 1, 3, 1, 0, 0, 0)`);
    db.close();
    const opened = open([WEBDAV], state);
    expect(opened.store.ledger.counts().done).toBe(1);
    expect(dueAt(opened, WEBDAV)).toEqual([[idOf('a'), 3]]);
  });
});
