import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { MicrographRecord } from '../domain/record.ts';
import { sha256Hex, sha256OfFile } from '../store/content-hash.ts';
import { parseRecord, type StoredRecord } from './read-record.ts';
import { isTemporaryName } from './temporary-name.ts';

/** The name of the file that makes a folder a record. */
export const RECORD_FILE = 'record.json';

/** A file to bring somewhere, and where its bytes are: on disk, or small enough to be in memory. */
export interface OutgoingFile {
  name: string;
  bytes: number;
  /** Lower-case hex. */
  sha256: string;
  mediaType: string;
  from: { path: string } | { content: Uint8Array };
}

/** A record as it stands in REPO, ready to be sent. */
export interface RecordSource {
  record: MicrographRecord;
  artefacts: OutgoingFile[];
  /** The very bytes of `record.json`. */
  recordFile: OutgoingFile;
}

/**
 * Reads `record.json` once, so that what is sent is one state of the record, whatever happens in REPO meanwhile.
 * @throws IngestError `publish/source` when it is not the revision that was asked for, or names files outside its folder.
 */
export async function readSource(stored: StoredRecord): Promise<RecordSource> {
  const { id, revision } = stored.record;
  const content = await readFile(join(stored.folder, RECORD_FILE)).catch((cause: unknown) => {
    throw sourceFault(stored, `${RECORD_FILE} cannot be read: ${errorMessage(cause)}`, cause);
  });
  const record = parse(content, stored);
  if (record.id !== id || record.revision !== revision) {
    throw sourceFault(stored, `revision ${revision} was to be published, ${RECORD_FILE} holds ${record.revision}`);
  }
  const artefacts = record.artefacts.map(({ path, bytes, sha256, mediaType }) => {
    if (!isPlainName(path)) throw sourceFault(stored, `"${path}" is not the name of a file in its folder`);
    return { name: path, bytes, sha256, mediaType, from: { path: join(stored.folder, path) } };
  });
  return { record, artefacts, recordFile: contentFile(RECORD_FILE, content) };
}

/** A JSON file whose bytes are in memory. */
export function contentFile(name: string, content: Uint8Array): OutgoingFile {
  const mediaType = 'application/json';
  return { name, bytes: content.length, sha256: sha256Hex(content), mediaType, from: { content } };
}

/**
 * Reads every artefact in REPO and compares it with what `record.json` says, before anything is sent.
 * @throws IngestError `publish/source` at the first that differs.
 */
export async function checkSource(stored: StoredRecord, source: RecordSource, signal: AbortSignal): Promise<void> {
  for (const { name, bytes, sha256 } of source.artefacts) {
    signal.throwIfAborted();
    const path = join(stored.folder, name);
    const found = await stat(path).catch((cause: unknown) => {
      throw sourceFault(stored, `"${name}" cannot be read: ${errorMessage(cause)}`, cause);
    });
    if (found.size !== bytes) throw sourceFault(stored, `"${name}" has ${found.size} bytes instead of ${bytes}`);
    const hash = await sha256OfFile(path);
    if (hash !== sha256) throw sourceFault(stored, `"${name}" has the SHA-256 ${hash} instead of ${sha256}`);
  }
}

/** What a file turned out to be while it was sent is not what `record.json` says. */
export function changedWhileSent(name: string, cause?: unknown): IngestError {
  const message = `"${name}" changed in REPO while it was sent.`;
  return new IngestError('publish/source', message, { cause, context: { file: name } });
}

function parse(content: Uint8Array, stored: StoredRecord): MicrographRecord {
  try {
    return parseRecord(Buffer.from(content).toString('utf8'), stored.folder);
  } catch (cause) {
    throw sourceFault(stored, `${RECORD_FILE} is not a record this program understands`, cause);
  }
}

/** A record made elsewhere must not make us read or write outside its folder. */
function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name === RECORD_FILE) return false;
  return !/[/\\\0]/.test(name) && !isTemporaryName(name);
}

function sourceFault(stored: StoredRecord, found: string, cause?: unknown): IngestError {
  const { id } = stored.record;
  return new IngestError('publish/source', `Cannot publish the record ${id} from REPO: ${found}.`, {
    cause,
    context: { id },
  });
}
