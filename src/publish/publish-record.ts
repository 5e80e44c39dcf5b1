import { type FileHandle, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordFolder } from '../domain/ids.ts';
import type { Artefact, MicrographRecord } from '../domain/record.ts';
import { fsyncFolder, writeFileAtomic } from '../store/atomic-file.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { readRecord } from './read-record.ts';

/** A file of a record, not yet written. `name` is its file name inside the record's folder. */
export interface ArtefactFile {
  role: Artefact['role'];
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** A record whose files lie in the staging folder, not yet visible. */
export interface StagedRecord {
  record: MicrographRecord;
  folder: string;
  /** Open until they are forced to disk: opening a file again costs as much as writing a small one. */
  files: FileHandle[];
}

const RECORD_FILE = 'record.json';

/** Writes all files of a first revision into the staging folder. Nothing is forced to disk yet. */
export async function stageRecord(
  draft: Omit<MicrographRecord, 'artefacts'>,
  artefacts: ArtefactFile[],
  staging: string,
): Promise<StagedRecord> {
  const folder = join(staging, draft.id);
  await mkdir(folder, { recursive: true });
  const record = withArtefacts(draft, artefacts);
  const contents = [...artefacts, { name: RECORD_FILE, bytes: recordBytes(record) }];
  const files = await Promise.all(contents.map(({ name, bytes }) => writeOpen(join(folder, name), bytes)));
  return { record, folder, files };
}

/**
 * Makes a group of staged records visible in REPO: their bytes are on disk first, then each folder appears by one
 * rename, then the folders' entries are on disk. Returns, in order, whether this run won the name; where another run or
 * computer was faster, the staged copy is removed and the record there stands.
 */
export async function commitRecords(staged: StagedRecord[], repo: string): Promise<boolean[]> {
  await Promise.all(staged.flatMap(({ files }) => files).map(syncAndClose));
  await Promise.all(staged.map(({ folder }) => fsyncFolder(folder)));
  const won: boolean[] = [];
  for (const one of staged) won.push(await commitOne(one, repo));
  const parents = new Set(staged.flatMap(({ record }) => parentFolders(repo, record)));
  await Promise.all([...parents].map(fsyncFolder));
  return won;
}

async function writeOpen(path: string, bytes: Uint8Array): Promise<FileHandle> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function syncAndClose(file: FileHandle): Promise<void> {
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function parentFolders(repo: string, record: MicrographRecord): string[] {
  const parent = dirname(join(repo, recordFolder(record.id)));
  return [parent, dirname(parent), dirname(dirname(parent))];
}

async function commitOne(staged: StagedRecord, repo: string): Promise<boolean> {
  const target = join(repo, recordFolder(staged.record.id));
  await mkdir(dirname(target), { recursive: true });
  try {
    await rename(staged.folder, target);
    return true;
  } catch (error) {
    if (!isOccupied(error)) throw error;
  }
  if (await readRecord(repo, staged.record.id)) {
    await rm(staged.folder, { recursive: true, force: true });
    return false;
  }
  await fillFolder(staged, target);
  return true;
}

/** A folder without record.json is not a record: its name is taken over, record.json last. */
async function fillFolder(staged: StagedRecord, target: string): Promise<void> {
  const names = [...staged.record.artefacts.map(({ path }) => path), RECORD_FILE];
  for (const name of names) await rename(join(staged.folder, name), join(target, name));
  await rm(staged.folder, { recursive: true, force: true });
  const stale = (await readdir(target)).filter((name) => !names.includes(name));
  await Promise.all(stale.map((name) => rm(join(target, name), { recursive: true, force: true })));
}

/** Linux and macOS say ENOTEMPTY or EEXIST; Windows refuses to rename onto any folder with EPERM or EACCES. */
function isOccupied(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/**
 * Replaces a record by its next revision: the new files under new names, then record.json, then the old files go. A
 * reader sees the old revision or the new one, whole.
 */
export async function reviseRecord(
  draft: Omit<MicrographRecord, 'artefacts'>,
  artefacts: ArtefactFile[],
  previous: { record: MicrographRecord; folder: string },
): Promise<MicrographRecord> {
  const record = withArtefacts(draft, artefacts);
  for (const { name, bytes } of artefacts) await writeFileAtomic(join(previous.folder, name), bytes, { fsync: true });
  await writeFileAtomic(join(previous.folder, RECORD_FILE), recordBytes(record), { fsync: true });
  const kept = new Set(artefacts.map(({ name }) => name));
  const old = previous.record.artefacts.filter(({ path }) => !kept.has(path));
  await Promise.all(old.map(({ path }) => unlink(join(previous.folder, path)).catch(() => undefined)));
  return record;
}

/**
 * Notes in the record that the same bytes were also found as `alias`; raises the revision. Returns the record as it
 * stands now, unchanged when the name is already there.
 */
export async function addAlias(
  stored: { record: MicrographRecord; folder: string },
  alias: { name: string; path: string },
): Promise<MicrographRecord> {
  const { source } = stored.record;
  const known = source.path === alias.path || source.aliases.some(({ path }) => path === alias.path);
  if (known) return stored.record;
  const record: MicrographRecord = {
    ...stored.record,
    revision: stored.record.revision + 1,
    source: { ...source, aliases: [...source.aliases, alias] },
  };
  await writeFileAtomic(join(stored.folder, RECORD_FILE), recordBytes(record), { fsync: true });
  return record;
}

function withArtefacts(draft: Omit<MicrographRecord, 'artefacts'>, files: ArtefactFile[]): MicrographRecord {
  const artefacts = files.map(({ role, name, mediaType, bytes }) => ({
    role,
    path: name,
    bytes: bytes.length,
    sha256: sha256Hex(bytes),
    mediaType,
  }));
  const { provenance, ...rest } = draft;
  return { ...rest, artefacts, provenance };
}

function recordBytes(record: MicrographRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
}
