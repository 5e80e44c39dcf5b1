import { describe, expect, it } from 'vitest';
import { INPUT_SIZE, PREPROCESSING, preprocess, preprocessRows } from '../../../src/classify/preprocess.ts';

describe('the preprocessing', () => {
  it('is the one that models name', () => {
    expect([PREPROCESSING, INPUT_SIZE]).toEqual(['squash224-aa-v1', 224]);
  });

  it('squashes the whole picture, without crop or padding', async () => {
    const [widthPx, heightPx] = [1000, 400];
    // Left half black, right half white: the border stays in the middle.
    const data = Uint8Array.from({ length: widthPx * heightPx }, (_, at) => (at % widthPx < widthPx / 2 ? 0 : 255));
    const out = preprocess({ widthPx, heightPx, data });
    expect(out).toHaveLength(224 * 224);
    for (const row of [0, 111, 223]) {
      expect([...out.subarray(row * 224, row * 224 + 110)].every((pixel) => pixel === 0)).toBe(true);
      expect([...out.subarray(row * 224 + 114, row * 224 + 224)].every((pixel) => pixel === 255)).toBe(true);
    }
  });

  it('gives a network the input size that it states', async () => {
    const grey = { widthPx: 640, heightPx: 480, data: new Uint8Array(640 * 480).fill(7) };
    const out = preprocess(grey, 299);
    expect(out).toHaveLength(299 * 299);
    expect(out.every((pixel) => pixel === 7)).toBe(true);
    const rows = preprocessRows(grey, 299);
    for (let row = 0; row < 480; row += 1) rows.add(grey.data.subarray(row * 640, (row + 1) * 640));
    expect(rows.finish()).toEqual(out);
  });

  it('filters before it leaves pixels out: a fine grating becomes even grey', async () => {
    const data = Uint8Array.from({ length: 2240 * 224 }, (_, at) => (at % 2 === 0 ? 0 : 255));
    const out = preprocess({ widthPx: 2240, heightPx: 224, data });
    const inner = Array.from({ length: 220 }, (_, x) => out[112 * 224 + 2 + x] ?? 0);
    expect(Math.min(...inner)).toBeGreaterThan(120);
    expect(Math.max(...inner)).toBeLessThan(136);
  });
});
