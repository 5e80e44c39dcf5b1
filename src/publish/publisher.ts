import type { ContentHash } from '../domain/ids.ts';
import type { MicrographRecord } from '../domain/record.ts';
import type { Tombstone } from '../domain/tombstone.ts';
import type { StoredRecord } from './read-record.ts';

/** What one call did: files that were sent, and those that stood there already with the same bytes. */
export interface PublishReport {
  filesSent: number;
  filesKept: number;
  bytesSent: number;
}

/** A file of a record as it stands on a target. `sha256` where it was read back or the target tells it. */
export interface PublishedFile {
  /** File name inside the record's folder. */
  path: string;
  bytes: number;
  sha256?: string;
}

/** What a target holds of a record. */
export interface PublishedRecord {
  id: ContentHash;
  /** Of the record.json there. Absent where the folder has none, or one that cannot be understood. */
  revision?: number;
  /** True where a tombstone stands in place of the record. */
  withdrawn: boolean;
  files: PublishedFile[];
}

/** A record read from a target: enough to index it without REPO. */
export interface PublishedContent {
  record: MicrographRecord;
  /** Absent where the record has none, or what lies there is not the one it lists. */
  embedding?: Float32Array;
}

export interface PublishOptions {
  signal: AbortSignal;
}

/**
 * A place that records are brought to. Every implementation passes the suite in test/contract/publisher-suite.ts.
 *
 * All calls are idempotent and may be repeated after any failure. A reader of the target sees a record whole (the old
 * revision or the new one) or not at all: `record.json` comes last. Failures are IngestErrors whose code says what to do:
 * `publish/unreachable`, `publish/busy` and `publish/locked` (later; `context.retryAfterS` where the target said when),
 * `publish/full` (pause the target), `publish/unauthorised` (stop and say), `publish/refused` (not this record),
 * `publish/corrupt` (what arrived is not what was sent; once more), `publish/source` (the record in REPO is not as its
 * record.json says).
 */
export interface Publisher {
  /** Its name in config, outbox and status, e.g. `webdav`. */
  readonly target: string;
  /**
   * Brings this revision to the target and proves that it arrived, as configured. A target that holds a newer revision or a
   * tombstone is left as it is. Files of older revisions are removed afterwards.
   */
  publish(record: StoredRecord, options: PublishOptions): Promise<PublishReport>;
  /** What the target holds of a record; undefined when nothing. `readBack` reads every file and tells its SHA-256. */
  inspect(id: ContentHash, options: PublishOptions & { readBack: boolean }): Promise<PublishedRecord | undefined>;
  /**
   * Reads a record and its embedding; undefined where the target holds none, or a tombstone.
   * @throws IngestError `publish/folder` where its record.json cannot be understood.
   */
  read(id: ContentHash, options: PublishOptions): Promise<PublishedContent | undefined>;
  /** Puts the tombstone in place of the record; also where the record never arrived. */
  withdraw(tombstone: Tombstone, options: PublishOptions): Promise<void>;
  /** Every record and tombstone there, in no promised order. */
  list(options: PublishOptions): AsyncIterable<ContentHash>;
  /** Tries the way to the target with a small file and takes it away again; a sentence about what was found. */
  check(options: PublishOptions): Promise<string>;
  close(): Promise<void>;
}
