import { basename } from 'node:path';
import type { EmbeddingOrigin, Label, MicrographRecord } from '../domain/record.ts';
import type { FileState } from '../domain/states.ts';
import { addAlias } from '../publish/publish-record.ts';
import { type EmbeddedPicture, type IndexDocument, toIndexDocument } from '../search/document.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { FileOutcome, LedgerRow, WorkVersions } from '../store/ledger-row.ts';
import { ledgerPath } from '../store/state-folder.ts';
import { besideOf } from './plan-files.ts';
import type { FileResult, RecordResult, StageMs } from './protocol.ts';

/** What became of one file, for people and programs that look on. */
export interface FileReport {
  /** Absolute, as found. */
  file: string;
  state: FileState;
  reason: string;
  id?: string;
  /** Absolute folder of the record. */
  folder?: string;
  record?: MicrographRecord;
  labels?: readonly Label[];
  /** True when this run made the record. */
  fresh: boolean;
  ms: StageMs;
}

/** One file's outcome in the three forms it is needed: for the ledger, for the index, for those who look on. */
export interface Settled {
  outcome: FileOutcome;
  document?: IndexDocument;
  report: FileReport;
}

/** Size and time of a file that could not even be looked at: they equal no real ones, so the next run tries again. */
const NEVER_SEEN = { bytes: -1, mtimeMs: 0 } as const;

/** What is needed to settle a result: a session has it. */
export interface SettleTools {
  /** The run's folder in REPO: what is written for an alias goes through it. */
  staging: string;
  meaningOf: RecordMeaning;
}

/** Turns a worker's result into what ledger and index keep. Notes an alias in the record where the bytes were known. */
export async function settleResult(result: FileResult, tools: SettleTools): Promise<Settled> {
  const { task, ms } = result;
  const seen = { path: ledgerPath(task.path), inbox: task.inbox };
  switch (result.kind) {
    case 'written':
    case 'exists':
      return settleRecord(result, tools);
    case 'skipped': {
      const { reason, code, bytes, mtimeMs } = result;
      const report: FileReport = { file: task.path, state: 'skipped', reason, fresh: false, ms };
      return { outcome: { ...seen, bytes, mtimeMs, state: 'skipped', reason, errorCode: code }, report };
    }
    case 'quarantined': {
      const { reason, code } = result;
      const { bytes = NEVER_SEEN.bytes, mtimeMs = NEVER_SEEN.mtimeMs } = result;
      const report: FileReport = { file: task.path, state: 'quarantined', reason, fresh: false, ms };
      return { outcome: { ...seen, bytes, mtimeMs, state: 'quarantined', reason, errorCode: code }, report };
    }
    case 'unsettled': {
      const { reason } = result;
      const report: FileReport = { file: task.path, state: 'quarantined', reason, fresh: false, ms };
      return { outcome: { ...seen, ...NEVER_SEEN, state: 'quarantined', reason, errorCode: 'store/io' }, report };
    }
  }
}

async function settleRecord(result: RecordResult, { staging, meaningOf }: SettleTools): Promise<Settled> {
  const { task, ms, folder, bytes, mtimeMs, embedding, kind } = result;
  const own = kind === 'written' || result.record.source.path === task.relativePath;
  const alias = { name: basename(task.path), path: task.relativePath };
  const record = own ? result.record : await addAlias(result, alias, staging);
  const state = own ? 'done' : 'skipped';
  const reason = own
    ? kind === 'written'
      ? `record made, revision ${record.revision}`
      : 'its record was found in REPO'
    : `same bytes as ${record.source.path}, noted as an alias of its record`;
  return {
    outcome: {
      path: ledgerPath(task.path),
      inbox: task.inbox,
      bytes,
      mtimeMs,
      state,
      reason,
      contentHash: record.id,
      versions: versionsOf(record),
      recordRevision: record.revision,
      beside: besideOf(task, result.unread),
    },
    document: toIndexDocument(record, embeddedPicture(record, embedding), await meaningOf(record)),
    report: {
      file: task.path,
      state,
      reason,
      id: record.id,
      folder,
      record,
      labels: record.classification.labels,
      fresh: kind === 'written',
      ms,
    },
  };
}

/** A record's embedding as an index takes it; undefined where the record says something else of it. */
export function embeddedPicture(
  record: MicrographRecord,
  vector: Float32Array | undefined,
): EmbeddedPicture | undefined {
  const origin = record.classification.embedding;
  return vector && origin && vector.length === origin.dimensions
    ? { space: embeddingSpace(origin), vector }
    : undefined;
}

/** Name of the vectors that may be compared with each other. */
export function embeddingSpace({ preprocessing, backboneSha256 }: Omit<EmbeddingOrigin, 'dimensions'>): string {
  return `${preprocessing}/${backboneSha256}`;
}

/** The versions a record says it was made by. */
export function versionsOf({ provenance, classification }: MicrographRecord): WorkVersions {
  const { harvestVersion, convertVersion } = provenance;
  return { harvestVersion, convertVersion, modelSha256: classification.model?.sha256 };
}

/** A file that the ledger says is finished. */
export function reportFinished(row: LedgerRow, file: string): FileReport {
  const state = row.state === 'done' ? 'skipped' : row.state;
  const reason = row.state === 'done' ? 'nothing to do: its record stands' : row.reason;
  return { file, state, reason, ...(row.contentHash && { id: row.contentHash }), fresh: false, ms: {} };
}
