import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errorMessage, IngestError } from '../domain/errors.ts';

export interface StableFile {
  bytes: Uint8Array;
  mtimeMs: number;
}

/** Why a file cannot be read whole at the moment, though it may be later. */
export interface Unsettled {
  unsettled: string;
}

/** Errors of a file that another program holds, or of a share that has gone: the same read may succeed later. */
const PASSING = new Set(['EBUSY', 'EPERM', 'EACCES', 'EAGAIN', 'ENOENT', 'ETIMEDOUT', 'EIO', 'ESTALE', 'EHOSTDOWN']);

/**
 * Reads a whole file into a buffer of `allocate`, and makes sure that it did not change meanwhile: size and mtime are
 * equal before and after. Synchronous, because a worker has nothing else to do: each of the five calls would cost a hop
 * through the thread pool, together more than the read. A share that hangs is the parent's to notice (deadline).
 * @throws IngestError `raster/too-large` when the file has more than `maxBytes`.
 */
export function readStable(
  path: string,
  maxBytes: number,
  allocate: (size: number) => Uint8Array,
): StableFile | Unsettled {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return readWhole(file, maxBytes, allocate);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== undefined && PASSING.has(code)) return { unsettled: `it cannot be read now: ${errorMessage(error)}` };
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readWhole(file: number, maxBytes: number, allocate: (size: number) => Uint8Array): StableFile | Unsettled {
  const before = fstatSync(file);
  if (!before.isFile()) return { unsettled: 'it is not a regular file' };
  if (before.size > maxBytes) {
    throw new IngestError('raster/too-large', `The file has ${before.size} bytes, and at most ${maxBytes} are read.`);
  }
  const bytes = allocate(before.size).subarray(0, before.size);
  let done = 0;
  while (done < bytes.length) {
    const bytesRead = readSync(file, bytes, done, bytes.length - done, done);
    if (bytesRead === 0) return { unsettled: `it became shorter while it was read: ${done} of ${bytes.length} bytes` };
    done += bytesRead;
  }
  const after = fstatSync(file);
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    return { unsettled: `it changed while it was read: ${before.size} bytes before, ${after.size} after` };
  }
  return { bytes, mtimeMs: before.mtimeMs };
}
