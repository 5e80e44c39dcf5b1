import type { ContentHash } from '../domain/ids.ts';
import type { FileState } from '../domain/states.ts';

/** What has been done to a file's bytes is keyed by these; an absent model means "not classified". */
export interface WorkVersions {
  harvestVersion: number;
  convertVersion: number;
  modelSha256?: string | undefined;
}

/** A sidecar as it was found: its file name and what stat said. */
export interface SidecarPrint {
  name: string;
  bytes: number;
  mtimeMs: number;
}

/** What stands beside a picture and goes into its record. */
export interface Beside {
  sidecars: readonly SidecarPrint[];
  /** Digest of what people say of the picture; absent when nobody says anything. */
  userDigest?: string | undefined;
}

/** A file as found: its absolute path (as `ledgerPath` writes it) and what stat said. */
export interface FileSeen {
  path: string;
  /** Absolute path of the inbox it was found in; its path below it is what gets published. */
  inbox?: string | undefined;
  bytes: number;
  mtimeMs: number;
}

/** One line of the ledger. Times are milliseconds since 1970. */
export interface LedgerRow extends FileSeen {
  /** Number of the row, in the order in which files were first seen. */
  file: number;
  state: FileState;
  reason: string;
  errorCode?: string | undefined;
  contentHash?: ContentHash | undefined;
  harvestVersion?: number | undefined;
  convertVersion?: number | undefined;
  modelSha256?: string | undefined;
  recordRevision?: number | undefined;
  /** What the record was made with. */
  beside?: Beside | undefined;
  attempts: number;
  firstSeenAt: number;
  /** When the row got its present state, however often it was confirmed since. */
  stateSince: number;
  updatedAt: number;
}

/** What became of a file. `versions` and `recordRevision` go with `done`, and with `skipped` as another's alias. */
export interface FileOutcome extends FileSeen {
  state: 'done' | 'skipped' | 'quarantined';
  reason: string;
  errorCode?: string | undefined;
  contentHash?: ContentHash | undefined;
  versions?: WorkVersions | undefined;
  recordRevision?: number | undefined;
  beside?: Beside | undefined;
}

export type Verdict = 'new' | 'changed' | 'unfinished' | 'same' | 'outdated';

/**
 * What the ledger says about a file before anybody opens it.
 * - `new`: never seen. `changed`: size or mtime differ, any state is reopened.
 * - `unfinished`: waiting or queued, by this run or one that was killed.
 * - `same`: done or skipped with these very versions, or quarantined (which only other bytes or `retry` reopen).
 * - `outdated`: done or skipped by other versions: `reprocess` redoes it.
 */
export function verdictOf(row: LedgerRow | undefined, seen: FileSeen, versions: WorkVersions): Verdict {
  if (row === undefined) return 'new';
  if (row.bytes !== seen.bytes || row.mtimeMs !== seen.mtimeMs) return 'changed';
  if (row.state === 'waiting' || row.state === 'queued') return 'unfinished';
  if (row.state === 'quarantined') return 'same';
  return hasVersions(row) && !isCurrent(row, versions) ? 'outdated' : 'same';
}

/** True when the row's work was done by these versions. */
export function isCurrent(row: LedgerRow, versions: WorkVersions): boolean {
  return (
    row.harvestVersion === versions.harvestVersion &&
    row.convertVersion === versions.convertVersion &&
    row.modelSha256 === versions.modelSha256
  );
}

/**
 * True when something came to stand beside a picture since its record was made, or is no longer the same. A sidecar that
 * has gone changes nothing. Only rows with a record can be behind.
 */
export function isBesideChanged(row: LedgerRow, { sidecars, userDigest }: Beside): boolean {
  if (row.contentHash === undefined) return false;
  const before = row.beside ?? { sidecars: [] };
  if (before.userDigest !== userDigest) return true;
  return sidecars.some(
    (now) =>
      !before.sidecars.some(
        ({ name, bytes, mtimeMs }) => name === now.name && bytes === now.bytes && mtimeMs === now.mtimeMs,
      ),
  );
}

/** A file skipped because it is no picture carries no versions: no upgrade of a stage makes it one. */
function hasVersions(row: LedgerRow): boolean {
  return row.harvestVersion !== undefined;
}

/** A row of the table `files` as SQLite hands it out. */
export interface StoredRow {
  file: number;
  path: string;
  inbox: string | null;
  bytes: number;
  mtime_ms: number;
  state: string;
  reason: string;
  error_code: string | null;
  content_hash: string | null;
  harvest_version: number | null;
  convert_version: number | null;
  model_sha256: string | null;
  record_revision: number | null;
  sidecars: string | null;
  user_digest: string | null;
  attempts: number;
  first_seen_at: number;
  state_since: number;
  updated_at: number;
}

export function toLedgerRow(row: StoredRow): LedgerRow {
  return {
    file: row.file,
    path: row.path,
    inbox: row.inbox ?? undefined,
    bytes: row.bytes,
    mtimeMs: row.mtime_ms,
    state: row.state as FileState,
    reason: row.reason,
    errorCode: row.error_code ?? undefined,
    contentHash: (row.content_hash ?? undefined) as ContentHash | undefined,
    harvestVersion: row.harvest_version ?? undefined,
    convertVersion: row.convert_version ?? undefined,
    modelSha256: row.model_sha256 ?? undefined,
    recordRevision: row.record_revision ?? undefined,
    beside: besideOf(row),
    attempts: row.attempts,
    firstSeenAt: row.first_seen_at,
    stateSince: row.state_since,
    updatedAt: row.updated_at,
  };
}

function besideOf({ sidecars, user_digest: userDigest }: StoredRow): Beside | undefined {
  if (sidecars === null) return undefined;
  const entries = JSON.parse(sidecars) as [string, number, number][];
  return {
    sidecars: entries.map(([name, bytes, mtimeMs]) => ({ name, bytes, mtimeMs })),
    userDigest: userDigest ?? undefined,
  };
}

/** The columns of {@link Beside}. */
export function storedBeside(beside: Beside | undefined): Pick<StoredRow, 'sidecars' | 'user_digest'> {
  if (!beside) return { sidecars: null, user_digest: null };
  const entries = beside.sidecars.map(({ name, bytes, mtimeMs }) => [name, bytes, mtimeMs]);
  return { sidecars: JSON.stringify(entries), user_digest: beside.userDigest ?? null };
}
