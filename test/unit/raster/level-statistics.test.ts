import { describe, expect, it } from 'vitest';
import { levelStatistics } from '../../../src/raster/level-statistics.ts';

describe('levelStatistics', () => {
  it('looks at the same places of a large picture as of a small one: every so many, from the first on', () => {
    const [widthPx, heightPx] = [1601, 1500];
    const data = new Uint8Array(widthPx * heightPx).fill(100);
    const step = Math.ceil(data.length / 2 ** 16);
    // Black at every fourth place that is looked at, white everywhere between them.
    for (let i = 0; i < data.length; i++) if (i % step !== 0) data[i] = 255;
    for (let i = 0; i < data.length; i += 4 * step) data[i] = 0;
    const facts = { widthPx, heightPx, bitsPerSample: 8, sampleFormat: 'uint', samplesPerPixel: 1, pages: 1 } as const;
    const picture = { facts: { ...facts, photometric: 'min-is-black' as const }, plane: { widthPx, heightPx, data } };
    const { span, black, white } = levelStatistics(picture, { widthPx, heightPx, data });
    expect(step).toBeGreaterThan(1);
    expect([span, white]).toEqual([100, 0]);
    expect(black).toBeCloseTo(0.25, 3);
  });
});
