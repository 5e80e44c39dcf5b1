import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { type ContentHash, recordFolder } from '../domain/ids.ts';
import { MicrographRecord } from '../domain/record.ts';

export interface StoredRecord {
  record: MicrographRecord;
  /** Absolute. */
  folder: string;
}

/**
 * The record of a content hash, or undefined when REPO has none.
 * @throws IngestError `publish/folder` when there is one that cannot be understood.
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

function parseRecord(text: string, folder: string): MicrographRecord {
  try {
    return MicrographRecord.parse(JSON.parse(text));
  } catch (cause) {
    throw new IngestError('publish/folder', `${folder}: record.json is not a record this program understands`, {
      cause,
    });
  }
}

/** The embedding stored beside a record, or undefined; float32, little-endian. */
export async function readEmbedding(stored: StoredRecord): Promise<Float32Array | undefined> {
  const artefact = stored.record.artefacts.find(({ role }) => role === 'embedding');
  if (!artefact) return undefined;
  const bytes = await readFile(join(stored.folder, artefact.path)).catch(() => undefined);
  if (!bytes || bytes.length !== artefact.bytes || bytes.length % 4 !== 0) return undefined;
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
