import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { load as loadSqliteVec } from 'sqlite-vec';
import { type ErrorContext, errorMessage, IngestError } from '../domain/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { cosineDistance, hammingDistance } from './vector-codec.ts';

/** An open database. Only this file makes one; the rest of src/store prepares statements on it. */
export type Database = BetterSqlite3.Database;
/** A prepared statement with the types of its parameters and of a row. */
export type Statement<Parameters extends unknown[], Row = unknown> = BetterSqlite3.Statement<Parameters, Row>;

export interface SqliteOptions {
  /** `read` may not write; `write` may, and creates what is missing. */
  access: 'read' | 'write';
  /** `record`: every commit reaches the disk. `batch`: a power cut may take back the last commits, never damage. */
  durability: 'record' | 'batch';
}

/** Long enough for another process's transaction (milliseconds), short enough to notice a stuck one. */
const BUSY_TIMEOUT_MS = 10_000;
/** KiB of page cache: the upper levels of all indexes at a million files. */
const CACHE_KIB = 32_768;

/**
 * Opens the SQLite file with WAL, brings its schema up to date and gives it the vector functions.
 * @throws IngestError `store/ledger` where it is no such database, is damaged, or was written by a newer program.
 */
export function openSqlite(path: string, options: SqliteOptions): Database {
  return guarded(`open the ledger "${path}"`, () => {
    if (options.access === 'write') mkdirSync(dirname(path), { recursive: true });
    const db = new BetterSqlite3(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: options.access === 'read' });
    try {
      prepare(db, options);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it: these are referred to. */
const heldLocks = new Set<Database>();

/**
 * Opens a database that serves only as a lock between processes: the operating system frees it when its holder dies,
 * however it dies. Undefined when another connection still holds it after `patienceMs`.
 */
export function openLock(path: string, patienceMs: number): { release(): void } | undefined {
  return guarded(`lock "${path}"`, () => {
    const db = new BetterSqlite3(path, { timeout: patienceMs });
    try {
      db.exec('BEGIN EXCLUSIVE');
      heldLocks.add(db);
      return { release: () => void (heldLocks.delete(db) && db.close()) };
    } catch (error) {
      db.close();
      if (sqliteCode(error).startsWith('SQLITE_BUSY')) return undefined;
      throw error;
    }
  });
}

/** Runs `work` as one transaction that takes the write lock at once; inside another one it becomes part of that. */
export function inTransaction<Result>(db: Database, attempted: string, work: () => Result): Result {
  return guarded(attempted, () => (db.inTransaction ? work() : db.transaction(work).immediate()));
}

/** Runs `work` and turns SQLite's errors into one sentence; `attempted` completes "Cannot ...". */
export function guarded<Result>(attempted: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof IngestError) throw error;
    const code = sqliteCode(error);
    if (code === '' && !isLoadFailure(error)) throw error;
    throw new IngestError('store/ledger', `Cannot ${attempted}: ${explanation(code)}${errorMessage(error)}.`, {
      cause: error,
      retryable: /^SQLITE_(BUSY|FULL|IOERR|LOCKED)/.test(code),
      context: { sqliteCode: code } satisfies ErrorContext,
    });
  }
}

function prepare(db: Database, options: SqliteOptions): void {
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma('foreign_keys = ON');
  db.pragma('temp_store = MEMORY');
  addVectorFunctions(db);
  if (options.access === 'write') {
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${options.durability === 'record' ? 'FULL' : 'NORMAL'}`);
    migrate(db);
  } else {
    requireCurrentSchema(db);
    db.pragma('query_only = ON');
  }
}

/** One step a version, each in its own transaction; two processes that start together do it once. */
function migrate(db: Database): void {
  refuseNewer(schemaVersion(db));
  const step = db.transaction(() => {
    const sql = MIGRATIONS[schemaVersion(db)];
    if (sql === undefined) return false;
    const next = schemaVersion(db) + 1;
    db.exec(sql);
    db.pragma(`user_version = ${next}`);
    return true;
  });
  while (schemaVersion(db) < MIGRATIONS.length && step.immediate());
}

function requireCurrentSchema(db: Database): void {
  const version = schemaVersion(db);
  refuseNewer(version);
  if (version === MIGRATIONS.length) return;
  throw new IngestError(
    'store/ledger',
    `Cannot read the ledger: its schema is version ${version}, this program reads version ${MIGRATIONS.length}; the next backfill or watch brings it up to date.`,
  );
}

function refuseNewer(version: number): void {
  if (version <= MIGRATIONS.length) return;
  throw new IngestError(
    'store/ledger',
    `Cannot open the ledger: its schema is version ${version}, written by a newer program; this one knows up to ${MIGRATIONS.length}.`,
  );
}

function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * sqlite-vec has no binary for some systems (Windows on ARM, musl): there the two functions that the search needs run in
 * JavaScript, with the same results and about ten times slower.
 */
function addVectorFunctions(db: Database): void {
  try {
    loadSqliteVec(db);
  } catch {
    addVectorFallback(db);
  }
}

/** Defines `vec_bit`, `vec_int8`, `vec_distance_hamming` and `vec_distance_cosine` in JavaScript. */
export function addVectorFallback(db: Database): void {
  const pure = { deterministic: true };
  db.function('vec_bit', pure, (blob) => blob);
  db.function('vec_int8', pure, (blob) => blob);
  db.function('vec_distance_hamming', pure, (a, b) => hammingDistance(a as Buffer, b as Buffer));
  db.function('vec_distance_cosine', pure, (a, b) => cosineDistance(a as Buffer, b as Buffer));
}

function sqliteCode(error: unknown): string {
  return error instanceof BetterSqlite3.SqliteError ? error.code : '';
}

/** The native part of better-sqlite3 is absent or built for another Node. */
function isLoadFailure(error: unknown): boolean {
  return error instanceof Error && /bindings file|NODE_MODULE_VERSION|ERR_DLOPEN_FAILED/.test(error.message);
}

function explanation(code: string): string {
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return 'the file is damaged or is no SQLite database (move it away and run again: records already in REPO are found by their content); ';
  }
  if (code.startsWith('SQLITE_BUSY')) return 'another process kept it locked for 10 s; ';
  if (code.startsWith('SQLITE_FULL')) return 'the disk is full; ';
  if (code.startsWith('SQLITE_CANTOPEN')) return 'the file or its folder cannot be opened; ';
  if (code.startsWith('SQLITE_READONLY')) return 'it was opened for reading only; ';
  return '';
}
