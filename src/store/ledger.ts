import type { ContentHash } from '../domain/ids.ts';
import type { ModelRef } from '../domain/record.ts';
import { FILE_STATES, type FileState } from '../domain/states.ts';
import { recordsNamed, recordsNotBy } from './ledger-records.ts';
import {
  type FileOutcome,
  type FileSeen,
  type LedgerRow,
  type StoredRow,
  storedBeside,
  toLedgerRow,
  type WorkVersions,
} from './ledger-row.ts';
import { type Database, guarded, inTransaction, type Statement } from './sqlite.ts';

/** The memory of what became of every file. One process writes it at a time; each call is one transaction. */
export interface Ledger {
  /** The rows of these paths; a path never seen is absent. About 15 µs a path. */
  lookup(paths: readonly string[]): Map<string, LedgerRow>;
  /** All rows whose last finished work was on these contents: the record's own file and its aliases. */
  byHash(hashes: readonly ContentHash[]): Map<ContentHash, LedgerRow[]>;
  /** Notes files that are to be done or are not complete yet. Other bytes than before forget what was known of them. */
  enqueue(files: readonly FileSeen[], state: 'queued' | 'waiting', reason: string): void;
  /** Notes what became of files, after their records are on disk. Counts an attempt each. */
  record(outcomes: readonly FileOutcome[]): void;
  counts(): Record<FileState, number>;
  /** Rows of a state, the first seen first; `after` is the `file` of the last row of the page before. */
  list(options: { state: FileState; limit: number; after?: number }): LedgerRow[];
  /** The rows of an absolute path, or else of every path that ends in these parts, at most 20. */
  why(path: string): LedgerRow[];
  /** Queues quarantined files again, all of them or these; returns how many. */
  retry(paths?: readonly string[]): number;
  /** The record of these bytes has become another revision, with this model's answer; what became of its files stands. */
  revised(hash: ContentHash, revised: { recordRevision: number; modelSha256?: string | undefined }): void;
  /** Every file that holds these bytes is skipped from now on; returns how many there are. */
  withdraw(hash: ContentHash, reason: string): number;
  /**
   * The records that these names mean: the beginning of an id (8 hex digits or more), an absolute path, or the last parts of
   * one. A name that means none is absent.
   */
  named(names: readonly string[]): Map<string, ContentHash[]>;
  /** Records, also those that only the index knows, that another model answered about, or none; page by page, each once. */
  notBy(model: ModelRef): Generator<ContentHash[]>;
  /** The records of these bytes have the answer of another model now; nothing else of their rows changes. */
  relabel(changes: readonly { id: ContentHash; modelSha256: string }[]): void;
  /** Done rows made by other versions, page by page, so that they may be worked on meanwhile. */
  outdated(versions: WorkVersions): Generator<LedgerRow[]>;
}

const PAGE = 500;
const MOST_WHY = 20;

/** A ledger on an open database; `now` gives milliseconds since 1970. */
export function createLedger(db: Database, now: () => number = Date.now): Ledger {
  const byPath: Statement<[string], StoredRow> = db.prepare('SELECT * FROM files WHERE path = ?');
  const byHash: Statement<[string], StoredRow> = db.prepare('SELECT * FROM files WHERE content_hash = ? ORDER BY file');
  const enqueue: Statement<[StoredParameters]> = db.prepare(ENQUEUE);
  const record: Statement<[StoredParameters]> = db.prepare(RECORD);
  const count: Statement<[], { state: FileState; n: number }> = db.prepare(
    'SELECT state, count(*) AS n FROM files GROUP BY state',
  );
  const page: Statement<[string, number, number], StoredRow> = db.prepare(
    'SELECT * FROM files WHERE state = ? AND file > ? ORDER BY file LIMIT ?',
  );

  return {
    lookup: (paths) =>
      guarded('look files up in the ledger', () => {
        const rows = new Map<string, LedgerRow>();
        const readAll = db.transaction(() => {
          for (const path of paths) {
            const row = byPath.get(path);
            if (row !== undefined) rows.set(path, toLedgerRow(row));
          }
        });
        readAll();
        return rows;
      }),
    byHash: (hashes) =>
      guarded('look contents up in the ledger', () => {
        const found = hashes.map((hash) => [hash, byHash.all(hash).map(toLedgerRow)] as const);
        return new Map(found.filter(([, rows]) => rows.length > 0));
      }),
    enqueue: (files, state, reason) =>
      inTransaction(db, `note ${files.length} files as ${state}`, () => {
        for (const file of files) enqueue.run(seenParameters(file, state, reason, now()));
      }),
    record: (outcomes) =>
      inTransaction(db, `note the outcome of ${outcomes.length} files`, () => {
        for (const outcome of outcomes) record.run(outcomeParameters(outcome, now()));
      }),
    counts: () => guarded('count the ledger', () => withCounts(count.all())),
    list: ({ state, limit, after }) =>
      guarded('list the ledger', () => page.all(state, after ?? 0, limit).map(toLedgerRow)),
    why: (path) => guarded('look a file up in the ledger', () => findByEnding(db, byPath, path)),
    retry: (paths) => inTransaction(db, 'queue quarantined files again', () => retryRows(db, paths, now())),
    ...byContent(db, now),
    named: (names) => guarded('look records up by name', () => recordsNamed(db, names)),
    notBy: (model) => recordsNotBy(db, model),
    outdated: (versions) => outdatedPages(db, versions),
  };
}

