import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { resizeGrey, rowResizer } from '../../../src/raster/resize.ts';
import { createShrinker } from '../../../src/raster/shrink.ts';

/** Blobs, edges and noise. */
function picture(widthPx: number, heightPx: number) {
  const data = new Uint8Array(widthPx * heightPx);
  let state = 1;
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      const edge = (x >> 6) % 3 === 0 || (y >> 5) % 5 === 0 ? 150 : 20;
      data[at++] = edge + 40 * Math.sin(x / 90) + 40 * Math.cos(y / 70) + (state % 25);
    }
  }
  return { widthPx, heightPx, data };
}

describe('resizing row by row', () => {
  it.each([
    [700, 500, 0],
    [1024, 768, 0],
    [3000, 2000, 0],
    [12_288, 1500, 0],
    [3001, 2003, 0.01],
    [897, 5003, 0.01],
    [4000, 895, 0.01],
  ])('gives of %i x %i what resizing the whole gives, and what libvips gives', async (width, height, limit) => {
    const grey = picture(width, height);
    const resizer = rowResizer(grey, 224, 224);
    for (let row = 0; row < height; row += 17) {
      resizer.add(grey.data.subarray(row * width, Math.min(height, row + 17) * width));
    }
    // As where the last piece of a picture is nothing but data bar.
    resizer.add(new Uint8Array());
    const found = resizer.finish();
    expect(found).toEqual(resizeGrey(grey, 224, 224));
    const libvips = await sharp(grey.data, { raw: { width, height, channels: 1 } })
      .resize(224, 224, { fit: 'fill', kernel: 'linear' })
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    const differences = found.map((value, i) => Math.abs(value - (libvips[i] as number)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThanOrEqual(limit);
  });

  it('gives of a small picture what resizing the whole gives', () => {
    const grey = picture(511, 512);
    const resizer = rowResizer(grey, 224, 224);
    for (let row = 0; row < 512; row += 16) resizer.add(grey.data.subarray(row * 511, (row + 16) * 511));
    expect(resizer.finish()).toEqual(resizeGrey(grey, 224, 224));
  });
});

describe('shrinking by whole factors', () => {
  it('averages boxes, and sees the edge repeated beyond it', () => {
    const shrinker = createShrinker({ widthPx: 3, heightPx: 3, channels: 1, factorX: 2, factorY: 2 });
    shrinker.add(Uint8Array.of(0, 10, 20, 30, 40, 50));
    shrinker.add(Uint8Array.of(60, 70, 80));
    expect(shrinker).toMatchObject({ widthPx: 2, heightPx: 2 });
    expect(Array.from(shrinker.finish())).toEqual([20, 35, 65, 80]);
  });

  it('keeps the channels of colour apart', () => {
    const shrinker = createShrinker({ widthPx: 3, heightPx: 2, channels: 3, factorX: 2, factorY: 2 });
    shrinker.add(Uint8Array.of(0, 100, 200, 2, 102, 202, 9, 8, 7));
    shrinker.add(Uint8Array.of(4, 104, 204, 6, 106, 206, 9, 8, 7));
    expect(Array.from(shrinker.finish())).toEqual([3, 103, 203, 9, 8, 7]);
  });

  it('changes nothing by a factor of one', () => {
    const shrinker = createShrinker({ widthPx: 2, heightPx: 2, channels: 1, factorX: 1, factorY: 1 });
    shrinker.add(Uint8Array.of(1, 2));
    shrinker.add(Uint8Array.of(3, 4));
    expect(Array.from(shrinker.finish())).toEqual([1, 2, 3, 4]);
  });
});
