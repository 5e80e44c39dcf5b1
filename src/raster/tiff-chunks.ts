import { IngestError } from '../domain/errors.ts';
import type { TiffPage } from './tiff-directory.ts';
import { COMPRESSION, TAG } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';

/** Strips or tiles of a page in index order: chunk i takes `lengths[i]` bytes at `offsets[i]`. */
export interface ChunkTable {
  readonly offsets: Float64Array;
  readonly lengths: Float64Array;
  /** Chunks a row and a column of the picture, and planes they are repeated for. */
  readonly across: number;
  readonly down: number;
  readonly planes: number;
}

/** A picture of four million rows in strips of one; more would only serve to exhaust memory. */
export const MAX_CHUNKS = 4 * 1024 * 1024;

/** How the chunks tile a picture. */
export function chunkGrid(image: TiffImage): { across: number; down: number; planes: number; count: number } {
  const across = Math.ceil(image.widthPx / image.chunkWidthPx);
  const down = Math.ceil(image.heightPx / image.chunkHeightPx);
  const planes = image.planar ? image.samplesPerPixel : 1;
  return { across, down, planes, count: across * down * planes };
}

/**
 * Reads where the strips or tiles of a page stand. Their number is checked against the picture's size before anything
 * is read; surplus entries are ignored. Rejects with `raster/corrupt` or `raster/truncated`.
 */
export async function readChunkTable(page: TiffPage, image: TiffImage): Promise<ChunkTable> {
  const { count, ...grid } = chunkGrid(image);
  const what = image.tiled ? 'tiles' : 'strips';
  if (count > MAX_CHUNKS)
    throw corrupt(`The picture is cut into ${count} ${what}; ${MAX_CHUNKS} are the most allowed.`);
  // Some writers name the tables of tiles like those of strips, and the other way round: libtiff reads both.
  const offsetsTag = image.tiled && page.entries.has(TAG.tileOffsets) ? TAG.tileOffsets : TAG.stripOffsets;
  const lengthsTag = image.tiled && page.entries.has(TAG.tileByteCounts) ? TAG.tileByteCounts : TAG.stripByteCounts;
  const offsets = await page.numbers(offsetsTag, count);
  if (offsets === undefined || offsets.length < count) {
    throw corrupt(
      `The picture is cut into ${count} ${what}, but the directory places ${offsets?.length ?? 0} of them.`,
    );
  }
  const stated = await page.numbers(lengthsTag, count);
  return { ...grid, offsets, lengths: statedOrDerived(stated, image, count, what) };
}

/**
 * Byte counts as stated. Those of plain chunks follow from the picture's size where they are missing or zero, and are cut
 * to it where they are more: some writers count padding in that the file does not hold.
 */
function statedOrDerived(
  stated: Float64Array | undefined,
  image: TiffImage,
  count: number,
  what: string,
): Float64Array {
  if (image.compression === COMPRESSION.none) {
    const { across, down } = chunkGrid(image);
    const perRow = chunkRowBytes(image);
    return Float64Array.from({ length: count }, (_, i) => {
      const needed = perRow * chunkRows(image, Math.floor(i / across) % down);
      return Math.min(stated?.[i] || needed, needed);
    });
  }
  if (stated === undefined || stated.length < count) {
    throw corrupt(`The picture is cut into ${count} compressed ${what}, the directory sizes ${stated?.length ?? 0}.`);
  }
  return stated;
}

/** Rows that chunk row `row` covers in the file: tiles are always full, the last strip may be lower. */
export function chunkRows(image: TiffImage, row: number): number {
  return image.tiled ? image.chunkHeightPx : Math.min(image.chunkHeightPx, image.heightPx - row * image.chunkHeightPx);
}

/** Bytes of one row of a chunk, decompressed; rows begin at whole bytes. */
export function chunkRowBytes(image: TiffImage): number {
  const samples = image.chunkWidthPx * (image.planar ? 1 : image.samplesPerPixel);
  return Math.ceil((samples * image.bitsPerSample) / 8);
}

/** Throws `raster/truncated`, with offset and size, at the first chunk that reaches past the end of the file. */
export function assertChunksInside(table: ChunkTable, image: TiffImage, size: number): void {
  const { offsets, lengths } = table;
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i] as number;
    const length = lengths[i] as number;
    if (offset + length <= size) continue;
    throw new IngestError(
      'raster/truncated',
      `${image.tiled ? 'Tile' : 'Strip'} ${i} of ${offsets.length} takes ${length} bytes at ${offset}, but the file has ${size}.`,
      { context: { offset, length, size, needsBytes: offset + length } },
    );
  }
}

function corrupt(message: string): IngestError {
  return new IngestError('raster/corrupt', message);
}
