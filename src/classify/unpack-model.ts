import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { list, type ReadEntry } from 'tar';
import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import { ArchivedPath } from './model-archive.ts';

export interface UnpackLimits {
  files: number;
  /** Of one file. */
  fileBytes: number;
  /** Of all files. */
  totalBytes: number;
}

/** Twice the largest network that anybody would classify micrographs with. */
const LIMITS: UnpackLimits = { files: 200, fileBytes: 2 * 2 ** 30, totalBytes: 4 * 2 ** 30 };
const BLOCK = 512;
const MAGIC_AT = 257;

export interface Unpacked {
  folder: string;
  /** What was written, by its path below the folder with "/". */
  files: Map<string, { bytes: number; sha256: string }>;
}

/**
 * Unpacks a plain tar into an empty folder. Only files are taken, and only paths of plain names; folders are made as
 * needed, links and all else are refused. Throws `classify/model`.
 */
export async function unpackModel(file: string, folder: string, limits: Partial<UnpackLimits> = {}): Promise<Unpacked> {
  await checkPlainTar(file);
  const run: Run = { file, folder, limits: { ...LIMITS, ...limits }, files: new Map(), total: 0, names: new Set() };
  const kept: Promise<void>[] = [];
  try {
    await list({ file, strict: true, noResume: true, onReadEntry: (entry) => void kept.push(take(entry, run)) });
  } catch (error) {
    run.fault ??= error;
    // Where reading failed midway nobody else would end it.
    run.current?.end();
  }
  await Promise.all(kept);
  if (run.fault === undefined) return { folder, files: run.files };
  if (isIngestError(run.fault)) throw run.fault;
  throw new IngestError(
    'classify/model',
    `Unpacking ${file}, expected a whole tar, found ${errorMessage(run.fault)}.`,
    {
      cause: run.fault,
    },
  );
}

interface Run {
  file: string;
  folder: string;
  limits: UnpackLimits;
  files: Unpacked['files'];
  /** Bytes that the headers promised so far. */
  total: number;
  /** In lower case: some file systems know no other. */
  names: Set<string>;
  current?: ReadEntry;
  /** What went wrong first; the rest of the archive is passed over. */
  fault?: unknown;
}

/** A compressed archive could unpack to any size before a header of it is seen. */
async function checkPlainTar(file: string): Promise<void> {
  const head = Buffer.alloc(BLOCK);
  try {
    const handle = await open(file, 'r');
    try {
      await handle.read(head, 0, BLOCK, 0);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new IngestError('classify/model', `Reading the archive ${file} failed: ${errorMessage(cause)}`, { cause });
  }
  if (head.toString('latin1', MAGIC_AT, MAGIC_AT + 5) === 'ustar') return;
  throw new IngestError('classify/model', `Unpacking ${file}, expected a plain tar (not compressed), found none.`);
}

async function take(entry: ReadEntry, run: Run): Promise<void> {
  try {
    const isFolder = entry.type === 'Directory';
    if (run.fault !== undefined || isFolder) entry.resume();
    else await keep(entry, run);
  } catch (error) {
    run.fault ??= error;
    entry.resume();
  }
}

async function keep(entry: ReadEntry, run: Run): Promise<void> {
  admit(entry, run);
  run.current = entry;
  const path = join(run.folder, entry.path);
  await mkdir(dirname(path), { recursive: true });
  const digest = createHash('sha256');
  const target = await open(path, 'wx');
  try {
    for await (const chunk of entry) {
      digest.update(chunk);
      await target.appendFile(chunk);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  run.files.set(entry.path, { bytes: entry.size, sha256: digest.digest('hex') });
}

function admit({ type, path, size }: ReadEntry, run: Run): void {
  const { files, fileBytes, totalBytes } = run.limits;
  run.total += size;
  const name = path.toLowerCase();
  if (type !== 'File' && type !== 'OldFile') throw refusal(run, `files only, found "${path}", a ${type}`);
  if (!ArchivedPath.safeParse(path).success) throw refusal(run, `paths of plain names, found "${path}"`);
  if (run.names.has(name)) throw refusal(run, `every file once, found "${path}" twice`);
  run.names.add(name);
  if (run.names.size > files) throw refusal(run, `at most ${files} files, found more`);
  if (size > fileBytes) throw refusal(run, `files of at most ${fileBytes} bytes, found "${path}" of ${size}`);
  if (run.total > totalBytes) throw refusal(run, `at most ${totalBytes} bytes in all, found more`);
}

function refusal({ file }: Run, what: string): IngestError {
  return new IngestError('classify/model', `Unpacking ${file}, expected ${what}.`);
}