/** What happens to all files of a record. */
function byContent(db: Database, now: () => number): Pick<Ledger, 'withdraw' | 'revised' | 'relabel'> {
  const withdraw: Statement<[{ hash: string; reason: string; now: number }]> = db.prepare(`
    UPDATE files SET state = 'skipped', reason = @reason, error_code = 'withdrawn', harvest_version = NULL,
      convert_version = NULL, model_sha256 = NULL, record_revision = NULL, state_since = @now, updated_at = @now
    WHERE content_hash = @hash`);
  const revise: Statement<[{ hash: string; revision: number; model: string | null }]> = db.prepare(`
    UPDATE files SET record_revision = @revision, model_sha256 = @model
    WHERE content_hash = @hash AND record_revision IS NOT NULL`);
  const relabel: Statement<[string, string]> = db.prepare(
    'UPDATE files SET model_sha256 = ? WHERE content_hash = ? AND harvest_version IS NOT NULL',
  );
  return {
    withdraw: (hash, reason) =>
      guarded('note withdrawn files', () => withdraw.run({ hash, reason, now: now() }).changes),
    revised: (hash, { recordRevision: revision, modelSha256: model = null }) =>
      guarded('note another revision of a record', () => {
        revise.run({ hash, revision, model });
      }),
    relabel: (changes) =>
      inTransaction(db, `note the model of ${changes.length} records`, () => {
        for (const { id, modelSha256 } of changes) relabel.run(modelSha256, id);
      }),
  };
}

type StoredParameters = Omit<StoredRow, 'file' | 'attempts' | 'first_seen_at' | 'state_since' | 'updated_at'> & {
  now: number;
};

const INSERT = `
  INSERT INTO files (path, inbox, bytes, mtime_ms, state, reason, error_code, content_hash, harvest_version,
    convert_version, model_sha256, record_revision, sidecars, user_digest, attempts, first_seen_at, state_since, updated_at)`;
const SAME_BYTES = 'bytes = excluded.bytes AND mtime_ms = excluded.mtime_ms';
const SEEN_AGAIN = `
    inbox = excluded.inbox, bytes = excluded.bytes, mtime_ms = excluded.mtime_ms, reason = excluded.reason,
    state_since = iif(state = excluded.state, state_since, excluded.state_since),
    state = excluded.state, error_code = excluded.error_code, updated_at = excluded.updated_at`;

const ENQUEUE = `${INSERT}
  VALUES (@path, @inbox, @bytes, @mtime_ms, @state, @reason, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
    @now, @now, @now)
  ON CONFLICT (path) DO UPDATE SET
    content_hash = iif(${SAME_BYTES}, content_hash, NULL),
    harvest_version = iif(${SAME_BYTES}, harvest_version, NULL),
    convert_version = iif(${SAME_BYTES}, convert_version, NULL),
    model_sha256 = iif(${SAME_BYTES}, model_sha256, NULL),
    record_revision = iif(${SAME_BYTES}, record_revision, NULL),
    sidecars = iif(${SAME_BYTES}, sidecars, NULL),
    user_digest = iif(${SAME_BYTES}, user_digest, NULL),
    attempts = iif(${SAME_BYTES}, attempts, 0),
    ${SEEN_AGAIN}`;

