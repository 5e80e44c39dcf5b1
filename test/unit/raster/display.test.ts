import { describe, expect, it } from 'vitest';
import type { ImageFacts } from '../../../src/domain/record.ts';
import { contrast, toGrey8, toRgb8 } from '../../../src/raster/display.ts';
import type { Picture, SampleArray } from '../../../src/raster/picture.ts';

/** A picture one pixel wide per value of a row. */
function picture(data: SampleArray, facts: Partial<ImageFacts> = {}, rest: Partial<Picture> = {}): Picture {
  const heightPx = facts.heightPx ?? 1;
  const widthPx = data.length / heightPx;
  const base = {
    bitsPerSample: 8,
    sampleFormat: 'uint',
    samplesPerPixel: 1,
    photometric: 'min-is-black',
    pages: 1,
  } as const;
  return { facts: { ...base, ...facts, widthPx, heightPx }, plane: { widthPx, heightPx, data }, ...rest };
}

const grey = (...args: Parameters<typeof picture>): number[] => [...toGrey8(picture(...args)).data];
const greyRamp = (): Uint8Array => Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));

describe('toGrey8', () => {
  it('does not copy, nor stretch, plain 8-bit grey', () => {
    const data = Uint8Array.of(10, 11, 12, 200);
    const shown = toGrey8(picture(data, { heightPx: 2 }), { rows: 1 });
    expect(shown).toEqual({ widthPx: 2, heightPx: 1, data: Uint8Array.of(10, 11) });
    expect(shown.data.buffer).toBe(data.buffer);
  });

  it('inverts min-is-white', () => {
    expect(grey(Uint8Array.of(0, 10, 255), { photometric: 'min-is-white' })).toEqual([255, 245, 0]);
    expect(grey(Uint8Array.of(0, 1), { photometric: 'min-is-white', bitsPerSample: 1 })).toEqual([255, 0]);
    expect(grey(Uint16Array.of(5, 9), { photometric: 'min-is-white', bitsPerSample: 16 })).toEqual([255, 0]);
  });

  it('spreads the full range of fewer than eight bits', () => {
    expect(grey(Uint8Array.of(0, 1), { bitsPerSample: 1 })).toEqual([0, 255]);
    expect(grey(Uint8Array.of(0, 7, 15), { bitsPerSample: 4 })).toEqual([0, 119, 255]);
  });

  it('stretches deep, signed and floating-point pictures from their minimum to their maximum', () => {
    expect(grey(Uint16Array.of(1000, 1001, 1002), { bitsPerSample: 16 })).toEqual([0, 128, 255]);
    expect(grey(Int8Array.of(-100, 0, 100), { sampleFormat: 'int' })).toEqual([0, 128, 255]);
    expect(grey(Float64Array.of(-1e308, 0, 1e308), { bitsPerSample: 64 })).toEqual([0, 128, 255]);
    expect(grey(BigUint64Array.of(0n, 2n ** 60n), { bitsPerSample: 64 })).toEqual([0, 255]);
  });

  it('takes the range from the rows asked for, and clamps the others', () => {
    const deep = picture(Uint16Array.of(100, 200, 0, 65_535), { heightPx: 2, bitsPerSample: 16 });
    expect([...toGrey8(deep, { rangeRows: 1 }).data]).toEqual([0, 255, 0, 255]);
    expect([...toGrey8(deep, { rows: 1 }).data]).toEqual([0, 255]);
  });

  it('lets neither NaN nor infinities spoil the range', () => {
    const data = Float32Array.of(Number.NaN, 1, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect(grey(data, { bitsPerSample: 32, sampleFormat: 'float' })).toEqual([0, 0, 255, 255, 0]);
    expect(grey(Float32Array.of(Number.NaN, Number.NaN), { bitsPerSample: 32 })).toEqual([0, 0]);
  });

  it('shows a constant deep picture as black', () => {
    expect(grey(Uint16Array.of(500, 500), { bitsPerSample: 16 })).toEqual([0, 0]);
    expect(grey(Float32Array.of(0.5, 0.5), { bitsPerSample: 32 })).toEqual([0, 0]);
  });

  it('applies a palette by the luminance of its colours, and does not copy where it is the identity', () => {
    const palette = greyRamp();
    const data = Uint8Array.of(0, 1, 7);
    expect(toGrey8(picture(data, { photometric: 'palette' }, { palette })).data.buffer).toBe(data.buffer);
    palette.set([255, 0, 0], 21);
    expect(grey(data, { photometric: 'palette' }, { palette })).toEqual([0, 1, 76]);
  });
});

describe('contrast', () => {
  it('looks at the top rows only', () => {
    const two = picture(Uint8Array.of(5, 5, 5, 9), { heightPx: 2 });
    expect(contrast(two)).toEqual({ min: 5, max: 9, constant: false });
    expect(contrast(two, { rows: 1 })).toEqual({ min: 5, max: 5, constant: true });
  });

  it('ignores what is not finite', () => {
    const odd = picture(Float32Array.of(Number.NaN, 2, Number.POSITIVE_INFINITY, 2));
    expect(contrast(odd)).toEqual({ min: 2, max: 2, constant: true });
  });
});

describe('toRgb8', () => {
  it('is undefined for grey, however it is stored', () => {
    expect(toRgb8(picture(Uint8Array.of(1, 2)))).toBeUndefined();
    const stored = picture(Uint8Array.of(1, 2), { photometric: 'palette' }, { palette: greyRamp() });
    expect(toRgb8(stored)).toBeUndefined();
  });

  it('shows a palette in colour only where a coloured entry is used', () => {
    const palette = greyRamp();
    palette.set([255, 0, 0], 21);
    expect(toRgb8(picture(Uint8Array.of(1, 2), { photometric: 'palette' }, { palette }))).toBeUndefined();
    const shown = toRgb8(picture(Uint8Array.of(1, 7), { photometric: 'palette' }, { palette }));
    expect([...(shown?.data ?? [])]).toEqual([1, 1, 1, 255, 0, 0]);
  });

  it('stretches deep colour once over all channels, planar or not', () => {
    const chunky = Uint16Array.of(0, 100, 200, 100, 200, 0);
    const planar = Uint16Array.of(0, 100, 100, 200, 200, 0);
    const expected = [0, 128, 255, 128, 255, 0];
    for (const storedColour of [
      { shape: [1, 2, 3], planar: false, data: chunky } as const,
      { shape: [3, 1, 2], planar: true, data: planar } as const,
    ]) {
      const deep = picture(Uint16Array.of(1, 2), { bitsPerSample: 16, samplesPerPixel: 3 }, { storedColour });
      expect([...(toRgb8(deep)?.data ?? [])]).toEqual(expected);
    }
  });
});
