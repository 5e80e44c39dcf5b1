import { type FileHandle, open } from 'node:fs/promises';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { assertInside } from './memory-source.ts';

export interface FileSource extends ByteSource {
  /** Fills `target` with the bytes at `offset`, past the cache; rejects as `read`. */
  readInto(target: Uint8Array, offset: number): Promise<void>;
  /** Size and time of the last change as they are now. */
  stat(): Promise<{ size: number; mtimeMs: number }>;
  close(): Promise<void>;
}

/** One round trip to a network share fetches this much: a directory and the tables behind it as a rule. */
const BLOCK_BYTES = 64 * 1024;
const CACHED_BLOCKS = 8;

/**
 * Opens a file for random access. Small reads are served from a few cached blocks; the size is that at opening.
 * Rejects with `store/io` (retryable) where the system refuses, with `raster/truncated` where the file shrank.
 */
export async function openFileSource(path: string): Promise<FileSource> {
  const handle = await attempt('open the file', () => open(path, 'r'));
  try {
    const { size } = await attempt('read the size of the file', () => handle.stat());
    return sourceOf(handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function sourceOf(handle: FileHandle, size: number): FileSource {
  const blocks = new Map<number, Uint8Array>();

  async function block(index: number): Promise<Uint8Array> {
    const cached = blocks.get(index);
    if (cached) return cached;
    const start = index * BLOCK_BYTES;
    const bytes = await readFully(handle, start, Math.min(BLOCK_BYTES, size - start));
    const oldest = blocks.keys().next();
    if (blocks.size >= CACHED_BLOCKS && !oldest.done) blocks.delete(oldest.value);
    blocks.set(index, bytes);
    return bytes;
  }

  return {
    size,
    async read(offset, length) {
      assertInside(offset, length, size);
      if (length === 0) return new Uint8Array();
      const index = Math.floor(offset / BLOCK_BYTES);
      const within = offset - index * BLOCK_BYTES;
      if (within + length > BLOCK_BYTES) return readFully(handle, offset, length);
      return (await block(index)).subarray(within, within + length);
    },
    async readInto(target, offset) {
      assertInside(offset, target.length, size);
      await fillFrom(handle, target, offset);
    },
    async stat() {
      const now = await attempt('read the size of the file', () => handle.stat());
      return { size: now.size, mtimeMs: now.mtimeMs };
    },
    close: () => handle.close(),
  };
}

async function readFully(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await fillFrom(handle, bytes, offset);
  return bytes;
}

async function fillFrom(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  const { length } = bytes;
  let done = 0;
  while (done < length) {
    const { bytesRead } = await attempt('read the file', () => handle.read(bytes, done, length - done, offset + done));
    if (bytesRead === 0) assertInside(offset, length, offset + done);
    done += bytesRead;
  }
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new IngestError('store/io', `Could not ${what}: ${errorMessage(cause)}.`, { cause, retryable: true });
  }
}
