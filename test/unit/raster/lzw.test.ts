import { describe, expect, it } from 'vitest';
import { expandLzw } from '../../../src/raster/lzw.ts';
import { expandPackBits } from '../../../src/raster/tiff-decompress.ts';

/** Packs codes of given widths, most significant bit first. */
function pack(codes: readonly (readonly [code: number, bits: number])[]): Uint8Array {
  const text = codes.map(([code, bits]) => code.toString(2).padStart(bits, '0')).join('');
  return Uint8Array.from(text.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

function expand(input: Uint8Array, length: number): number[] {
  const out = new Uint8Array(length);
  return [...out.subarray(0, expandLzw(input, out))];
}

describe('expandLzw', () => {
  it('expands the example of TIFF 6.0, page 59', () => {
    const codes = [256, 7, 258, 8, 8, 258, 6, 6, 257].map((code) => [code, 9] as const);
    expect(expand(pack(codes), 20)).toEqual([7, 7, 7, 8, 8, 7, 7, 6, 6]);
  });

  it('widens its codes one code early', () => {
    // Literals fill the table up to 510 with 9-bit codes; then ten bits.
    const literals = Array.from({ length: 254 }, (_, i) => [i, 9] as const);
    const codes = [[256, 9] as const, ...literals, [5, 10] as const, [257, 10] as const];
    expect(expand(pack(codes), 400)).toEqual([...literals.map(([value]) => value), 5]);
  });

  it('stops at the end of the room, of the input and at codes that cannot be', () => {
    const codes = [256, 1, 2, 3, 257].map((code) => [code, 9] as const);
    expect(expand(pack(codes), 2)).toEqual([1, 2]);
    expect(expand(pack(codes).subarray(0, 3), 20)).toEqual([1]);
    expect(
      expand(
        pack([
          [256, 9],
          [1, 9],
          [400, 9],
          [2, 9],
        ]),
        20,
      ),
    ).toEqual([1]);
    expect(expand(pack([[300, 9]]), 20)).toEqual([]);
  });
});

describe('expandPackBits', () => {
  it('expands the example of TIFF 6.0, page 42, and skips a head of 128', () => {
    const packed = [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x80, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
    const out = new Uint8Array(40);
    const expected = 'aaaaaa80002aaaaaaaaa80002a22aaaaaaaaaaaaaaaaaaaa';
    expect(Buffer.from(out.subarray(0, expandPackBits(Uint8Array.from(packed), out))).toString('hex')).toBe(expected);
  });

  it('stops at the end of either buffer', () => {
    const out = new Uint8Array(3);
    expect(expandPackBits(Uint8Array.of(0x81, 7), out)).toBe(3);
    expect(expandPackBits(Uint8Array.of(0x7f, 1), out)).toBe(1);
    expect(expandPackBits(Uint8Array.of(0x81), out)).toBe(0);
  });
});
