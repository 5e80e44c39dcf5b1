import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { load as loadSqliteVec } from 'sqlite-vec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toIndexDocument } from '../../../src/search/document.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { searchRecords } from '../../../src/search/search-records.ts';
import type { FileOutcome } from '../../../src/store/ledger-row.ts';
import { MIGRATIONS } from '../../../src/store/migrations.ts';
import { addVectorFallback } from '../../../src/store/sqlite.ts';
import { STORE_FILE } from '../../../src/store/state-folder.ts';
import { acquireStateLock, stateLockHolder } from '../../../src/store/state-lock.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type EncodedVector, encodeVector } from '../../../src/store/vector-codec.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

function open(state: string, access: 'read' | 'write'): Store {
  const store = openStore(state, { access, durability: 'record' });
  onTestFinished(() => store.close());
  return store;
}

function done(name: string): FileOutcome {
  const versions = { harvestVersion: 1, convertVersion: 1 };
  const work = { contentHash: idOf(name), versions, recordRevision: 1 };
  return { path: `/in/${name}`, inbox: '/in', bytes: 1, mtimeMs: 1, state: 'done', reason: 'record made', ...work };
}

describe('the store', () => {
  it('commits ledger rows and documents of a batch together', async () => {
    const store = open(temporaryFolder(), 'write');
    store.commit([done('a.tif')], [toIndexDocument(makeRecord({ name: 'a.tif' }))]);
    expect(store.ledger.counts().done).toBe(1);
    expect(await store.index.count()).toBe(1);
    expect(store.disagreements()).toEqual({ notIndexed: [], notInLedger: [] });
  });

  it('takes back the documents when the ledger rows cannot be written', async () => {
    const store = open(temporaryFolder(), 'write');
    const broken = { ...done('a.tif'), reason: undefined as unknown as string };
    const labelled = makeRecord({ name: 'a.tif', labels: { Fibres: 0.9 } });
    expect(() => store.commit([broken], [toIndexDocument(labelled)])).toThrow();
    expect(await store.index.count()).toBe(0);
    store.commit([done('a.tif')], [toIndexDocument(labelled)]);
    const found = await store.index.search(parseQuery({ text: 'fibers' }));
    expect(found.hits.map(({ name }) => name)).toEqual(['a.tif']);
  });

  it('says what only one of ledger and index knows', () => {
    const store = open(temporaryFolder(), 'write');
    store.commit([done('ledger.tif')], [toIndexDocument(makeRecord({ name: 'index.tif' }))]);
    expect(store.disagreements()).toEqual({ notIndexed: [idOf('ledger.tif')], notInLedger: [idOf('index.tif')] });
  });

  it('is read while another process of this program writes, and refuses to be written by a reader', async () => {
    const state = temporaryFolder();
    const writer = open(state, 'write');
    const reader = open(state, 'read');
    writer.commit([done('a.tif')], [toIndexDocument(makeRecord({ name: 'a.tif' }))]);
    expect(reader.ledger.counts().done).toBe(1);
    expect(await reader.index.count()).toBe(1);
    const attempt = (): void => reader.ledger.record([done('b.tif')]);
    expect(attempt).toThrow(expect.objectContaining({ code: 'store/ledger' }));
  });

  it('says so when there is nothing to read yet, and creates nothing', () => {
    const state = join(temporaryFolder(), 'never used');
    expect(() => open(state, 'read')).toThrow(expect.objectContaining({ code: 'store/absent' }));
    expect(existsSync(state)).toBe(false);
  });

  it('refuses a file that is no database and one of a newer program, and leaves both as they are', () => {
    const state = temporaryFolder();
    writeFileSync(join(state, STORE_FILE), 'this is not a database, whatever its name says'.repeat(100));
    expect(() => open(state, 'write')).toThrow(expect.objectContaining({ code: 'store/ledger' }));
    const newer = temporaryFolder();
    const db = new Database(join(newer, STORE_FILE));
    db.pragma('user_version = 999');
    db.close();
    for (const access of ['read', 'write'] as const) expect(() => open(newer, access)).toThrow(/newer program/);
  });

  it('brings an older schema up to date and keeps what it holds', async () => {
    const state = temporaryFolder();
    const db = new Database(join(state, STORE_FILE));
    db.exec(MIGRATIONS[0] as string);
    db.pragma('user_version = 1');
    db.exec(`INSERT INTO documents (id, revision, name, decision) VALUES ('${idOf('old.tif')}', 1, 'old.tif', 'none')`);
    db.close();
    expect(() => open(state, 'read')).toThrow(/schema is version 1/);
    const { index } = open(state, 'write');
    const { hits } = await searchRecords({ noIssue: ['saturated'] }, { index });
    expect(hits.map(({ name, issues }) => [name, issues])).toEqual([['old.tif', []]]);
  });

  it('brings the file of the first version up to date and keeps its rows', () => {
    const state = temporaryFolder();
    const db = new Database(join(state, STORE_FILE));
    db.exec(MIGRATIONS[0] ?? '');
    db.pragma('user_version = 1');
    db.exec(`INSERT INTO files (path, bytes, mtime_ms, state, reason, content_hash, harvest_version, convert_version,
      record_revision, attempts, first_seen_at, state_since, updated_at)
      VALUES ('/in/a.tif', 5, 1.5, 'done', 'record made', '${idOf('a.tif')}', 1, 1, 3, 1, 0, 0, 0)`);
    db.close();
    expect(() => open(state, 'read')).toThrow(/schema is version 1.*next backfill or watch/);
    const { ledger } = open(state, 'write');
    const row = ledger.lookup(['/in/a.tif']).get('/in/a.tif');
    expect(row).toMatchObject({ state: 'done', recordRevision: 3, contentHash: idOf('a.tif') });
    expect(row?.beside).toBeUndefined();
    expect(open(state, 'read').ledger.counts().done).toBe(1);
  });

  it('opens again what it closed, in either durability', () => {
    const state = temporaryFolder();
    for (const durability of ['record', 'batch'] as const) {
      const store = openStore(state, { access: 'write', durability });
      store.commit([done(`${durability}.tif`)], []);
      store.close();
      store.close();
    }
    expect(open(state, 'read').ledger.counts().done).toBe(2);
    expect(readdirSync(state)).toContain(STORE_FILE);
  });
});

