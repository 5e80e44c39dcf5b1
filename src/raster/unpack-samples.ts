import type { SampleArray } from './picture.ts';

/** Up to here eight bits more fit into an integer that a double holds and shifts as 32 bits need not be used. */
const MAX_NUMBER_BITS = 32;

/**
 * Unpacks `count` integers of `bits` each, most significant bit first (TIFF 6.0, in either byte order), from the start
 * of `row` to `out[at]` and on. With `signed` they are two's complement.
 */
export function unpackIntegers(
  row: Uint8Array,
  bits: number,
  signed: boolean,
  out: SampleArray,
  at: number,
  count: number,
): void {
  if (bits === 1 && !signed) unpackBilevel(row, out as Uint8Array, at, count);
  else if (bits > MAX_NUMBER_BITS) unpackBig(row, bits, signed, out as BigInt64Array, at, count);
  else unpackNumbers(row, bits, signed, out as Uint32Array, at, count);
}

function unpackBilevel(row: Uint8Array, out: Uint8Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) out[at + i] = ((row[i >> 3] as number) >> (7 - (i & 7))) & 1;
}

function unpackNumbers(
  row: Uint8Array,
  bits: number,
  signed: boolean,
  out: Uint32Array,
  at: number,
  count: number,
): void {
  const span = 2 ** bits;
  const firstNegative = signed ? span / 2 : Number.POSITIVE_INFINITY;
  let acc = 0;
  let accBits = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    while (accBits < bits) {
      acc = acc * 256 + (row[next++] as number);
      accBits += 8;
    }
    accBits -= bits;
    const rest = 2 ** accBits;
    const value = Math.floor(acc / rest);
    acc -= value * rest;
    out[at + i] = value >= firstNegative ? value - span : value;
  }
}

function unpackBig(
  row: Uint8Array,
  bits: number,
  signed: boolean,
  out: BigInt64Array,
  at: number,
  count: number,
): void {
  let acc = 0n;
  let accBits = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    while (accBits < bits) {
      acc = (acc << 8n) | BigInt(row[next++] as number);
      accBits += 8;
    }
    accBits -= bits;
    const value = acc >> BigInt(accBits);
    acc &= (1n << BigInt(accBits)) - 1n;
    out[at + i] = signed ? BigInt.asIntN(bits, value) : value;
  }
}

/** Widens half-precision (16 bits) or 24-bit floating point to single precision, exactly. */
export function widenFloats(
  row: Uint8Array,
  bits: 16 | 24,
  littleEndian: boolean,
  out: Float32Array,
  at: number,
  count: number,
): void {
  const size = bits / 8;
  // Sign, exponent and mantissa: 1 + 5 + 10 bits (IEEE 754), or 1 + 7 + 16 (TIFF Technical Note 3).
  const [exponentBits, mantissaBits] = bits === 16 ? [5, 10] : [7, 16];
  const bias = 2 ** (exponentBits - 1) - 1;
  const highest = 2 ** exponentBits - 1;
  for (let i = 0; i < count; i++) {
    let word = 0;
    for (let k = 0; k < size; k++) word = word * 256 + (row[i * size + (littleEndian ? size - 1 - k : k)] as number);
    const sign = word >= 2 ** (bits - 1) ? -1 : 1;
    const exponent = (word >> mantissaBits) & highest;
    const fraction = (word & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
    if (exponent === highest) out[at + i] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else if (exponent === 0) out[at + i] = sign * fraction * 2 ** (1 - bias);
    else out[at + i] = sign * (1 + fraction) * 2 ** (exponent - bias);
  }
}
