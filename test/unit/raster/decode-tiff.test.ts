import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import type { Picture } from '../../../src/raster/picture.ts';
import { buildTiff, layoutTiff, type TiffSpec } from '../../builders/tiff-builder.ts';
import { rejection } from '../../expect-ingest-error.ts';

const MiB = 2 ** 20;

async function decode(bytes: Uint8Array, maxPixelBytes = MiB): Promise<Picture> {
  return (await decodePicture(bytes, { maxPixelBytes })).picture;
}

/** Numbers that need all bits of the depth. */
function noise(count: number, bits: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * 2_654_435_761) % 2 ** Math.min(bits, 32));
}

const decodeSpec = (spec: TiffSpec): Promise<Picture> => decode(buildTiff(spec));
const RAMP = Array.from({ length: 3 * 256 }, (_, i) => (i % 256) * 257);

describe('decodeTiff, without copying', () => {
  it.each([8, 16, 32, 64])('gives a view of the file where %i-bit strips stand in order', async (bits) => {
    const spec = { width: 8, height: 6, bits, rowsPerStrip: 2, bigTiff: true };
    const bytes = buildTiff({ ...spec, ifdAtEnd: false });
    const { plane } = await decode(bytes);
    expect(plane.data.buffer).toBe(bytes.buffer);
    expect(Array.from(plane.data, Number)).toEqual(Array.from({ length: 48 }, (_, i) => i));
  });

  it('copies samples that do not stand at a multiple of their size', async () => {
    const bytes = buildTiff({ width: 8, height: 6, bits: 16 });
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    const { plane } = await decode(shifted);
    expect([...plane.data]).toEqual(Array.from({ length: 48 }, (_, i) => i));
  });
});

