import { IngestError } from '../domain/errors.ts';
import type { MultiSamples } from './colour-planes.ts';
import { decodeChunks } from './decode-tiff.ts';
import type { FileSource } from './file-source.ts';
import { sampleArrayType } from './samples.ts';
import { assertChunksInside, type ChunkTable, chunkRowBytes, chunkRows, readChunkTable } from './tiff-chunks.ts';
import type { TiffPage } from './tiff-directory.ts';
import { COMPRESSION, TAG, TYPE } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';
import type { RawTag } from './tiff-values.ts';

/** Some whole rows of strips or tiles of a page, decoded. The samples stay valid until the next band is asked for. */
export interface Band {
  /** Row of the picture that the band begins with. */
  top: number;
  image: TiffImage;
  samples: MultiSamples;
}

export interface Bands {
  /** Rows of a band; the last may have fewer. */
  readonly rows: number;
  /** From the top; rejects as decodeTiff does. */
  read(): AsyncGenerator<Band>;
}

/** Decoded bytes of a band where strips or tiles are small enough: more saves no calls worth the memory. */
const BAND_BYTES = 8 * 2 ** 20;
/** Parts of a file with smaller gaps between them are fetched in one read. */
const MAX_GAP_BYTES = 64 * 1024;

/**
 * Plans to read a page piece by piece, the samples bit for bit as decodeTiff gives them. Rejects with
 * `raster/too-large` where one row of strips or tiles alone decodes to more than `maxBandBytes`.
 */
export async function openBands(
  source: Pick<FileSource, 'size' | 'readInto'>,
  page: TiffPage,
  image: TiffImage,
  maxBandBytes: number,
): Promise<Bands> {
  const stored = await readChunkTable(page, image);
  assertChunksInside(stored, image, source.size);
  const rowBytes = image.widthPx * image.samplesPerPixel * sampleArrayType(image).BYTES_PER_ELEMENT;
  const fitting = Math.max(1, Math.floor(Math.min(BAND_BYTES, maxBandBytes) / rowBytes));
  const cut = { image, table: stored };
  const { image: layout, table } = isCuttable(image, fitting) ? cutStrips(cut, fitting) : cut;
  assertBandSize(layout, rowBytes, maxBandBytes);
  const downInBand = Math.max(1, Math.floor(fitting / layout.chunkHeightPx));
  const buffer = growingBuffer();
  return {
    rows: downInBand * layout.chunkHeightPx,
    async *read() {
      for (let first = 0; first < table.down; first += downInBand) {
        const down = Math.min(downInBand, table.down - first);
        const top = first * layout.chunkHeightPx;
        const heightPx = Math.min(layout.heightPx - top, down * layout.chunkHeightPx);
        const bandImage = { ...layout, heightPx };
        const part = bandTable(table, first, down);
        const read = await readParts(source, part, buffer, 2 * maxBandBytes + MAX_GAP_BYTES);
        yield {
          top,
          image: bandImage,
          samples: await decodeChunks(read.bytes, ofHeight(page, heightPx), bandImage, read),
        };
      }
    },
  };
}

/** Plain strips are rows that follow one another: a high one, such as the only one, can be read as many low ones. */
function isCuttable(image: TiffImage, rows: number): boolean {
  return !image.tiled && image.compression === COMPRESSION.none && image.chunkHeightPx > rows;
}

function cutStrips({ image, table }: { image: TiffImage; table: ChunkTable }, rows: number) {
  const rowBytes = chunkRowBytes(image);
  // Where there are several strips, the cuts of each must fall on the edges of the next.
  const height = table.down === 1 ? rows : largestDivisor(image.chunkHeightPx, rows);
  const cut: TiffImage = { ...image, chunkHeightPx: height };
  const down = Math.ceil(image.heightPx / height);
  const offsets = new Float64Array(down * table.planes);
  const lengths = new Float64Array(down * table.planes);
  for (let i = 0; i < offsets.length; i++) {
    const plane = Math.floor(i / down);
    const top = (i % down) * height;
    const strip = plane * table.down + Math.floor(top / image.chunkHeightPx);
    const before = (top % image.chunkHeightPx) * rowBytes;
    offsets[i] = (table.offsets[strip] as number) + before;
    const left = Math.max(0, (table.lengths[strip] as number) - before);
    lengths[i] = Math.min(left, rowBytes * chunkRows(cut, i % down));
  }
  return { image: cut, table: { across: 1, down, planes: table.planes, offsets, lengths } };
}

