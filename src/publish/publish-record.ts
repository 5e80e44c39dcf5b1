import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { recordFolder } from '../domain/ids.ts';
import type { Artefact, MicrographRecord } from '../domain/record.ts';
import { flushDescriptor, fsyncFiles, fsyncFolder, writeFileAtomic } from '../store/atomic-file.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { inTurn } from './in-turn.ts';
import { olderNames } from './older-names.ts';
import { readRecord, readRecordIn } from './read-record.ts';

/**
 * A file of a record, not yet part of it. `name` is its file name inside the record's folder. `describe` makes the bytes of
 * one that describes the files before it.
 */
export type ArtefactFile = {
  role: Artefact['role'];
  name: string;
  mediaType: string;
} & (FileContent | { describe: (record: MicrographRecord) => Uint8Array });

type FileContent = { bytes: Uint8Array } | { stored: StoredFile };
type ReadyFile = Extract<ArtefactFile, FileContent>;

/** A file of the revision before, which goes on standing where it stands. */
export interface StandingFile {
  standing: Artefact;
}

/** A file that lies on REPO's disk already, too large for memory; it is moved, not copied. */
export interface StoredFile {
  path: string;
  bytes: number;
  sha256: string;
}

/** A record whose files lie in the staging folder, not yet visible. */
export interface StagedRecord {
  record: MicrographRecord;
  folder: string;
  /** Descriptors, open until they are forced to disk: opening a file again costs as much as writing a small one. */
  files: number[];
}

const RECORD_FILE = 'record.json';

/**
 * Writes all files of a first revision into the staging folder. Nothing is forced to disk yet. Synchronous: a worker
 * has nothing else to do, and five hops through the thread pool would cost more than the writing.
 */
