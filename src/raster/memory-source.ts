import { IngestError } from '../domain/errors.ts';
import type { ByteSource } from './byte-source.ts';

/** Throws `raster/truncated` unless `length` bytes at `offset` lie inside a file of `size` bytes. */
export function assertInside(offset: number, length: number, size: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new IngestError(
    'raster/truncated',
    `Reading ${length} bytes at ${offset} needs a file of at least ${offset + length} bytes, but it has ${size}.`,
    { context: { offset, length, size, needsBytes: offset + length } },
  );
}

/** A file that is in memory already; `read` gives views of it, never copies. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    // oxlint-disable-next-line require-await -- async turns the thrown fault into a rejection
    async read(offset, length) {
      assertInside(offset, length, bytes.length);
      return bytes.subarray(offset, offset + length);
    },
  };
}
