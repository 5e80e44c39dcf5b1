import { type FileHandle, open } from 'node:fs/promises';
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
 * Reads a whole file, and makes sure that it did not change meanwhile: size and mtime are equal before and after.
 * @throws IngestError `raster/too-large` when the file has more than `maxBytes`.
 */
export async function readStable(path: string, maxBytes: number): Promise<StableFile | Unsettled> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await readWhole(file, maxBytes);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== undefined && PASSING.has(code)) return { unsettled: `it cannot be read now: ${errorMessage(error)}` };
    throw error;
  } finally {
    await file?.close();
  }
}

async function readWhole(file: FileHandle, maxBytes: number): Promise<StableFile | Unsettled> {
  const before = await file.stat();
  if (!before.isFile()) return { unsettled: 'it is not a regular file' };
  if (before.size > maxBytes) {
    throw new IngestError('raster/too-large', `expected at most ${maxBytes} bytes, found ${before.size}`);
  }
  // Not from the pool, and not cleared: every byte is read into it or the file is refused.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(before.size).buffer);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, done);
    if (bytesRead === 0) return { unsettled: `it became shorter while it was read: ${done} of ${bytes.length} bytes` };
    done += bytesRead;
  }
  const after = await file.stat();
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    return { unsettled: `it changed while it was read: ${before.size} bytes before, ${after.size} after` };
  }
  return { bytes, mtimeMs: before.mtimeMs };
}
