// Random access to a file, read in blocks and synchronously, as a worker reads: a hop through the thread pool costs more
// than the read. Blocks are small, as of a buffered reader on a local disk (that of the peers has 8 KiB); those of
// src/raster/file-source.ts are larger, because they come over networks.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { assertInside } from '../dist/raster/memory-source.js';

const BLOCK_BYTES = 16 * 1024;

/** Buffers of closed files by their sizes, used again as a worker does with its own. */
const spare = new Map();

/** The size of the buffer for so many bytes: one of few, so that it can be used again. */
function capacityFor(length) {
  let capacity = BLOCK_BYTES;
  while (capacity < length) capacity *= 2;
  return capacity;
}

/** Opens a file as a ByteSource with `close`, after which what was read must no longer be used. */
export function openPages(path) {
  const file = openSync(path, 'r');
  const { size, mtimeMs } = fstatSync(file);
  const blocks = new Map();
  const buffers = [];
  function readAt(offset, length) {
    const capacity = capacityFor(length);
    const buffer = spare.get(capacity)?.pop() ?? Buffer.allocUnsafeSlow(capacity);
    buffers.push(buffer);
    let done = 0;
    while (done < length) {
      const count = readSync(file, buffer, done, length - done, offset + done);
      if (count === 0) assertInside(offset, length, offset + done);
      done += count;
    }
    return buffer.subarray(0, length);
  }
  function block(index) {
    const known = blocks.get(index);
    if (known) return known;
    const start = index * BLOCK_BYTES;
    const bytes = readAt(start, Math.min(BLOCK_BYTES, size - start));
    blocks.set(index, bytes);
    return bytes;
  }
  function bytesAt(offset, length) {
    const index = Math.floor(offset / BLOCK_BYTES);
    const within = offset - index * BLOCK_BYTES;
    if (within + length > BLOCK_BYTES) return readAt(offset, length);
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
      for (const buffer of buffers) {
        if (!spare.has(buffer.length)) spare.set(buffer.length, []);
        spare.get(buffer.length).push(buffer);
      }
    },
  };
}
