import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeTiff } from '../../../src/raster/decode-tiff.ts';
import { toGrey8, toRgb8 } from '../../../src/raster/display.ts';
import { openFileSource } from '../../../src/raster/file-source.ts';
import { memorySource } from '../../../src/raster/memory-source.ts';
import type { Picture, SampleArray } from '../../../src/raster/picture.ts';
import { openStreamedPicture, type PicturePiece, type Survey } from '../../../src/raster/streamed-picture.ts';
import { readTiff } from '../../../src/raster/tiff-directory.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { buildTiff, type TiffSpec } from '../../builders/tiff-builder.ts';

const WIDTH = 37;
const HEIGHT = 53;
/** Rows that are decoded at once, a row of tiles at least: every picture below comes in several pieces. */
const BAND_ROWS = 16;

function noise(length: number, top: number): number[] {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % top;
  });
}

function spec(more: Partial<TiffSpec> = {}): TiffSpec {
  const bits = more.bits ?? 8;
  const count = WIDTH * HEIGHT * (more.samples ?? 1);
  return { width: WIDTH, height: HEIGHT, pixels: noise(count, 2 ** Math.min(bits, 30)), rowsPerStrip: 5, ...more };
}

const EQUAL_CHANNELS = noise(WIDTH * HEIGHT, 256).flatMap((value) => [value, value, value]);
const GREY_MAP = Array.from({ length: 768 }, (_, i) => (i % 256) * 257);
const COLOUR_MAP = GREY_MAP.map((value, i) => (i === 200 ? 65_535 - value : value));

const PICTURES: Record<string, TiffSpec> = {
  'plain strips': spec(),
  'one plain strip': spec({ rowsPerStrip: HEIGHT, bits: 16 }),
  'high plain strips': spec({ rowsPerStrip: 34, bits: 16 }),
  'strips in reverse order with gaps': spec({ chunkOrder: 'reverse', gap: 6 }),
  'big-endian 16 bit': spec({ bits: 16, littleEndian: false }),
  BigTIFF: spec({ bigTiff: true, bits: 16 }),
  tiles: spec({ tile: { width: 16, height: 16 } }),
  '16-bit tiles, deflate and predictor': spec({
    bits: 16,
    tile: { width: 16, height: 16 },
    compression: 8,
    predictor: 2,
  }),
  'deflate strips with predictor': spec({ compression: 8, predictor: 2 }),
  'LZW strips': spec({ compression: 5 }),
  'PackBits strips': spec({ compression: 32_773 }),
  '1 bit': spec({ bits: 1 }),
  '12 bit, min-is-white': spec({ bits: 12, photometric: 0 }),
  'signed 16 bit': spec({ bits: 16, sampleFormat: 2 }),
  'floating point with values that are not finite': spec({
    bits: 32,
    sampleFormat: 3,
    pixels: noise(WIDTH * HEIGHT, 1000).map((value, i) => (i < 400 ? Number.NaN : value / 7 - 50)),
  }),
  'bits from low to high': spec({ bits: 4, tags: [{ tag: 266, type: 'SHORT', value: 2 }] }),
  palette: spec({ photometric: 3, colorMap: GREY_MAP }),
  'palette with a colour in use': spec({ photometric: 3, colorMap: COLOUR_MAP }),
  RGB: spec({ samples: 3, photometric: 2 }),
  'planar RGB': spec({ samples: 3, photometric: 2, planar: 2 }),
  'RGB with alpha': spec({ samples: 4, photometric: 2 }),
  '16-bit planar RGB in tiles': spec({
    samples: 3,
    bits: 16,
    photometric: 2,
    planar: 2,
    tile: { width: 16, height: 16 },
  }),
  'grey as RGB': spec({ samples: 3, photometric: 2, pixels: EQUAL_CHANNELS }),
  'three grey samples': spec({ samples: 3 }),
};

async function pieces(
  bytes: Uint8Array,
  { rangeRows = HEIGHT, bandRows = BAND_ROWS }: { rangeRows?: number; bandRows?: number } = {},
): Promise<{ found: PicturePiece[]; survey: Survey; pieceRows: number }> {
  const path = join(temporaryFolder(), 'a.tif');
  await writeFile(path, bytes);
  const source = await openFileSource(path);
  try {
    const tiff = await readTiff(source);
    const { samplesPerPixel = 1, bitsPerSample = 8 } = tiff.pages[0].image ?? {};
    const sampleBytes = bitsPerSample <= 8 ? 1 : bitsPerSample <= 16 ? 2 : 4;
    const streamed = await openStreamedPicture(source, tiff, bandRows * WIDTH * samplesPerPixel * sampleBytes);
    const survey = await streamed.survey(rangeRows);
    const found: PicturePiece[] = [];
    for await (const piece of streamed.pieces(survey))
      found.push({ ...piece, picture: structuredClone(piece.picture) });
    return { found, survey, pieceRows: streamed.pieceRows };
  } finally {
    await source.close();
  }
}

async function whole(bytes: Uint8Array): Promise<Picture> {
  return await decodeTiff(bytes, await readTiff(memorySource(bytes)), { maxPixelBytes: 2 ** 30 });
}

