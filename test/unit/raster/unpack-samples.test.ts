import { describe, expect, it } from 'vitest';
import { widenFloats } from '../../../src/raster/unpack-samples.ts';

function widened(bits: 16 | 24, littleEndian: boolean, bytes: number[]): number | undefined {
  const out = new Float32Array(1);
  widenFloats(Uint8Array.from(bytes), bits, littleEndian, out, 0, 1);
  return out[0];
}

describe('widenFloats', () => {
  it.each([
    [[0x3c, 0x00], 1],
    [[0xc0, 0x00], -2],
    [[0x7b, 0xff], 65_504],
    [[0x00, 0x01], 2 ** -24],
    [[0x03, 0xff], 1023 * 2 ** -24],
    [[0x7c, 0x00], Number.POSITIVE_INFINITY],
    [[0xfc, 0x00], Number.NEGATIVE_INFINITY],
    [[0x7e, 0x00], Number.NaN],
    [[0x80, 0x00], -0],
  ])('reads half precision %j as %d', (bytes, value) => {
    expect(widened(16, false, bytes)).toBe(value);
    expect(widened(16, true, bytes.toReversed())).toBe(value);
  });

  it.each([
    [[0x3f, 0x00, 0x00], 1],
    [[0xc0, 0x80, 0x00], -3],
    [[0x00, 0x00, 0x01], 2 ** -78],
  ])('reads 24-bit floating point %j as %d', (bytes, value) => {
    expect(widened(24, false, bytes)).toBe(value);
    expect(widened(24, true, bytes.toReversed())).toBe(value);
  });
});
