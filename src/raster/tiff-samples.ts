import { IngestError } from '../domain/errors.ts';
import type { SampleArray } from './picture.ts';
import {
  bytesOf,
  isPlainDepth,
  NATIVE_LITTLE_ENDIAN,
  type SampleArrayType,
  sampleArrayType,
  swapBytes,
  viewSamples,
} from './samples.ts';
import { type ChunkTable, chunkRowBytes, chunkRows } from './tiff-chunks.ts';
import { type Expand, maxExpansion } from './tiff-decompress.ts';
import { COMPRESSION } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';
import { undoPredictor } from './tiff-predictor.ts';
import { unpackIntegers, widenFloats } from './unpack-samples.ts';

interface Job {
  image: TiffImage;
  table: ChunkTable;
  littleEndian: boolean;
  out: SampleArray;
}

/** Where a chunk lies in the picture, cut to the picture's edges. */
interface ChunkPlace {
  index: number;
  plane: number;
  left: number;
  top: number;
  columns: number;
  rows: number;
  /** Rows that the chunk holds in the file. */
  storedRows: number;
}

/**
 * The samples as they lie in the picture, row 0 first: of several a pixel side by side, of a planar picture one plane
 * after the other. A view of `file` where the samples stand there as they are kept in memory, else a copy.
 * The chunks must lie inside the file. Throws `raster/corrupt` where a chunk holds too little.
 */
export async function readSamples(
  file: Uint8Array,
  image: TiffImage,
  table: ChunkTable,
  littleEndian: boolean,
  expand: Expand,
): Promise<SampleArray> {
  const type = sampleArrayType(image);
  const view = viewInPlace(file, image, table, littleEndian, type);
  if (view) return view;
  assertEnough(image, table);
  const out = new type(image.widthPx * image.heightPx * image.samplesPerPixel);
  const job: Job = { image, table, littleEndian, out };
  const rowBytes = chunkRowBytes(image);
  for (const place of places(image, table)) {
    const offset = table.offsets[place.index] as number;
    const stored = file.subarray(offset, offset + (table.lengths[place.index] as number));
    const turned = image.fillOrder === 2 ? reverseBits(stored) : stored;
    const length = rowBytes * place.storedRows;
    const expanded = expand(turned, length);
    const chunk = expanded instanceof Uint8Array ? expanded : await expanded;
    const needed = rowBytes * place.rows;
    if (chunk.length < needed) {
      const what = `${image.tiled ? 'Tile' : 'Strip'} ${place.index} of ${table.offsets.length} at ${offset}`;
      throw new IngestError(
        'raster/corrupt',
        `${what} holds ${chunk.length} bytes of samples, ${needed} were expected.`,
      );
    }
    placeChunk(job, place, image.predictor === 1 ? chunk : unpredicted(chunk, job, place.rows * rowBytes));
  }
  const swap = image.predictor === 1 && isPlainDepth(image) && littleEndian !== NATIVE_LITTLE_ENDIAN;
  if (swap) swapBytes(bytesOf(out), type.BYTES_PER_ELEMENT);
  return out;
}

/** A view of the file itself where the chunks follow one another as in the picture, else undefined. */
function viewInPlace(
  file: Uint8Array,
  image: TiffImage,
  table: ChunkTable,
  littleEndian: boolean,
  type: SampleArrayType,
): SampleArray | undefined {
  const { offsets, lengths } = table;
  const native = littleEndian === NATIVE_LITTLE_ENDIAN || type.BYTES_PER_ELEMENT === 1;
  const plain = image.compression === COMPRESSION.none && image.predictor === 1 && image.fillOrder !== 2;
  if (!native || !plain || image.tiled || !isPlainDepth(image)) return undefined;
  const start = offsets[0] as number;
  let end = start;
  for (let i = 0; i < offsets.length; i++) {
    const length = chunkRowBytes(image) * chunkRows(image, i % table.down);
    if (offsets[i] !== end || (lengths[i] as number) < length) return undefined;
    end += length;
  }
  const bytes = file.subarray(start, end);
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0;
  return viewSamples(type, aligned ? bytes : new Uint8Array(bytes));
}

/** Refuses, before memory is taken, a picture that the compressed bytes cannot fill. */
function assertEnough(image: TiffImage, table: ChunkTable): void {
  let stored = 0;
  for (const length of table.lengths) stored += length;
  const bits = image.widthPx * image.heightPx * image.samplesPerPixel * image.bitsPerSample;
  if (stored * maxExpansion(image.compression) >= Math.floor(bits / 8)) return;
  throw new IngestError(
    'raster/corrupt',
    `A picture of ${image.widthPx} x ${image.heightPx} takes ${Math.ceil(bits / 8)} bytes, its ${table.lengths.length} ${
      image.tiled ? 'tiles' : 'strips'
    } of ${stored} bytes (compression ${image.compression}) cannot hold so many.`,
  );
}

function* places(image: TiffImage, table: ChunkTable): Generator<ChunkPlace> {
  let index = 0;
  for (let plane = 0; plane < table.planes; plane++) {
    for (let row = 0; row < table.down; row++) {
      for (let column = 0; column < table.across; column++) {
        const left = column * image.chunkWidthPx;
        const top = row * image.chunkHeightPx;
        const columns = Math.min(image.chunkWidthPx, image.widthPx - left);
        const rows = Math.min(image.chunkHeightPx, image.heightPx - top);
        yield { index, plane, left, top, columns, rows, storedRows: chunkRows(image, row) };
        index++;
      }
    }
  }
}

/** The chunk's needed rows with the predictor undone, in memory of its own. */
function unpredicted(chunk: Uint8Array, job: Job, needed: number): Uint8Array {
  const own = new Uint8Array(chunk.subarray(0, needed));
  undoPredictor(own, job.image, job.littleEndian);
  return own;
}

function placeChunk(job: Job, place: ChunkPlace, chunk: Uint8Array): void {
  const { image, out, littleEndian } = job;
  const perPixel = image.planar ? 1 : image.samplesPerPixel;
  const rowBytes = chunkRowBytes(image);
  const count = place.columns * perPixel;
  const plain = isPlainDepth(image);
  const outBytes = bytesOf(out);
  const fileOrder = image.predictor === 1 ? littleEndian : NATIVE_LITTLE_ENDIAN;
  for (let y = 0; y < place.rows; y++) {
    const row = chunk.subarray(y * rowBytes, (y + 1) * rowBytes);
    const at = ((place.plane * image.heightPx + place.top + y) * image.widthPx + place.left) * perPixel;
    if (plain) outBytes.set(row.subarray(0, count * out.BYTES_PER_ELEMENT), at * out.BYTES_PER_ELEMENT);
    else if (out instanceof Float32Array) {
      widenFloats(row, image.bitsPerSample === 16 ? 16 : 24, fileOrder, out, at, count);
    } else unpackIntegers(row, image.bitsPerSample, image.sampleFormat === 'int', out, at, count);
  }
}

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 0x80 >> bit;
  return reversed;
});

function reverseBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => REVERSED[byte] as number);
}