/** The largest divisor of `number` that is not above `limit`. */
export function largestDivisor(number: number, limit: number): number {
  for (let divisor = Math.min(number, Math.floor(limit)); divisor > 1; divisor--) {
    if (number % divisor === 0) return divisor;
  }
  return 1;
}

function assertBandSize(image: TiffImage, rowBytes: number, maxBandBytes: number): void {
  const rows = Math.min(image.chunkHeightPx, image.heightPx);
  const bytes = rows * rowBytes;
  if (bytes <= maxBandBytes) return;
  const what = image.tiled ? 'tiles' : 'strips';
  throw new IngestError(
    'raster/too-large',
    `The picture of ${image.widthPx} x ${image.heightPx} is stored in ${what} of ${image.chunkHeightPx} rows, of which the least that ` +
      `can be decoded at once takes ${bytes} bytes; ${Math.floor(maxBandBytes)} are allowed by workers.memoryMiB.`,
    { context: { widthPx: image.widthPx, heightPx: image.heightPx, bytes, maxBandBytes } },
  );
}

/** The part of the table for `down` rows of chunks from `first` on, of all planes. */
function bandTable(table: ChunkTable, first: number, down: number): ChunkTable {
  const { across, planes } = table;
  const count = across * down * planes;
  const offsets = new Float64Array(count);
  const lengths = new Float64Array(count);
  for (let plane = 0; plane < planes; plane++) {
    const from = (plane * table.down + first) * across;
    offsets.set(table.offsets.subarray(from, from + across * down), plane * across * down);
    lengths.set(table.lengths.subarray(from, from + across * down), plane * across * down);
  }
  return { across, down, planes, offsets, lengths };
}

type Buffer8 = (size: number) => Uint8Array;

/** A buffer that is used again, and larger when more is asked for. */
function growingBuffer(): Buffer8 {
  let buffer = new Uint8Array();
  return (size) => {
    if (buffer.length < size) buffer = new Uint8Array(size);
    return buffer.subarray(0, size);
  };
}

/** Reads the parts of a table one after the other into a buffer; the table that is returned counts from its start. */
async function readParts(
  source: Pick<FileSource, 'readInto'>,
  table: ChunkTable,
  buffer: Buffer8,
  maxBytes: number,
): Promise<ChunkTable & { bytes: Uint8Array }> {
  const runs = runsOf(table);
  const total = runs.reduce((sum, { end, start }) => sum + aligned(end - start), 0);
  if (total > maxBytes) {
    const message = `${table.offsets.length} strips or tiles that are decoded at once take ${total} bytes, ${Math.floor(maxBytes)} are allowed by workers.memoryMiB.`;
    throw new IngestError('raster/too-large', message, { context: { bytes: total, maxBytes } });
  }
  const bytes = buffer(total);
  const offsets = new Float64Array(table.offsets.length);
  let at = 0;
  for (const { start, end, chunks } of runs) {
    await source.readInto(bytes.subarray(at, at + end - start), start);
    for (const chunk of chunks) offsets[chunk] = (table.offsets[chunk] as number) - start + at;
    at += aligned(end - start);
  }
  return { ...table, offsets, bytes };
}

/** Samples of up to eight bytes are looked at where they lie. */
function aligned(length: number): number {
  return Math.ceil(length / 8) * 8;
}

interface Run {
  start: number;
  end: number;
  chunks: number[];
}

/** Chunks that lie close to one another in the file, to be fetched by one read. */
function runsOf({ offsets, lengths }: ChunkTable): Run[] {
  const order = Array.from(offsets.keys()).toSorted((a, b) => (offsets[a] as number) - (offsets[b] as number));
  const runs: Run[] = [];
  for (const chunk of order) {
    const start = offsets[chunk] as number;
    const end = start + (lengths[chunk] as number);
    const last = runs.at(-1);
    if (last && start <= last.end + MAX_GAP_BYTES) {
      last.end = Math.max(last.end, end);
      last.chunks.push(chunk);
    } else runs.push({ start, end, chunks: [chunk] });
  }
  return runs;
}

/** The page as if it had so many rows, for codecs that read its tags themselves. */
function ofHeight(page: TiffPage, heightPx: number): TiffPage {
  return {
    ...page,
    async tag(tag, maxCount): Promise<RawTag | undefined> {
      if (tag !== TAG.imageLength) return await page.tag(tag, maxCount);
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, heightPx, page.littleEndian);
      return { tag, type: TYPE.long, count: 1, bytes };
    },
  };
}
