import type { ChunkTable } from './tiff-chunks.ts';
import type { TiffPage } from './tiff-directory.ts';
import { TAG, TYPE } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';
import type { RawTag } from './tiff-values.ts';

/** What a codec must know; vendor tags, which strict readers stumble over, stay behind. */
const KEPT = [
  TAG.imageWidth,
  TAG.imageLength,
  TAG.bitsPerSample,
  TAG.compression,
  TAG.photometric,
  TAG.fillOrder,
  TAG.samplesPerPixel,
  TAG.rowsPerStrip,
  TAG.planarConfiguration,
  TAG.t4Options,
  TAG.t6Options,
  TAG.tileWidth,
  TAG.tileLength,
  TAG.jpegTables,
  TAG.ycbcrSubsampling,
];
/** No tag that is kept has more: quantisation and Huffman tables take about 600 bytes. */
const MAX_VALUE_BYTES = 65_536;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

/**
 * A small classic TIFF, in the byte order of the file, of one page's compressed chunks and the tags that describe them.
 * The chunks must lie inside the file.
 */
export async function wrapTiffPage(
  file: Uint8Array,
  page: TiffPage,
  image: TiffImage,
  table: ChunkTable,
): Promise<Uint8Array> {
  const values: RawTag[] = [];
  for (const tag of KEPT) {
    const raw = await page.tag(tag, MAX_VALUE_BYTES);
    if (raw && raw.bytes.length <= MAX_VALUE_BYTES) values.push(narrowed(raw, page.littleEndian));
  }
  const count = table.offsets.length;
  const longs = (tag: number): RawTag => ({ tag, type: TYPE.long, count, bytes: new Uint8Array(4 * count) });
  const offsets = longs(image.tiled ? TAG.tileOffsets : TAG.stripOffsets);
  const lengths = longs(image.tiled ? TAG.tileByteCounts : TAG.stripByteCounts);
  values.push(offsets, lengths);
  values.sort((a, b) => a.tag - b.tag);

  const directoryBytes = 2 + values.length * ENTRY_BYTES + 4;
  const valuesAt = HEADER_BYTES + directoryBytes;
  const chunksAt = valuesAt + values.reduce((sum, { bytes }) => sum + outOfLine(bytes), 0);
  const total = table.lengths.reduce((sum, length) => sum + length, chunksAt);
  const whole = new Uint8Array(total);
  let at = chunksAt;
  for (let i = 0; i < count; i++) {
    const from = table.offsets[i] as number;
    const length = table.lengths[i] as number;
    putLong(offsets.bytes, i, at, page.littleEndian);
    putLong(lengths.bytes, i, length, page.littleEndian);
    whole.set(file.subarray(from, from + length), at);
    at += length;
  }
  writeDirectory(whole, values, page.littleEndian);
  return whole;
}

/** 64-bit integers, which only BigTIFF has, as 32-bit ones: sizes and options fit. */
function narrowed(raw: RawTag, littleEndian: boolean): RawTag {
  if (raw.type !== TYPE.long8) return raw;
  const view = new DataView(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  const count = Math.floor(raw.bytes.length / 8);
  const bytes = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) putLong(bytes, i, Number(view.getBigUint64(8 * i, littleEndian)), littleEndian);
  return { ...raw, type: TYPE.long, count, bytes };
}

/** Values beyond four bytes stand behind the directory, at even places. */
function outOfLine(bytes: Uint8Array): number {
  return bytes.length <= 4 ? 0 : bytes.length + (bytes.length % 2);
}

function putLong(bytes: Uint8Array, index: number, value: number, littleEndian: boolean): void {
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).setUint32(index * 4, value, littleEndian);
}

function writeDirectory(whole: Uint8Array, values: readonly RawTag[], littleEndian: boolean): void {
  const view = new DataView(whole.buffer);
  whole.fill(littleEndian ? 0x49 : 0x4d, 0, 2);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, HEADER_BYTES, littleEndian);
  view.setUint16(HEADER_BYTES, values.length, littleEndian);
  let entryAt = HEADER_BYTES + 2;
  let valueAt = entryAt + values.length * ENTRY_BYTES + 4;
  for (const { tag, type, count, bytes } of values) {
    view.setUint16(entryAt, tag, littleEndian);
    view.setUint16(entryAt + 2, type, littleEndian);
    view.setUint32(entryAt + 4, count, littleEndian);
    if (outOfLine(bytes) === 0) whole.set(bytes, entryAt + 8);
    else {
      view.setUint32(entryAt + 8, valueAt, littleEndian);
      whole.set(bytes, valueAt);
      valueAt += outOfLine(bytes);
    }
    entryAt += ENTRY_BYTES;
  }
}