const RECORD = `${INSERT}
  VALUES (@path, @inbox, @bytes, @mtime_ms, @state, @reason, @error_code, @content_hash, @harvest_version,
    @convert_version, @model_sha256, @record_revision, @sidecars, @user_digest, 1, @now, @now, @now)
  ON CONFLICT (path) DO UPDATE SET
    content_hash = excluded.content_hash, harvest_version = excluded.harvest_version,
    convert_version = excluded.convert_version, model_sha256 = excluded.model_sha256,
    record_revision = excluded.record_revision, sidecars = excluded.sidecars,
    user_digest = excluded.user_digest, attempts = attempts + 1,
    ${SEEN_AGAIN}`;

function seenParameters(file: FileSeen, state: FileState, reason: string, now: number): StoredParameters {
  return {
    path: file.path,
    inbox: file.inbox ?? null,
    bytes: file.bytes,
    mtime_ms: file.mtimeMs,
    state,
    reason,
    error_code: null,
    content_hash: null,
    harvest_version: null,
    convert_version: null,
    model_sha256: null,
    record_revision: null,
    ...storedBeside(undefined),
    now,
  };
}

function outcomeParameters(outcome: FileOutcome, now: number): StoredParameters {
  return {
    ...seenParameters(outcome, outcome.state, outcome.reason, now),
    error_code: outcome.errorCode ?? null,
    content_hash: outcome.contentHash ?? null,
    harvest_version: outcome.versions?.harvestVersion ?? null,
    convert_version: outcome.versions?.convertVersion ?? null,
    model_sha256: outcome.versions?.modelSha256 ?? null,
    record_revision: outcome.recordRevision ?? null,
    ...storedBeside(outcome.beside),
  };
}

function withCounts(rows: readonly { state: FileState; n: number }[]): Record<FileState, number> {
  const counts = Object.fromEntries(FILE_STATES.map((state) => [state, 0])) as Record<FileState, number>;
  for (const { state, n } of rows) counts[state] = n;
  return counts;
}

function findByEnding(db: Database, byPath: Statement<[string], StoredRow>, path: string): LedgerRow[] {
  const exact = byPath.get(path);
  if (exact !== undefined) return [toLedgerRow(exact)];
  const ending: Statement<[string, string, number], StoredRow> = db.prepare(
    `SELECT * FROM files WHERE substr(replace(path, '\\', '/'), -length(?)) = ? ORDER BY file DESC LIMIT ?`,
  );
  const parts = `/${path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')}`;
  return ending.all(parts, parts, MOST_WHY).map(toLedgerRow);
}

function retryRows(db: Database, paths: readonly string[] | undefined, now: number): number {
  const change = `UPDATE files SET state = 'queued', reason = 'asked to try again', error_code = NULL,
    state_since = @now, updated_at = @now WHERE state = 'quarantined'`;
  if (paths === undefined) return db.prepare(change).run({ now }).changes;
  const one = db.prepare(`${change} AND path = @path`);
  return paths.reduce((sum, path) => sum + one.run({ now, path }).changes, 0);
}

/** In pages: an open iterator would keep the connection from doing anything else meanwhile. */
function* outdatedPages(db: Database, versions: WorkVersions): Generator<LedgerRow[]> {
  const statement: Statement<[Record<string, string | number | null>], StoredRow> = db.prepare(`
    SELECT * FROM files WHERE state = 'done' AND file > @after AND (harvest_version IS NOT @harvest
      OR convert_version IS NOT @convert OR model_sha256 IS NOT @model) ORDER BY file LIMIT ${PAGE}`);
  let after = 0;
  for (;;) {
    const rows = guarded('look for records of older versions', () =>
      statement.all({
        after,
        harvest: versions.harvestVersion,
        convert: versions.convertVersion,
        model: versions.modelSha256 ?? null,
      }),
    );
    if (rows.length === 0) return;
    after = rows.at(-1)?.file ?? after;
    yield rows.map(toLedgerRow);
  }
}
