import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { relabelledNffa } from '../convert/nffa-sem.ts';
import { relabelNexus } from '../convert/relabel-nexus.ts';
import { followed } from '../domain/classification.ts';
import { IngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { Artefact, Classification, MicrographRecord } from '../domain/record.ts';
import { SCHEMA_VERSION } from '../domain/versions.ts';
import { crateFile } from '../publish/crate-file.ts';
import {
  type ArtefactFile,
  removeOlder,
  reviseUnchanged,
  type StandingFile,
  type StoredFile,
} from '../publish/publish-record.ts';
import { readRecord, type StoredRecord } from '../publish/read-record.ts';
import { checkSource, readSource } from '../publish/record-source.ts';
import { sha256Hex, sha256OfFile } from '../store/content-hash.ts';
import { revisionName } from './assemble-record.ts';

export interface RelabelTools {
  repo: string;
  /** This run's own folder in REPO. */
  staging: string;
  signal: AbortSignal;
  now?: () => Date;
}

/**
 * The record as it stands afterwards. `made`: in a new revision. `stands`: it held this answer, or a later one, before.
 */
export type Relabelled = StoredRecord & { kind: 'made' | 'stands' };

/**
 * Makes the next revision of a record in REPO with another answer about its picture, from REPO alone: record.json, a new
 * HDF5 file with the pixels of the old one, and what repeats the labels; all other files stand. A reader sees the old
 * revision or the new one, whole, whenever the program dies. Idempotent. What a person said is not replaced by an answer
 * that does not know of it. Memory does not grow with the picture.
 * @throws IngestError `publish/withdrawn` where a tombstone stands in its place; `publish/folder` where REPO has no such
 * record; `publish/source` where a file is not as record.json says, or somebody else revised it meanwhile; `convert/hdf5`.
 */
export async function relabelRecord(
  id: ContentHash,
  classification: Classification,
  tools: RelabelTools,
): Promise<Relabelled> {
  const stored = await readRecord(tools.repo, id);
  if (!stored) {
    throw new IngestError('publish/folder', `Relabelling the record ${id}: expected it in REPO, found none.`);
  }
  const now = tools.now?.() ?? new Date();
  const next = followed(stored.record.classification, classification, now);
  if (!next) {
    await removeOlder(stored);
    return { kind: 'stands', ...stored };
  }
  await checkStanding(stored, tools.signal);
  const { artefacts: _, ...record } = stored.record;
  const draft = {
    ...record,
    schemaVersion: SCHEMA_VERSION,
    revision: record.revision + 1,
    classification: next,
    provenance: { ...record.provenance, endedAt: now.toISOString() },
  };
  const copy = join(tools.staging, `${id}-${randomBytes(4).toString('hex')}.h5`);
  try {
    const files = await filesOf(stored, draft, copy);
    return { kind: 'made', folder: stored.folder, record: await reviseUnchanged(draft, files, stored, tools.staging) };
  } finally {
    await rm(copy, { force: true });
  }
}

/** Roles of files that are made anew from others. */
const REMADE: readonly Artefact['role'][] = ['nexus', 'nffa-sem', 'ro-crate'];

/** The HDF5 file is compared when it has been copied, so that it is read once. */
async function checkStanding(stored: StoredRecord, signal: AbortSignal): Promise<void> {
  const source = await readSource(stored);
  const remade = new Set(stored.record.artefacts.filter(({ role }) => REMADE.includes(role)).map(({ path }) => path));
  const artefacts = source.artefacts.filter(({ name }) => !remade.has(name));
  await checkSource(stored, { ...source, artefacts }, signal);
}

/** The files of the next revision in the order of this one; the crate, which describes the others, is the last. */
async function filesOf(
  { record, folder }: StoredRecord,
  draft: Omit<MicrographRecord, 'artefacts'>,
  copy: string,
): Promise<(ArtefactFile | StandingFile)[]> {
  const { artefacts } = record;
  const nffa = artefacts.find(({ role }) => role === 'nffa-sem');
  const nffaJson = nffa && relabelledNffa(await readChecked(folder, nffa), draft.classification);
  const files: (ArtefactFile | StandingFile)[] = [];
  for (const artefact of artefacts) {
    const { role, mediaType } = artefact;
    const nameOf = (extension: string): string => revisionName(record.source.name, draft.revision, extension);
    if (role === 'nexus') {
      const name = nameOf('h5');
      const facts = { record: draft, fileName: name, ...(nffaJson !== undefined && { nffaJson }) };
      files.push({
        role,
        name,
        mediaType,
        stored: await relabelledNexus(join(folder, artefact.path), artefact, copy, facts),
      });
    } else if (artefact === nffa && nffaJson !== undefined) {
      files.push({ role, name: nameOf('nffa-sem.json'), mediaType, bytes: Buffer.from(nffaJson) });
    } else if (role !== 'ro-crate') files.push({ standing: artefact });
  }
  if (artefacts.some(({ role }) => role === 'ro-crate')) files.push(crateFile());
  return files;
}

async function relabelledNexus(
  from: string,
  artefact: Artefact,
  copy: string,
  facts: Parameters<typeof relabelNexus>[1],
): Promise<StoredFile> {
  // Where the file system can, without copying a byte.
  await copyFile(from, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch((cause: unknown) => {
    throw unreadable(artefact, cause);
  });
  const sha256 = await sha256OfFile(copy);
  if (sha256 !== artefact.sha256) throw unlikeRecord(artefact, `expected SHA-256 ${artefact.sha256}, found ${sha256}`);
  await relabelNexus(copy, facts);
  const [{ size }, now] = await Promise.all([stat(copy), sha256OfFile(copy)]);
  return { path: copy, bytes: size, sha256: now };
}

async function readChecked(folder: string, artefact: Artefact): Promise<string> {
  const bytes = await readFile(join(folder, artefact.path)).catch((cause: unknown) => {
    throw unreadable(artefact, cause);
  });
  const sha256 = sha256Hex(bytes);
  if (sha256 !== artefact.sha256) throw unlikeRecord(artefact, `expected SHA-256 ${artefact.sha256}, found ${sha256}`);
  return bytes.toString('utf8');
}

/** A file that is not there; anything else that the system says is no fault of the record. */
function unreadable(artefact: Artefact, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ENOENT') return cause;
  return unlikeRecord(artefact, 'expected it there, found no such file', cause);
}

function unlikeRecord({ path }: Artefact, found: string, cause?: unknown): IngestError {
  const message = `Relabelling the record: "${path}" is not as record.json says: ${found}.`;
  return new IngestError('publish/source', message, { cause, context: { file: path } });
}