export function stageRecord(
  draft: Omit<MicrographRecord, 'artefacts'>,
  artefacts: ArtefactFile[],
  staging: string,
): StagedRecord {
  // A name of its own: the same bytes may be staged again while this copy is on its way to disk.
  const folder = join(staging, `${draft.id}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, { recursive: true });
  const { record, ready } = described(draft, artefacts);
  const files: number[] = [];
  try {
    for (const file of ready) files.push(putOpen(join(folder, file.name), file));
    files.push(writeOpen(join(folder, RECORD_FILE), recordBytes(record)));
  } catch (error) {
    for (const file of files) closeSync(file);
    throw error;
  }
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
  const changed = new Set<string>();
  for (const one of staged) won.push(await commitOne(one, repo, changed));
  await Promise.all([...changed].map(fsyncFolder));
  return won;
}

function putOpen(path: string, file: ReadyFile): number {
  if ('bytes' in file) return writeOpen(path, file.bytes);
  renameSync(file.stored.path, path);
  // Windows flushes only through a descriptor that may write.
  return openSync(path, 'r+');
}

function writeOpen(path: string, bytes: Uint8Array): number {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, bytes);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** The flushes of a group run at once, so that the disk can merge them. */
async function syncAndClose(file: number): Promise<void> {
  try {
    await flushDescriptor(file);
  } finally {
    closeSync(file);
  }
}

/** The folders that one recursive mkdir of `last` made, given the first of them. */
function madeFolders(last: string, first: string | undefined): string[] {
  if (first === undefined || last.length < first.length) return [];
  return [last, ...madeFolders(dirname(last), first)];
}

/** `changed` gains the folders in which a name is new. */
async function commitOne(staged: StagedRecord, repo: string, changed: Set<string>): Promise<boolean> {
  const target = join(repo, recordFolder(staged.record.id));
  const parent = dirname(target);
  const firstMade = await mkdir(parent, { recursive: true });
  changed.add(parent);
  for (const made of madeFolders(parent, firstMade)) changed.add(dirname(made));
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
 * reader sees the old revision or the new one, whole. Only a file whose name a standard fixes is replaced a moment before
 * record.json: it stands last in the list. Files are written in the staging folder, where a killed run's are swept.
 */
export async function reviseRecord(
  draft: Omit<MicrographRecord, 'artefacts'>,
  artefacts: (ArtefactFile | StandingFile)[],
  previous: { record: MicrographRecord; folder: string },
  staging: string,
): Promise<MicrographRecord> {
  const { record, ready } = described(draft, artefacts);
  for (const file of ready) {
    const path = join(previous.folder, file.name);
    if ('bytes' in file) await writeFileAtomic(path, file.bytes, { fsync: true, temporaryIn: staging });
    else await moveStored(file.stored.path, path);
  }
  await writeFileAtomic(join(previous.folder, RECORD_FILE), recordBytes(record), {
    fsync: true,
    temporaryIn: staging,
  });
  await removeOlder({ record, folder: previous.folder }, previous.record.artefacts);
  return record;
}

/**
 * As {@link reviseRecord}, where the record in REPO is still the revision `previous`; one change of a record waits for the
 * other.
 * @throws IngestError `publish/source` (retryable) where it is another by now.
 */
export function reviseUnchanged(...revision: Parameters<typeof reviseRecord>): Promise<MicrographRecord> {
  const [, , previous] = revision;
  return inTurn(previous.folder, async () => {
    const { id, revision: expected } = previous.record;
    const now = await readRecordIn(previous.folder);
    if (now?.revision === expected) return await reviseRecord(...revision);
    const message = `Revising the record ${id}: expected revision ${expected} in REPO, found ${now?.revision ?? 'none'}.`;
    throw new IngestError('publish/source', message, { retryable: true });
  });
}

/** Removes what earlier revisions, also ones that were cut off, left beside a record; `listed` is what the last one named. */
export async function removeOlder(
  { record, folder }: { record: MicrographRecord; folder: string },
  listed: readonly Artefact[] = [],
): Promise<void> {
  const kept = new Set(record.artefacts.map(({ path }) => path));
  const old = [...listed.map(({ path }) => path), ...[...kept].flatMap(olderNames)];
  const gone = old.filter((name) => !kept.has(name));
  await Promise.all(gone.map((name) => unlink(join(folder, name)).catch(() => undefined)));
}

async function moveStored(from: string, to: string): Promise<void> {
  await fsyncFiles([from]);
  await rename(from, to);
  await fsyncFolder(dirname(to));
}

/**
 * Notes in the record that the same bytes were also found as `alias`; raises the revision. Returns the record as it
 * stands now, unchanged when the name is already there. The record is read anew, and one alias is noted after the
 * other, so that copies found at the same time do not overwrite each other's names.
 */
export function addAlias(
  stored: { record: MicrographRecord; folder: string },
  alias: { name: string; path: string },
  staging: string,
): Promise<MicrographRecord> {
  return inTurn(stored.folder, () => noteAlias(stored, alias, staging));
}

async function noteAlias(
  stored: { record: MicrographRecord; folder: string },
  alias: { name: string; path: string },
  staging: string,
): Promise<MicrographRecord> {
  const record = (await readRecordIn(stored.folder)) ?? stored.record;
  const { source } = record;
  const known = source.path === alias.path || source.aliases.some(({ path }) => path === alias.path);
  if (known) return record;
  const renamed: MicrographRecord = {
    ...record,
    revision: record.revision + 1,
    source: { ...source, aliases: [...source.aliases, alias] },
  };
  await writeFileAtomic(join(stored.folder, RECORD_FILE), recordBytes(renamed), {
    fsync: true,
    temporaryIn: staging,
  });
  return renamed;
}

function described(
  draft: Omit<MicrographRecord, 'artefacts'>,
  files: readonly (ArtefactFile | StandingFile)[],
): { record: MicrographRecord; ready: ReadyFile[] } {
  const { provenance, ...rest } = draft;
  const artefacts: Artefact[] = [];
  const record = { ...rest, artefacts, provenance };
  const ready: ReadyFile[] = [];
  for (const file of files) {
    if ('standing' in file) {
      artefacts.push(file.standing);
      continue;
    }
    const { role, name, mediaType } = file;
    const content = 'describe' in file ? { bytes: file.describe(record) } : file;
    const { bytes, sha256 } =
      'bytes' in content ? { bytes: content.bytes.length, sha256: sha256Hex(content.bytes) } : content.stored;
    artefacts.push({ role, path: name, bytes, sha256, mediaType });
    ready.push({ ...content, role, name, mediaType });
  }
  return { record, ready };
}

function recordBytes(record: MicrographRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
}
