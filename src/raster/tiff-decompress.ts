import { constants, inflateSync } from 'node:zlib';
import { IngestError } from '../domain/errors.ts';
import { oneLine } from './foreign-error.ts';
import { expandZstd } from './geotiff-codecs.ts';
import { expandLzw } from './lzw.ts';
import { COMPRESSION } from './tiff-format.ts';

/** Expands one chunk into at most `length` bytes. */
export type Expand = (chunk: Uint8Array, length: number) => Uint8Array | Promise<Uint8Array>;

/**
 * No more bytes than these can come of one compressed byte: LZW, a run of 3,838 bytes in 12 bits; deflate, 1,032;
 * PackBits, 64. zstd codes a constant area of any size in a few bytes.
 */
const MAX_EXPANSION: ReadonlyMap<number, number> = new Map([
  [COMPRESSION.none, 1],
  [COMPRESSION.lzw, 2559],
  [COMPRESSION.deflate, 1032],
  [COMPRESSION.oldDeflate, 1032],
  [COMPRESSION.packBits, 64],
]);

/** The largest expansion of a compression, or infinity where there is no bound. */
export function maxExpansion(compression: number): number {
  return MAX_EXPANSION.get(compression) ?? Number.POSITIVE_INFINITY;
}

/** The way to expand chunks of a compression; undefined for one that is not a plain byte compression. */
export function expander(compression: number): Expand | undefined {
  switch (compression) {
    case COMPRESSION.none:
      return (chunk, length) => chunk.subarray(0, length);
    case COMPRESSION.lzw:
      return (chunk, length) => fill(chunk, length, expandLzw);
    case COMPRESSION.packBits:
      return (chunk, length) => fill(chunk, length, expandPackBits);
    case COMPRESSION.deflate:
    case COMPRESSION.oldDeflate:
      return inflateChunk;
    case COMPRESSION.zstd:
      return expandZstd;
    default:
      return undefined;
  }
}

function fill(chunk: Uint8Array, length: number, expand: (chunk: Uint8Array, out: Uint8Array) => number): Uint8Array {
  const out = new Uint8Array(length);
  return out.subarray(0, expand(chunk, out));
}

/** Expands PackBits into `out`; returns the bytes written and stops at the end of either buffer. */
export function expandPackBits(input: Uint8Array, out: Uint8Array): number {
  let written = 0;
  for (let at = 0; at < input.length && written < out.length; ) {
    const head = input[at++] as number;
    if (head === 128) continue;
    if (head > 128) {
      if (at >= input.length) break;
      const end = Math.min(written + 257 - head, out.length);
      out.fill(input[at++] as number, written, end);
      written = end;
    } else {
      const run = input.subarray(at, at + Math.min(head + 1, out.length - written));
      out.set(run, written);
      at += head + 1;
      written += run.length;
    }
  }
  return written;
}

/** Some writers fill the last strip up to full height or leave the checksum out: both are read. */
function inflateChunk(chunk: Uint8Array, length: number): Uint8Array {
  const slack = 65_536;
  try {
    const options = { maxOutputLength: 2 * length + slack, finishFlush: constants.Z_SYNC_FLUSH };
    return inflateSync(chunk, options).subarray(0, length);
  } catch (cause) {
    const message = `Inflating a strip of ${chunk.length} bytes to ${length} failed: ${oneLine(cause)}.`;
    throw new IngestError('raster/corrupt', message, { cause });
  }
}
