/** How pixels lie in the HDF5 file: as they are, or deflated in chunks. */
export type Compression = 'none' | 'gzip';

/** Layout of a chunked dataset, as h5wasm takes it; lengths in samples, one a dimension. */
export interface ChunkedStorage {
  chunks: number[];
  /** H5Z_filter_t, 0 for none, and its parameters. */
  compression: number;
  compression_opts: number[];
}

/** Larger arrays pass through WebAssembly memory, which never shrinks, in strips; contiguous, h5wasm could only write them whole. */
export const LARGEST_WHOLE_BYTES = 32 * 2 ** 20;
export const STRIP_BYTES = 8 * 2 ** 20;
/** Smaller arrays are not compressed: the index of the chunks would take most of what is saved. */
const LEAST_COMPRESSED_BYTES = 64 * 1024;

/** Side of a square chunk. A compressed one is expanded whole by readers who want one pixel of it, so it is smaller. */
const SIDE_PX = { none: 1024, gzip: 256 } as const;
/** Of the arrays with one dimension, which are bytes of files. */
const CHUNK_BYTES = 2 ** 20;

/** H5Z_FILTER_DEFLATE of H5Zpublic.h. */
const DEFLATE = 1;
/** Higher levels take a multiple of the time for a few per cent: docs/adr/0011-pages-chunks-and-gzip.md has the figures. */
const LEVEL = 1;

/**
 * How an array of `shape` is stored; undefined: contiguous. The two longest dimensions are taken for the rows and
 * columns of a picture, whatever their order with a third, the samples of a pixel. Chunks end where strips of
 * {@link STRIP_BYTES} along the first dimension end, so that each is written, and compressed, once.
 */
export function arrayStorage(
  shape: readonly number[],
  sampleBytes: number,
  compression: Compression,
): ChunkedStorage | undefined {
  const bytes = product(shape) * sampleBytes;
  const compress = compression === 'gzip' && shape.length > 1 && bytes > LEAST_COMPRESSED_BYTES;
  if (!compress && bytes <= LARGEST_WHOLE_BYTES) return undefined;
  if (shape.length === 1) return chunked([Math.min(shape[0] ?? 1, CHUNK_BYTES / sampleBytes)], 'none');
  const most = Math.max(1, Math.floor(STRIP_BYTES / ((bytes || 1) / (shape[0] || 1))));
  return chunked(pictureChunks(shape, compress ? 'gzip' : 'none', most), compress ? 'gzip' : 'none');
}

/** How a stack of pictures is stored, `shape` being [pictures, rows, columns]: no chunk holds samples of two pictures. */
export function stackStorage(
  shape: readonly [number, number, number],
  sampleBytes: number,
  compression: Compression,
): ChunkedStorage {
  const [, rows, columns] = shape;
  const most = Math.max(1, Math.floor(STRIP_BYTES / (columns * sampleBytes)));
  return chunked([1, ...pictureChunks([rows, columns], compression, most)], compression);
}

/** Rows of a strip that is written at once: whole chunks, about {@link STRIP_BYTES} of them. */
export function stripRows(rowBytes: number, chunkRows: number): number {
  return Math.max(1, Math.floor(STRIP_BYTES / rowBytes / chunkRows)) * chunkRows;
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}

/** Chunks of these lengths, deflated or not. */
export function chunked(chunks: number[], compression: Compression): ChunkedStorage {
  return compression === 'gzip'
    ? { chunks, compression: DEFLATE, compression_opts: [LEVEL] }
    : { chunks, compression: 0, compression_opts: [] };
}

/** Chunks of a picture; the first dimension gets `most` at the most, and what it lacks the other dimension has more. */
function pictureChunks(shape: readonly number[], compression: Compression, most: number): number[] {
  const side = SIDE_PX[compression];
  const [longest = 0, second = 0] = shape.map((_, at) => at).toSorted((a, b) => (shape[b] ?? 0) - (shape[a] ?? 0));
  const [vertical, horizontal] = [Math.min(longest, second), Math.max(longest, second)];
  const limit = vertical === 0 ? Math.min(side, most) : side;
  const rows = fitting(shape[vertical] ?? 1, limit, compression);
  const columns = fitting(shape[horizontal] ?? 1, limit < side ? Math.floor((side * side) / limit) : side, compression);
  return shape.map((length, at) => {
    if (at === vertical) return rows;
    if (at === horizontal) return columns;
    return at < vertical ? 1 : length;
  });
}

/** Chunks at the edge are stored full: without compression, which takes the filling away, they are cut evenly instead. */
function fitting(length: number, side: number, compression: Compression): number {
  if (length <= side) return length;
  return compression === 'gzip' ? side : Math.ceil(length / Math.ceil(length / side));
}