function joined(parts: readonly (SampleArray | undefined)[]): unknown[] {
  return parts.flatMap((part) => Array.from(part ?? [], Number));
}

describe('a picture read in pieces', () => {
  it.each(Object.entries(PICTURES))('has the samples of the whole one: %s', async (_, tiff) => {
    const bytes = buildTiff(tiff);
    const { found, pieceRows } = await pieces(bytes);
    const expected = await whole(bytes);
    expect(found.length).toBeGreaterThan(3);
    expect(found.map(({ top }) => top)).toEqual(found.map((_piece, i) => i * pieceRows));
    const planes = found.map(({ picture }) => picture.plane.data);
    expect(planes[0]?.constructor).toBe(expected.plane.data.constructor);
    expect(joined(planes)).toEqual(Array.from(expected.plane.data as Float64Array, Number));
    const colours = found.map(({ picture }) => picture.colour?.data);
    expect(joined(colours)).toEqual(joined([expected.colour?.data]));
    expect(found.every(({ picture }) => !picture.storedColour === !expected.storedColour)).toBe(true);
  });

  it.each(Object.entries(PICTURES))('is shown as the whole one: %s', async (_, tiff) => {
    const bytes = buildTiff(tiff);
    const rangeRows = HEIGHT - 9;
    const { found, survey } = await pieces(bytes, { rangeRows });
    const expected = await whole(bytes);
    const grey = found.map(({ picture }) => toGrey8(picture, { whole: survey }).data);
    expect(joined(grey)).toEqual(joined([toGrey8(expected, { rangeRows }).data]));
    const rgb = found.map(({ picture }) => toRgb8(picture, { whole: survey })?.data);
    expect(joined(rgb)).toEqual(joined([toRgb8(expected)?.data]));
    expect(survey.usesColour).toBe(toRgb8(expected) !== undefined);
  });

  it.each(['jpeg', 'ccittfax4'] as const)(
    'has the samples of the whole one where libtiff decodes them: %s',
    async (compression) => {
      const grey = sharp(Uint8Array.from(noise(WIDTH * HEIGHT, 256)), {
        raw: { width: WIDTH, height: HEIGHT, channels: 1 },
      });
      const bitdepth = compression === 'jpeg' ? {} : { bitdepth: 1 as const };
      const tile = { tile: true, tileWidth: 16, tileHeight: 16 };
      const bytes = new Uint8Array(
        await grey
          .toColourspace('b-w')
          .tiff({ compression, ...bitdepth, ...tile })
          .toBuffer(),
      );
      const { found } = await pieces(bytes);
      const expected = await whole(bytes);
      expect(found.length).toBeGreaterThan(3);
      expect(joined(found.map(({ picture }) => picture.plane.data))).toEqual(joined([expected.plane.data]));
    },
  );

  it('keeps the order of planes that are stored one after the other', async () => {
    const bytes = buildTiff(PICTURES['16-bit planar RGB in tiles'] as TiffSpec);
    const { found } = await pieces(bytes);
    const expected = (await whole(bytes)).storedColour?.data ?? [];
    const pixels = WIDTH * HEIGHT;
    for (const { top, picture } of found) {
      const { data, shape } = picture.storedColour ?? { data: [], shape: [0, 0, 0] };
      expect(shape).toEqual([3, picture.plane.heightPx, WIDTH]);
      for (let plane = 0; plane < 3; plane++) {
        const count = picture.plane.data.length;
        const start = plane * pixels + top * WIDTH;
        expect(data.slice(plane * count, (plane + 1) * count)).toEqual(expected.slice(start, start + count));
      }
    }
  });

  it('is not read for the survey where eight-bit grey needs none', async () => {
    const bytes = buildTiff(spec());
    let reads = 0;
    const source = {
      ...memorySource(bytes),
      async readInto(target: Uint8Array, offset: number): Promise<void> {
        reads += 1;
        target.set(bytes.subarray(offset, offset + target.length));
        await Promise.resolve();
      },
    };
    const streamed = await openStreamedPicture(source, await readTiff(source), BAND_ROWS * WIDTH);
    expect(await streamed.survey(HEIGHT)).toEqual({ usesColour: false });
    expect(reads).toBe(0);
  });

  it('refuses a compressed strip that is too large by itself, and names both numbers', async () => {
    const bytes = buildTiff(spec({ compression: 8, predictor: 2, rowsPerStrip: HEIGHT, bits: 16 }));
    await expect(pieces(bytes)).rejects.toMatchObject({
      code: 'raster/too-large',
      message: expect.stringMatching(/strips of 53 rows.* 3922 bytes; 1184 are allowed by workers\.memoryMiB/),
    });
  });

  it('refuses a picture that ends in the middle of a strip', async () => {
    const bytes = buildTiff(spec({ ifdAtEnd: false }));
    await expect(pieces(bytes.subarray(0, bytes.length - 10))).rejects.toMatchObject({ code: 'raster/truncated' });
  });

  it('tells a strip that holds too little', async () => {
    const bytes = buildTiff(spec({ compression: 8, encodeChunk: () => new Uint8Array(4) }));
    await expect(pieces(bytes)).rejects.toMatchObject({ code: 'raster/corrupt' });
  });
});
