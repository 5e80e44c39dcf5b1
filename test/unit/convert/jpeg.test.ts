import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeJpeg } from '../../../src/convert/jpeg.ts';
import type { Grey8, Rgb8 } from '../../../src/raster/picture.ts';

function ramp(widthPx: number, heightPx: number): Grey8 {
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => Math.round((255 * (i % widthPx)) / widthPx));
  return { widthPx, heightPx, data };
}

function red(widthPx: number, heightPx: number): Rgb8 {
  const data = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => (i % 3 === 0 ? 250 : 5));
  return { widthPx, heightPx, data };
}

/** Width and height of the JPEG of a picture of 200 x 100 pixels. */
async function size(longSidePx: number): Promise<(number | undefined)[]> {
  const { width, height } = await sharp(await encodeJpeg(ramp(200, 100), { longSidePx })).metadata();
  return [width, height];
}

describe('encodeJpeg', () => {
  it('keeps a grey picture in one channel, within four grey levels of the pixels', async () => {
    const picture = ramp(200, 100);
    const jpeg = await encodeJpeg(picture);
    const { width, height, channels } = await sharp(jpeg).metadata();
    expect([width, height, channels]).toEqual([200, 100, 1]);
    const data = await sharp(jpeg).toColourspace('b-w').raw().toBuffer();
    expect(data).toHaveLength(picture.data.length);
    const worst = Math.max(...picture.data.map((value, i) => Math.abs(value - (data[i] ?? 0))));
    expect(worst).toBeLessThanOrEqual(4);
  });

  it('keeps colour at full resolution', async () => {
    const meta = await sharp(await encodeJpeg(red(32, 32))).metadata();
    expect([meta.channels, meta.chromaSubsampling]).toEqual([3, '4:4:4']);
  });

  it('scales the long side down, never up', async () => {
    expect(await size(50)).toEqual([50, 25]);
    expect(await size(400)).toEqual([200, 100]);
  });

  it('scales down what is longer than a JPEG can be', async () => {
    const { width, channels } = await sharp(await encodeJpeg(ramp(70_000, 2))).metadata();
    expect([width, channels]).toEqual([65_500, 1]);
  });

  it('makes smaller files at lower quality', async () => {
    const [low, high] = await Promise.all([10, 95].map((quality) => encodeJpeg(red(256, 256), { quality })));
    expect(low?.length).toBeLessThan(high?.length ?? 0);
  });

  it('throws convert/jpeg for the wrong number of pixels and for a quality there is not', async () => {
    const fault = { code: 'convert/jpeg' };
    await expect(encodeJpeg({ widthPx: 3, heightPx: 3, data: new Uint8Array(8) })).rejects.toMatchObject(fault);
    await expect(encodeJpeg(ramp(4, 4), { quality: 1000 })).rejects.toMatchObject(fault);
  });
});
