import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resizeGrey } from '../../../src/raster/resize.ts';
import { triangleResize } from '../../../src/raster/triangle-resize.ts';

interface Size {
  width: number;
  height: number;
}
const fixture = resolve(import.meta.dirname, '../../fixtures/pillow-resizes.json');
const { cases } = JSON.parse(await readFile(fixture, 'utf8')) as { cases: { from: Size; to: Size; sha256: string }[] };

/** The generator of test/scripts/resize-with-pillow.py. */
function noise(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

describe('triangleResize', () => {
  it.each(cases)('gives what Pillow gives from $from.width x $from.height to $to.width x $to.height', (one) => {
    const resized = triangleResize(noise(one.from.width * one.from.height), one.from, one.to);
    expect(createHash('sha256').update(resized).digest('hex')).toBe(one.sha256);
  });
});

describe('resizeGrey', () => {
  it('is within one grey level on average of the exact filter where libvips does the work', async () => {
    // A texture about as fine as that of a noisy micrograph, not white noise.
    const width = 900;
    const height = 700;
    const fine = triangleResize(noise(450 * 350), { width: 450, height: 350 }, { width, height });
    const resized = resizeGrey({ widthPx: width, heightPx: height, data: fine }, 224, 224);
    const exact = triangleResize(fine, { width, height }, { width: 224, height: 224 });
    const sum = resized.reduce((total, value, i) => total + Math.abs(value - (exact[i] as number)), 0);
    expect(resized).toHaveLength(224 * 224);
    expect(sum / resized.length).toBeLessThan(1);
  });

  it('keeps a constant grey as it is: neither gamma nor profile is applied', async () => {
    for (const value of [0, 1, 100, 254, 255]) {
      const data = new Uint8Array(700 * 500).fill(value);
      const resized = resizeGrey({ widthPx: 700, heightPx: 500, data }, 224, 224);
      expect(new Set(resized)).toEqual(new Set([value]));
    }
  });

  it('gives back a picture of the right size as it is, and copes with lines', async () => {
    const data = noise(12);
    expect(resizeGrey({ widthPx: 4, heightPx: 3, data }, 4, 3)).toBe(data);
    const line = new Uint8Array(100_000).fill(9);
    expect(resizeGrey({ widthPx: 1, heightPx: 100_000, data: line }, 224, 224)).toHaveLength(224 * 224);
  });
});
