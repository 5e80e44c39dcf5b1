// Writes TIFFs that are larger than memory, row by row, with content that anybody can check.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** The sample at column `x` of row `y`: blobs, ramps and edges; 8 bits, or 16. */
export function sampleAt(x, y, bits) {
  const value = ((x >> 3) + 7 * (y >> 4) + ((x * y) >> 12)) & 255;
  return bits === 8 ? value : (value * 257 + (x & 63)) & 0xffff;
}

/**
 * A TIFF of `width` x `height` grey samples of 8 or 16 bits, uncompressed, in strips of `rowsPerStrip` or square tiles of
 * `tile` pixels; a BigTIFF where it is larger than 4 GiB. With `sparse` only the first and last 64 rows are written: the
 * rest is a hole that takes no room on the disk and reads as zeros (strips only).
 */
export function writeLargeTiff(path, { width, height, bits = 8, rowsPerStrip = 64, tile, sparse = false }) {
  const layout = layoutOf({ width, height, bits, rowsPerStrip, tile });
  const { across, chunks, chunkBytes, dataAt, columns, band } = layout;
  const file = openSync(path, 'w');
  const head = headOf(layout);
  writeSync(file, head, 0, head.length, 0);
  ftruncateSync(file, dataAt + (chunks - 1) * chunkBytes + layout.lastBytes);
  const samples = bits === 8 ? new Uint8Array(chunkBytes) : new Uint16Array(chunkBytes / 2);
  for (let index = 0; index < chunks; index += 1) {
    const top = Math.floor(index / across) * band;
    if (sparse && top >= 64 && top + band <= height - 64) continue;
    const left = (index % across) * columns;
    const rows = tile ? tile : Math.min(band, height - top);
    for (let y = 0, at = 0; y < rows; y += 1) {
      for (let x = 0; x < columns; x += 1) samples[at++] = sampleAt(left + x, top + y, bits);
    }
    writeSync(file, new Uint8Array(samples.buffer), 0, (rows * columns * bits) / 8, dataAt + index * chunkBytes);
  }
  closeSync(file);
}

/** Where the chunks stand; the directory and its tables come before them. */
function layoutOf({ width, height, bits, rowsPerStrip, tile }) {
  const columns = tile ?? width;
  const band = tile ?? rowsPerStrip;
  const across = Math.ceil(width / columns);
  const down = Math.ceil(height / band);
  const chunks = across * down;
  const chunkBytes = (columns * band * bits) / 8;
  const lastRows = tile ?? height - (down - 1) * band;
  const big = chunks * chunkBytes > 2 ** 32 - 2 ** 20;
  const word = big ? 8 : 4;
  const dataAt = Math.ceil((1024 + 2 * chunks * word) / 4096) * 4096;
  const lastBytes = (columns * lastRows * bits) / 8;
  return {
    width,
    height,
    bits,
    rowsPerStrip,
    tile,
    columns,
    band,
    across,
    chunks,
    chunkBytes,
    lastBytes,
    big,
    word,
    dataAt,
  };
}

const SHORT = 3;
const LONG = 4;
const LONG8 = 16;

/** The first bytes of the file: header, directory and the tables of chunks; little-endian. */
function headOf({ width, height, bits, rowsPerStrip, tile, chunks, chunkBytes, lastBytes, big, word, dataAt }) {
  const head = Buffer.alloc(dataAt);
  const put = (at, value, size) =>
    size === 8 ? head.writeBigUInt64LE(BigInt(value), at) : head.writeUIntLE(value, at, size);
  const table = (at, valueOf) => {
    for (let i = 0; i < chunks; i += 1) put(at + i * word, valueOf(i), word);
    return chunks === 1 ? valueOf(0) : at;
  };
  const place = big ? LONG8 : LONG;
  const offsets = table(1024, (i) => dataAt + i * chunkBytes);
  const lengths = table(1024 + chunks * word, (i) => (i === chunks - 1 ? lastBytes : chunkBytes));
  const [offsetsTag, lengthsTag] = tile ? [324, 325] : [273, 279];
  const tags = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 1, bits],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 1],
    [277, SHORT, 1, 1],
    [offsetsTag, place, chunks, offsets],
    [lengthsTag, place, chunks, lengths],
    ...(tile
      ? [
          [322, LONG, 1, tile],
          [323, LONG, 1, tile],
        ]
      : [[278, LONG, 1, rowsPerStrip]]),
  ].toSorted(([a], [b]) => a - b);
  head.write('II', 'latin1');
  put(2, big ? 43 : 42, 2);
  if (big) put(4, 8, 2);
  put(big ? 8 : 4, 16, word);
  put(16, tags.length, big ? 8 : 2);
  tags.forEach(([tag, type, count, value], i) => {
    const at = 16 + (big ? 8 : 2) + i * (4 + 2 * word);
    put(at, tag, 2);
    put(at + 2, type, 2);
    put(at + 4, count, word);
    put(at + 4 + word, value, type === SHORT ? 2 : type === LONG ? 4 : 8);
  });
  return head;
}
