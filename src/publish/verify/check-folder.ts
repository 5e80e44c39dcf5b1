import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, isIngestError } from '../../domain/errors.ts';
import { type ContentHash, recordFolder } from '../../domain/ids.ts';
import { sha256Hex, sha256OfFile } from '../../store/content-hash.ts';
import { readRecord, readTombstone, type StoredRecord } from '../read-record.ts';
import type { Difference } from './difference.ts';

const RECORD_FILE = 'record.json';

/** A record's folder in REPO as it was found. */
export interface CheckedFolder {
  differences: Difference[];
  stored?: StoredRecord;
  /** Of the record, or of the tombstone in its place. */
  revision?: number;
  withdrawn: boolean;
  /** What a whole copy of the record holds. */
  files: { path: string; bytes: number; sha256: string }[];
}

/** Holds a record's folder in REPO against its record.json: names, sizes, and unless `quick` every byte. */
export async function checkFolder(repo: string, id: ContentHash, quick: boolean): Promise<CheckedFolder> {
  const folder = join(repo, recordFolder(id));
  const at = (kind: Difference['kind'], message: string, file?: string): Difference => ({
    place: 'repo',
    kind,
    id,
    message,
    ...(file !== undefined && { file }),
  });
  const own = await readFile(join(folder, RECORD_FILE)).catch(() => undefined);
  if (!own) return failed(at('missing', 'its folder has no record.json', RECORD_FILE));
  const files = [{ path: RECORD_FILE, bytes: own.length, sha256: sha256Hex(own) }];
  const stored = await readRecord(repo, id).catch((error: unknown) => {
    if (!isIngestError(error, 'publish/folder', 'publish/withdrawn')) throw error;
    return error;
  });
  const tombstone = isIngestError(stored, 'publish/withdrawn') && (await readTombstone(repo, id));
  if (tombstone) return { differences: [], revision: tombstone.revision, withdrawn: true, files };
  if (!stored || !('record' in stored)) return failed(at('unreadable', errorMessage(stored), RECORD_FILE));
  const { record } = stored;
  const differences: Difference[] = [];
  if (record.id !== id) differences.push(at('altered', `its record.json is that of ${record.id}`, RECORD_FILE));
  for (const artefact of record.artefacts) {
    const found = await fault(join(folder, artefact.path), artefact, quick);
    if (found) differences.push(at(found.kind, found.message, artefact.path));
    files.push(artefact);
  }
  const known = new Set(files.map(({ path }) => path));
  for (const name of await readdir(folder)) {
    if (!known.has(name)) differences.push(at('extra', 'record.json does not list it', name));
  }
  return { differences, stored, revision: record.revision, withdrawn: false, files };
}

function failed(difference: Difference): CheckedFolder {
  return { differences: [difference], withdrawn: false, files: [] };
}

async function fault(
  path: string,
  expected: { bytes: number; sha256: string },
  quick: boolean,
): Promise<Pick<Difference, 'kind' | 'message'> | undefined> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isFile()) return { kind: 'missing', message: 'record.json lists it' };
  if (facts.size !== expected.bytes) {
    return { kind: 'altered', message: `expected ${expected.bytes} bytes, found ${facts.size}` };
  }
  if (quick) return undefined;
  try {
    const found = await sha256OfFile(path);
    if (found === expected.sha256) return undefined;
    return { kind: 'altered', message: `expected SHA-256 ${expected.sha256}, found ${found}` };
  } catch (error) {
    if (!isIngestError(error, 'store/io')) throw error;
    return { kind: 'unreadable', message: error.message };
  }
}
