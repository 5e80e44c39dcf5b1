import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import { type ContentHash, recordFolder } from '../domain/ids.ts';
import { MicrographRecord } from '../domain/record.ts';
import { migrateRecord } from '../domain/record-migrations.ts';
import { Tombstone } from '../domain/tombstone.ts';

export interface StoredRecord {
  record: MicrographRecord;
  /** Absolute. */
  folder: string;
}

/**
 * The record of a content hash, or undefined when REPO has none.
 * @throws IngestError `publish/folder` when there is one that cannot be understood, `publish/withdrawn` when a tombstone
 * stands in its place.
 */
export async function readRecord(repo: string, id: ContentHash): Promise<StoredRecord | undefined> {
  const folder = join(repo, recordFolder(id));
  // Most contents are new, and a look costs a tenth of a failed read.
  if (!existsSync(join(folder, 'record.json'))) return undefined;
  const record = await readRecordIn(folder);
  return record && { record, folder };
}

/** The record in a folder, or undefined when there is none; throws as {@link readRecord}. */
export async function readRecordIn(folder: string): Promise<MicrographRecord | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, 'record.json'), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  return parseRecord(text, folder);
}

/**
 * The tombstone that stands in place of a record, or undefined.
 * @throws IngestError `publish/folder` as {@link readRecord}.
 */
export async function readTombstone(repo: string, id: ContentHash): Promise<Tombstone | undefined> {
  try {
    await readRecord(repo, id);
    return undefined;
  } catch (error) {
    if (isIngestError(error, 'publish/withdrawn')) return (error as WithdrawnError).tombstone;
    throw error;
  }
}

class WithdrawnError extends IngestError {
  readonly tombstone: Tombstone;

  constructor(tombstone: Tombstone) {
    const { id, withdrawnAt, reason } = tombstone;
    super('publish/withdrawn', `the record ${id} was withdrawn at ${withdrawnAt}: ${reason}`);
    this.tombstone = tombstone;
  }
}

/**
 * Understands the text of a record.json, of this version or an older one.
 * @throws IngestError as {@link readRecord}; `folder` is named.
 */
export function parseRecord(text: string, folder: string): MicrographRecord {
  return parseRecordAs(MicrographRecord, text, folder);
}

/** As {@link parseRecord}, of the fields that `schema` has: to check a header takes most of the time. */
export function parseRecordAs<Schema extends z.ZodType>(schema: Schema, text: string, folder: string): z.infer<Schema> {
  let tombstone: Tombstone | undefined;
  try {
    const json: unknown = JSON.parse(text);
    tombstone = isTombstone(json) ? Tombstone.parse(json) : undefined;
    if (!tombstone) return schema.parse(migrateRecord(json));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? 'is not a record this program understands' : errorMessage(cause);
    throw new IngestError('publish/folder', `${folder}: record.json cannot be read: ${why}`, { cause });
  }
  throw new WithdrawnError(tombstone);
}

function isTombstone(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'withdrawnAt' in json;
}

/** The embedding stored beside a record, or undefined; float32, little-endian. */
export async function readEmbedding(stored: StoredRecord): Promise<Float32Array | undefined> {
  const artefact = stored.record.artefacts.find(({ role }) => role === 'embedding');
  if (!artefact) return undefined;
  const bytes = await readFile(join(stored.folder, artefact.path)).catch(() => undefined);
  if (!bytes || bytes.length !== artefact.bytes || bytes.length % 4 !== 0) return undefined;
  return embeddingOf(bytes);
}

/** An embedding from the bytes of its file: float32, little-endian. */
export function embeddingOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
