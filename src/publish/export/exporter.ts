import type { SiteFacts } from '../formats/document.ts';
import type { StoredRecord } from '../read-record.ts';
import type { Placing } from './place-file.ts';

/** What became of one record. */
export interface Exported {
  /** Files written for it, relative to the folder of the export, with "/"; none where nothing is written. */
  files: string[];
  /** What the standard demands and the record does not state. */
  missing: string[];
  /** The record in the words of the standard. */
  document: object;
}

/** Writes the records of one export, one after the other. Rejects with `publish/source` for a fault of one record. */
export interface Exporter {
  add(stored: StoredRecord): Promise<Exported>;
  /** Writes what describes all of them; to be called once, when no record follows. */
  end(): Promise<void>;
}

export interface ExporterOptions {
  /** Absolute; absent: nothing is written. */
  to?: string;
  placing: Placing;
  site: SiteFacts;
  now: Date;
}
