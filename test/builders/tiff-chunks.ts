type Samples = ArrayLike<number> | ArrayLike<bigint>;
/** Rows of one strip or tile; each row is packed to whole bytes. */
export type ChunkRows = readonly Samples[];

interface Layout {
  width: number;
  height: number;
  samples?: number;
  pixels: Samples;
  rowsPerStrip?: number;
  tile?: { width: number; height: number };
  planar?: 1 | 2;
  predictor?: 1 | 2;
}

/** Cuts samples into the strips or tiles of a TIFF page, in index order; tiles are padded with zeros. */
export function cutIntoChunks(layout: Layout): ChunkRows[] {
  const samples = layout.samples ?? 1;
  const planar = layout.planar === 2;
  const chunkWidth = layout.tile?.width ?? layout.width;
  const chunkHeight = layout.tile?.height ?? layout.rowsPerStrip ?? layout.height;
  const perPixel = planar ? 1 : samples;
  const chunks: ChunkRows[] = [];
  for (let plane = 0; plane < (planar ? samples : 1); plane++) {
    for (let top = 0; top < layout.height; top += chunkHeight) {
      for (let left = 0; left < layout.width; left += chunkWidth) {
        const height = layout.tile ? chunkHeight : Math.min(chunkHeight, layout.height - top);
        const rows = Array.from({ length: height }, (_row, y) =>
          Array.from({ length: chunkWidth * perPixel }, (_sample, i) => {
            const x = left + Math.floor(i / perPixel);
            if (x >= layout.width || top + y >= layout.height) return 0;
            const sample = planar ? plane : i % perPixel;
            return layout.pixels[((top + y) * layout.width + x) * samples + sample] as number | bigint;
          }),
        );
        chunks.push(rows.map((row) => (layout.predictor === 2 ? differences(row, perPixel) : row)) as ChunkRows);
      }
    }
  }
  return chunks;
}

function differences(row: readonly (number | bigint)[], step: number): number[] {
  return row.map((value, i) => Number(value) - (i >= step ? Number(row[i - step]) : 0));
}

/** Packs rows of samples to `bits` each, rows padded to whole bytes; 8, 16, 32 and 64 bits in the file's byte order. */
export function packSamples(rows: ChunkRows, bits: number, sampleFormat: number, littleEndian: boolean): Uint8Array {
  const packed = rows.map((row) => {
    if (sampleFormat === 3) return packFloats(row, bits, littleEndian);
    return littleEndian && bits % 8 === 0 ? packLittleEndian(row, bits / 8) : packBits(row, bits);
  });
  return Uint8Array.from(packed.flatMap((bytes) => [...bytes]));
}

function packFloats(row: Samples, bits: number, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer((row.length * bits) / 8));
  for (let i = 0; i < row.length; i++) {
    if (bits === 32) view.setFloat32(i * 4, Number(row[i]), littleEndian);
    else view.setFloat64(i * 8, Number(row[i]), littleEndian);
  }
  return new Uint8Array(view.buffer);
}

function packLittleEndian(row: Samples, size: number): Uint8Array {
  const bytes = new Uint8Array(row.length * size);
  for (let i = 0; i < row.length; i++) {
    let rest = BigInt.asUintN(size * 8, BigInt(row[i] as number | bigint));
    for (let k = 0; k < size; k++) {
      bytes[i * size + k] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }
  return bytes;
}

/** Most significant bit first: odd depths in either byte order, and whole bytes in big-endian files. */
function packBits(row: Samples, bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((row.length * bits) / 8));
  let at = 0;
  for (let i = 0; i < row.length; i++) {
    const value = BigInt.asUintN(bits, BigInt(row[i] as number | bigint));
    for (let bit = bits - 1; bit >= 0; bit--, at++) {
      if ((value >> BigInt(bit)) & 1n) bytes[at >> 3] = (bytes[at >> 3] as number) | (0x80 >> (at & 7));
    }
  }
  return bytes;
}
