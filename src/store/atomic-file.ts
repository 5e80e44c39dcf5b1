import { randomBytes } from 'node:crypto';
import { closeSync, fsync, openSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorMessage, IngestError } from '../domain/errors.ts';

/** Forces what was written through a descriptor to the disk. */
export const flushDescriptor = promisify(fsync);

/** Several flushes in flight let the disk merge them; more than a few only fill the thread pool. */
const PARALLEL_FLUSHES = 8;
/** Milliseconds between the tries of a rename that Windows refuses while a virus scanner or indexer holds the file. */
const RENAME_PAUSES = [5, 10, 20, 50, 100, 200, 400] as const;
const WINDOWS_BUSY = ['EPERM', 'EACCES', 'EBUSY'];
/** What systems say that cannot flush a folder: Windows opens none, some network file systems refuse. */
const NO_FOLDER_FLUSH = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF', 'ENOSYS'];
/** Room for the prefix and suffix of the temporary name below the 255 bytes that file systems allow. */
const MAX_NAME_BYTES = 200;

/**
 * Writes `bytes` so that `path` holds either what it held before or all of them: temporary name in the same folder or in
 * `temporaryIn` (of the same file system, swept by whoever made it, so that a kill leaves nothing), optionally flushed to
 * disk, then renamed over. With `fsync` the folder's entry is flushed too. Nothing is left behind by a failure.
 * @throws IngestError `store/io`; retryable where the disk was full or the file busy.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  options: { fsync: boolean; temporaryIn?: string },
): Promise<void> {
  const temporary = temporaryName(path, options.temporaryIn);
  try {
    await writeWhole(temporary, bytes, options.fsync);
    await renameOver(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw ioError(`write ${bytes.length} bytes as "${basename(path)}"`, error);
  }
  if (options.fsync) await fsyncFolder(dirname(path));
}

/** Flushes files that were written before to the disk, several at a time. */
export async function fsyncFiles(paths: readonly string[]): Promise<void> {
  const waiting = paths.values();
  const worker = async (): Promise<void> => {
    for (const path of waiting) await fsyncFile(path);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_FLUSHES, paths.length) }, worker));
}

/** Flushes a folder's entries (names created, renamed, removed); does nothing where the system has no such thing. */
export async function fsyncFolder(path: string): Promise<void> {
  let folder: number | undefined;
  try {
    // Only the flush takes long: each other hop through the thread pool would cost more than the call.
    folder = openSync(path, 'r');
    await flushDescriptor(folder);
  } catch (error) {
    if (!NO_FOLDER_FLUSH.includes(codeOf(error))) throw ioError(`flush the folder "${basename(path)}"`, error);
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

async function fsyncFile(path: string): Promise<void> {
  // Windows flushes only through a handle that may write.
  const file = await open(path, 'r+').catch((error: unknown) => {
    throw ioError(`open "${basename(path)}" to flush it`, error);
  });
  try {
    await file.sync();
  } catch (error) {
    throw ioError(`flush "${basename(path)}"`, error);
  } finally {
    await file.close();
  }
}

async function writeWhole(path: string, bytes: Uint8Array, flush: boolean): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    if (flush) await file.sync();
  } finally {
    await file.close();
  }
}

async function renameOver(from: string, to: string): Promise<void> {
  for (const pause of RENAME_PAUSES) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (process.platform !== 'win32' || !WINDOWS_BUSY.includes(codeOf(error))) throw error;
    }
    await delay(pause);
  }
  await rename(from, to);
}

/** `.NAME.tmp-<pid>-<random>`: hidden, on the same disk (a rename across disks copies), told apart by any sweeper. */
function temporaryName(path: string, folder = dirname(path)): string {
  let name = basename(path);
  while (Buffer.byteLength(name) > MAX_NAME_BYTES) name = Array.from(name).slice(0, -1).join('');
  return join(folder, `.${name}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function ioError(attempted: string, error: unknown): IngestError {
  const code = codeOf(error);
  return new IngestError('store/io', `Cannot ${attempted}: ${errorMessage(error)}.`, {
    cause: error,
    retryable: ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EBUSY', 'EAGAIN', 'EIO'].includes(code),
    context: { systemCode: code },
  });
}
