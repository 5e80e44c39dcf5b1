import type { OutgoingFile } from './record-source.ts';

/** One name in a folder of a place. */
export interface PlacedEntry {
  name: string;
  /** 0 for a folder. */
  bytes: number;
  folder: boolean;
}

/** Where a file is to go: a folder below the place's root, with "/", and what was in it when it was last looked at. */
export interface Destination {
  folder: string;
  entries: readonly PlacedEntry[];
}

/**
 * A tree of folders that records are mirrored into: what place-publisher.ts needs to know of WebDAV or of a mounted
 * share. Paths are relative to the root, with "/". Failures are IngestErrors as publisher.ts lists them.
 */
export interface Place {
  readonly target: string;
  /** Whether a file that is there already with the right size is read as well, before it is kept. */
  readonly readsKept: boolean;
  /** The names in a folder; undefined when there is no such folder. Throws where the root itself is missing. */
  entries(folder: string, signal: AbortSignal): Promise<PlacedEntry[] | undefined>;
  /** The bytes of a small file; undefined when there is none. */
  read(path: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Lower-case hex SHA-256 of a file, read as a whole; undefined when there is none. */
  sha256(path: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Writes a file under a temporary name, proves that it arrived, and gives it its own name; makes the folder where
   * needed. A file of that name is replaced, whole: its reader gets the old bytes or the new ones.
   */
  bring(file: OutgoingFile, to: Destination, signal: AbortSignal): Promise<void>;
  /** Removes a file; one that is not there is no fault. */
  remove(path: string, signal: AbortSignal): Promise<void>;
  /** As {@link Publisher.check}. */
  check(signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}
