// Random access to a file, read in blocks and synchronously, as a worker reads: a hop through the thread pool costs more
// than the read. The blocks are those of src/raster/file-source.ts.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { assertInside } from '../dist/raster/memory-source.js';

const BLOCK_BYTES = 64 * 1024;

/** Blocks of closed files, used again as a worker does with its buffers. */
const spare = [];

function readAt(file, offset, length, into) {
  const bytes = (into ?? Buffer.allocUnsafeSlow(length)).subarray(0, length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) assertInside(offset, length, offset + done);
    done += count;
  }
  return bytes;
}

/** Opens a file as a ByteSource with `close`, after which what was read must no longer be used. */
export function openPages(path) {
  const file = openSync(path, 'r');
  const { size, mtimeMs } = fstatSync(file);
  const blocks = new Map();
  const buffers = [];
  function block(index) {
    const known = blocks.get(index);
    if (known) return known;
    const start = index * BLOCK_BYTES;
    const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    const bytes = readAt(file, start, Math.min(BLOCK_BYTES, size - start), buffer);
    buffers.push(buffer);
    blocks.set(index, bytes);
    return bytes;
  }
  function bytesAt(offset, length) {
    const index = Math.floor(offset / BLOCK_BYTES);
    const within = offset - index * BLOCK_BYTES;
    if (within + length > BLOCK_BYTES) return readAt(file, offset, length);
    return block(index).subarray(within, within + length);
  }
  return {
    size,
    mtimeMs,
    async read(offset, length) {
      assertInside(offset, length, size);
      return bytesAt(offset, length);
    },
    /** For headers that point into the file: undefined where it does not hold all of the bytes. */
    readAt: (offset, length) => (offset >= 0 && offset + length <= size ? bytesAt(offset, length) : undefined),
    close() {
      closeSync(file);
      spare.push(...buffers);
    },
  };
}