describe('the lock of STATE', () => {
  it('lets one in, tells the next who is there, and is free after release', () => {
    const state = join(temporaryFolder(), 'new');
    expect(stateLockHolder(state)).toBeUndefined();
    const lock = acquireStateLock(state);
    expect(stateLockHolder(state)?.pid).toBe(process.pid);
    const second = (): unknown => acquireStateLock(state);
    expect(second).toThrow(expect.objectContaining({ code: 'store/locked', retryable: true }));
    expect(second).toThrow(new RegExp(`process ${process.pid} `));
    lock.release();
    lock.release();
    expect(stateLockHolder(state)).toBeUndefined();
    acquireStateLock(state).release();
  });

  it('does not care what a crashed process left written', () => {
    const state = temporaryFolder();
    writeFileSync(join(state, 'state.lock'), '');
    writeFileSync(join(state, 'state.lock.json'), JSON.stringify({ pid: process.pid, host: 'x', since: 'y' }));
    acquireStateLock(state).release();
  });

  it('stands between processes only: a reader passes it', () => {
    const state = temporaryFolder();
    open(state, 'write').close();
    const lock = acquireStateLock(state);
    onTestFinished(() => lock.release());
    expect(open(state, 'read').ledger.counts().done).toBe(0);
  });
});

describe('the vector functions in JavaScript', () => {
  it.each([
    [1, 2],
    [3, 3],
    [5, 0.1],
  ])('give what sqlite-vec gives, vectors %f and %f', (a, b) => {
    const native = new Database(':memory:');
    const plain = new Database(':memory:');
    loadSqliteVec(native);
    addVectorFallback(plain);
    const [left, right] = [encoded(a), encoded(b)];
    const hamming = 'SELECT vec_distance_hamming(vec_bit(?), vec_bit(?))';
    const cosine = 'SELECT vec_distance_cosine(vec_int8(?), vec_int8(?))';
    expect(ask(plain, hamming, left.bits, right.bits)).toBe(ask(native, hamming, left.bits, right.bits));
    expect(ask(plain, cosine, left.int8, right.int8)).toBeCloseTo(ask(native, cosine, left.int8, right.int8), 5);
  });
});

function encoded(seed: number): EncodedVector {
  const vector = encodeVector(Float32Array.from({ length: 64 }, (_, index) => Math.sin(index * seed)));
  if (vector === undefined) throw new Error('nothing was encoded');
  return vector;
}

function ask(db: Database.Database, sql: string, left: Buffer, right: Buffer): number {
  return Number(db.prepare(sql).pluck().get(left, right));
}