describe('decodeTiff, layouts', () => {
  const layouts: [string, Partial<TiffSpec>][] = [
    ['one strip', {}],
    ['strips with gaps', { rowsPerStrip: 4, gap: 5 }],
    ['strips in reverse order', { rowsPerStrip: 4, chunkOrder: 'reverse' }],
    ['tiles that overhang', { tile: { width: 16, height: 16 } }],
    ['BigTIFF', { bigTiff: true, rowsPerStrip: 3 }],
    ['big endian', { littleEndian: false, rowsPerStrip: 3 }],
    ['deflate', { compression: 8, rowsPerStrip: 4 }],
    ['LZW', { compression: 5, rowsPerStrip: 4 }],
    ['PackBits', { compression: 32773, rowsPerStrip: 4 }],
    ['big-endian tiles, deflate', { compression: 8, tile: { width: 16, height: 16 }, littleEndian: false }],
  ];
  it.each(layouts.flatMap(([name, spec]) => [8, 16, 32].map((bits) => ({ name, bits, spec }))))(
    'decodes $name of $bits bits',
    async ({ bits, spec }) => {
      const pixels = noise(37 * 21, bits);
      const { plane, facts } = await decodeSpec({ width: 37, height: 21, bits, pixels, ...spec });
      expect([...plane.data]).toEqual(pixels);
      expect(facts).toMatchObject({ widthPx: 37, heightPx: 21, bitsPerSample: bits, samplesPerPixel: 1, pages: 1 });
    },
  );

  it.each(layouts.filter(([, { compression }]) => compression !== undefined && compression !== 32773))(
    'undoes horizontal differencing: %s',
    async (_, spec) => {
      for (const bits of [8, 16]) {
        const pixels = noise(37 * 21, bits);
        const { plane } = await decodeSpec({ width: 37, height: 21, bits, pixels, predictor: 2, ...spec });
        expect([...plane.data]).toEqual(pixels);
      }
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 14, 17, 24, 31])('unpacks %i bits a sample', async (bits) => {
    const pixels = noise(37 * 5, bits);
    for (const littleEndian of [true, false]) {
      // tifffile and libtiff read depths of several whole bytes as a bit stream in either order; the builder does not.
      if (bits === 24 && littleEndian) continue;
      const { plane } = await decodeSpec({ width: 37, height: 5, bits, pixels, littleEndian, rowsPerStrip: 2 });
      expect(Array.from(plane.data, Number)).toEqual(pixels);
    }
  });

  it('unpacks more than 32 bits a sample into 64-bit integers', async () => {
    const pixels = Array.from({ length: 37 }, (_, i) => (BigInt(i) * 0x123456789abcdn) % 2n ** 45n);
    const { plane } = await decodeSpec({ width: 37, height: 1, bits: 45, pixels, littleEndian: false });
    expect(plane.data).toEqual(BigUint64Array.from(pixels));
  });

  it('keeps signed samples signed, odd depths too', async () => {
    const pixels = [-2, -1, 0, 1];
    for (const bits of [3, 8, 12, 16, 32]) {
      const { plane, facts } = await decodeSpec({ width: 4, height: 1, bits, sampleFormat: 2, pixels });
      expect([...plane.data]).toEqual(pixels);
      expect(facts.sampleFormat).toBe('int');
    }
  });

  it('keeps floating point bit for bit, NaN and infinities too', async () => {
    const pixels = [0.1, Number.NaN, Number.POSITIVE_INFINITY, -1e-300];
    for (const littleEndian of [true, false]) {
      const spec = { width: 4, height: 1, bits: 64, sampleFormat: 3, pixels, littleEndian } as const;
      expect((await decodeSpec(spec)).plane.data).toEqual(Float64Array.from(pixels));
    }
  });

  it('gives one bit as 0 and 1 and does not invert min-is-white', async () => {
    const pixels = [1, 0, 0, 1, 1, 0, 1, 0, 1];
    const { plane, facts } = await decodeSpec({ width: 3, height: 3, bits: 1, photometric: 0, pixels });
    expect([...plane.data]).toEqual(pixels);
    expect(facts.photometric).toBe('min-is-white');
  });

  it('reverses the bits of bytes that run from the lowest', async () => {
    const tags = [{ tag: 266, type: 'SHORT', value: 2 }] as const;
    const { plane } = await decodeSpec({ width: 2, height: 1, pixels: [0b0000_0001, 0b1010_0000], tags });
    expect([...plane.data]).toEqual([0b1000_0000, 0b0000_0101]);
  });

  it('counts full pictures only as pages', async () => {
    const thumbnail = { width: 2, height: 2, tags: [{ tag: 254, type: 'LONG', value: 1 }] } as const;
    const { facts } = await decodeSpec({ width: 4, height: 4, morePages: [thumbnail, { width: 4, height: 4 }] });
    expect(facts.pages).toBe(2);
  });

  it('derives the sizes of plain strips that the directory leaves out', async () => {
    const { plane } = await decodeSpec({ width: 4, height: 4, rowsPerStrip: 2, omit: [279] });
    expect([...plane.data]).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  it('reads a plain last strip whose stated size counts padding beyond the file', async () => {
    const tags = [{ tag: 279, type: 'LONG', value: 5000 }] as const;
    expect((await decodeSpec({ width: 4, height: 4, tags, ifdAtEnd: false })).plane.data).toHaveLength(16);
  });
});

describe('decodeTiff, colours', () => {
  const grey = [10, 20, 30, 40, 50, 60];
  const size = { width: 3, height: 2, photometric: 2 };

  it.each([1, 2] as const)('makes one plane of grey stored as RGB (planar configuration %i)', async (planar) => {
    const pixels = grey.flatMap((value) => [value, value, value]);
    const picture = await decodeSpec({ ...size, samples: 3, planar, pixels });
    expect([...picture.plane.data]).toEqual(grey);
    expect(picture.colour).toBeUndefined();
    expect(picture.facts).toMatchObject({ samplesPerPixel: 3, photometric: 'rgb' });
  });

  it('leaves out alpha where the three channels are equal', async () => {
    const pixels = grey.flatMap((value) => [value, value, value, 255 - value]);
    const picture = await decodeSpec({ ...size, samples: 4, pixels });
    expect([...picture.plane.data]).toEqual(grey);
    expect(picture.storedColour).toBeUndefined();
  });

  it('gives true colour exactly, and its Rec. 601 luminance rounded as the plane', async () => {
    const pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3, 255, 255, 255, 0, 0, 1];
    const picture = await decodeSpec({ ...size, samples: 3, pixels });
    expect([...(picture.colour?.data ?? [])]).toEqual(pixels);
    expect([...picture.plane.data]).toEqual([76, 150, 29, 2, 255, 0]);
    expect(picture.storedColour).toBeUndefined();
  });

  it('gives planar true colour interleaved, and beside it in the order of the file', async () => {
    const pixels = Array.from({ length: 18 }, (_, i) => i);
    const picture = await decodeSpec({ ...size, samples: 3, planar: 2, pixels });
    expect([...(picture.colour?.data ?? [])]).toEqual(pixels);
    expect(picture.storedColour?.shape).toEqual([3, 2, 3]);
    expect([...(picture.storedColour?.data ?? [])].slice(0, 6)).toEqual([0, 3, 6, 9, 12, 15]);
  });

  it('keeps 16-bit true colour as stored', async () => {
    const pixels = Array.from({ length: 18 }, (_, i) => i * 3000);
    const picture = await decodeSpec({ ...size, samples: 3, bits: 16, pixels });
    expect(picture.colour).toBeUndefined();
    expect(picture.storedColour).toEqual({ shape: [2, 3, 3], planar: false, data: Uint16Array.from(pixels) });
    expect(picture.plane.data[0]).toBe(Math.round((587 * 3000 + 114 * 6000) / 1000));
  });

  it('gives the stored indices of a palette picture and its colours in 8 bits', async () => {
    const colorMap = [...RAMP];
    colorMap[7] = 65_535;
    const picture = await decodeSpec({ width: 3, height: 1, photometric: 3, colorMap, pixels: [0, 7, 255] });
    expect([...picture.plane.data]).toEqual([0, 7, 255]);
    expect(picture.palette).toHaveLength(768);
    expect(picture.palette?.slice(21, 24)).toEqual(Uint8Array.of(255, 7, 7));
  });

  it('understands colour maps whose entries have eight bits only', async () => {
    const colorMap = RAMP.map((value) => value >> 8);
    const picture = await decodeSpec({ width: 1, height: 1, photometric: 3, colorMap, pixels: [9] });
    expect(picture.palette?.slice(27, 30)).toEqual(Uint8Array.of(9, 9, 9));
  });
});

describe('decodeTiff, refusals', () => {
  it('refuses a declared size beyond the limit before taking memory for it', async () => {
    const tags = [256, 257].map((tag) => ({ tag, type: 'LONG', value: 4_000_000_000 }) as const);
    const bytes = buildTiff({ width: 4, height: 4, tags });
    const error = await rejection(decode(bytes), 'raster/too-large');
    expect(error.message).toContain('4000000000 x 4000000000');
  });

  it('refuses a small file whose strips cannot fill the picture', async () => {
    const tags = [256, 257, 278].map((tag) => ({ tag, type: 'LONG', value: 15_000 }) as const);
    for (const compression of [1, 5, 8, 32773] as const) {
      const bytes = buildTiff({ width: 4, height: 4, tags, compression });
      const error = await rejection(decode(bytes, 1024 * MiB), 'raster/corrupt');
      expect(error.message).toMatch(/\d+ bytes/);
    }
  });

  it('names the strip that lies outside the file, with offset and sizes', async () => {
    const { bytes, chunks } = layoutTiff({ width: 10, height: 10, rowsPerStrip: 5, ifdAtEnd: false });
    const cut = bytes.slice(0, -1);
    const error = await rejection(decode(cut), 'raster/truncated');
    expect(error.message).toBe(
      `Strip 1 of 2 takes 50 bytes at ${chunks[0]?.[1]?.offset}, but the file has ${cut.length}.`,
    );
  });

  it.each([5, 8, 32773] as const)('refuses a strip that ends early (compression %i)', async (compression) => {
    const { bytes, chunks } = layoutTiff({ width: 50, height: 10, pixels: noise(500, 8), compression });
    const { offset, length } = chunks[0]?.[0] ?? { offset: 0, length: 0 };
    const shorter = buildTiff({
      width: 50,
      height: 10,
      compression,
      encodeChunk: () => bytes.slice(offset, offset + Math.floor(length / 2)),
    });
    await rejection(decode(shorter), 'raster/corrupt');
  });

  it.each([
    ['old-style JPEG', { tags: [{ tag: 259, type: 'SHORT', value: 6 }] }],
    ['an unknown compression', { tags: [{ tag: 259, type: 'SHORT', value: 34_712 }] }],
    ['complex samples', { bits: 64, tags: [{ tag: 339, type: 'SHORT', value: 6 }] }],
    ['samples of different depths', { samples: 3, tags: [{ tag: 258, type: 'SHORT', value: [5, 6, 5] }] }],
    ['CMYK', { samples: 4, photometric: 5 }],
    ['65,535 samples a pixel', { tags: [{ tag: 277, type: 'SHORT', value: 65_535 }] }],
  ] satisfies [string, Partial<TiffSpec>][])('says that %s cannot be read', async (_, spec) => {
    const bytes = buildTiff({ width: 4, height: 4, ...spec });
    await rejection(decode(bytes, 1024 * MiB), 'raster/unsupported');
  });

  it('refuses other files by their content', async () => {
    await rejection(decode(new Uint8Array()), 'raster/not-a-picture');
    const error = await rejection(decode(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')), 'raster/not-a-picture');
    expect(error.message).toContain('HDF5');
  });
});
