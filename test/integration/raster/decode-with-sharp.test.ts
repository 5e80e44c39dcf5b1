import sharp, { type Sharp, type TiffOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import type { Picture } from '../../../src/raster/picture.ts';
import { rejection } from '../../expect-ingest-error.ts';

const width = 203;
const height = 97;
/** A gradient with noise in it: compressible, but not simply. */
const grey = Uint8Array.from({ length: width * height }, (_, i) => ((i % width) + ((i * 2_654_435_761) % 7)) & 255);
const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => ((i % 203) * (1 + (i % 3))) & 255);

const greyImage = (): Sharp => sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
const rgbImage = (): Sharp => sharp(rgb, { raw: { width, height, channels: 3 } });

async function decode(bytes: Uint8Array): Promise<Picture> {
  return (await decodePicture(bytes, { maxPixelBytes: 2 ** 20 })).picture;
}

describe('decodePicture against libtiff', () => {
  const options: [string, TiffOptions][] = [
    ['LZW', { compression: 'lzw' }],
    ['LZW with differencing', { compression: 'lzw', predictor: 'horizontal' }],
    ['deflate', { compression: 'deflate', predictor: 'horizontal' }],
    ['PackBits', { compression: 'packbits' }],
    ['no compression', { compression: 'none' }],
    ['tiles', { compression: 'deflate', tile: true, tileWidth: 64, tileHeight: 32 }],
    ['BigTIFF', { compression: 'lzw', bigtiff: true }],
  ];

  it.each(options)('decodes grey written with %s', async (_, option) => {
    const { plane } = await decode(await greyImage().tiff(option).toBuffer());
    expect(Buffer.compare(Buffer.from(plane.data as Uint8Array), Buffer.from(grey))).toBe(0);
  });

  it.each(options)('decodes colour written with %s', async (_, option) => {
    const { colour } = await decode(await rgbImage().tiff(option).toBuffer());
    expect(Buffer.compare(Buffer.from(colour?.data ?? []), Buffer.from(rgb))).toBe(0);
  });

  it('gives fax as the 0 and 1 that are stored', async () => {
    const bits = grey.map((value) => (value >= 128 ? 1 : 0));
    const written = await greyImage().tiff({ compression: 'ccittfax4', bitdepth: 1 }).toBuffer();
    const { plane, facts } = await decode(written);
    const stored = facts.photometric === 'min-is-white' ? bits.map((bit) => 1 - bit) : bits;
    expect(facts.bitsPerSample).toBe(1);
    expect([...plane.data]).toEqual([...stored]);
  });

  it('decodes JPEG inside a TIFF as libtiff does', async () => {
    const written = await greyImage().tiff({ compression: 'jpeg', quality: 90 }).toBuffer();
    const shown = await sharp(written).toColourspace('b-w').raw().toBuffer();
    expect(Buffer.compare(Buffer.from((await decode(written)).plane.data as Uint8Array), shown)).toBe(0);
  });
});

describe('decodePicture, PNG and JPEG', () => {
  it('decodes a grey PNG exactly, without a TIFF beside it', async () => {
    const decoded = await decodePicture(await greyImage().png().toBuffer(), { maxPixelBytes: 2 ** 20 });
    expect(decoded.kind).toBe('png');
    expect(decoded.tiff).toBeUndefined();
    expect(decoded.picture.facts).toEqual({
      widthPx: width,
      heightPx: height,
      bitsPerSample: 8,
      sampleFormat: 'uint',
      samplesPerPixel: 1,
      photometric: 'min-is-black',
      pages: 1,
    });
    expect([...decoded.picture.plane.data]).toEqual([...grey]);
  });

  it('decodes a 16-bit grey PNG exactly', async () => {
    const deep = Uint16Array.from(grey, (value, i) => value * 257 - (i % 2));
    const image = sharp(deep, { raw: { width, height, channels: 1 } }).toColourspace('grey16');
    const { plane, facts } = await decode(await image.png().toBuffer());
    expect(facts.bitsPerSample).toBe(16);
    expect(plane.data).toEqual(deep);
  });

  it('decodes a colour PNG exactly, and grey stored as colour as one plane', async () => {
    expect([...((await decode(await rgbImage().png().toBuffer())).colour?.data ?? [])]).toEqual([...rgb]);
    const tripled = await greyImage().toColourspace('srgb').png().toBuffer();
    const { plane, colour } = await decode(tripled);
    expect(colour).toBeUndefined();
    expect([...plane.data]).toEqual([...grey]);
  });

  it('leaves the colour profile of a file alone', async () => {
    const plain = await rgbImage().png().toBuffer();
    const profiled = await rgbImage().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer();
    expect((await sharp(profiled).metadata()).icc).toBeDefined();
    expect([...((await decode(profiled)).colour?.data ?? [])]).toEqual([...stored]);
    expect((await decode(plain)).colour?.data).toHaveLength(rgb.length);
  });

  it('decodes a grey JPEG within what its compression loses', async () => {
    const { plane, facts } = await decode(await greyImage().jpeg({ quality: 95 }).toBuffer());
    const off = (plane.data as Uint8Array).reduce((sum, value, i) => sum + Math.abs(value - (grey[i] as number)), 0);
    expect(facts.samplesPerPixel).toBe(1);
    expect(off / grey.length).toBeLessThan(4);
  });

  it('refuses a declared size beyond the limit before decoding', async () => {
    const bytes = await sharp({ create: { width: 4000, height: 4000, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await rejection(decode(bytes), 'raster/too-large');
  });

  it.each(['png', 'jpeg'] as const)('refuses a %s that was cut short', async (format) => {
    const whole = await greyImage().toFormat(format).toBuffer();
    for (const share of [0.1, 0.5, 0.9]) {
      await rejection(decode(whole.subarray(0, Math.floor(whole.length * share))), 'raster/corrupt');
    }
  });
});
