import type { SampleArray } from './picture.ts';

export interface Contrast {
  min: number;
  max: number;
  /** No two finite values differ. */
  constant: boolean;
}

/** Smallest and largest finite value; 0 to 0 where there is none. 64-bit integers beyond 2^53 are rounded. */
export function contrastOf(samples: SampleArray): Contrast {
  const { min, max } = isBig(samples) ? bigRange(samples) : numberRange(samples);
  return min <= max ? { min, max, constant: min === max } : { min: 0, max: 0, constant: true };
}

type BigArray = BigUint64Array | BigInt64Array;
type NumberArray = Exclude<SampleArray, BigArray>;

function isBig(samples: SampleArray): samples is BigArray {
  return samples instanceof BigUint64Array || samples instanceof BigInt64Array;
}

function numberRange(samples: NumberArray): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    // Comparisons with NaN are false, so only the infinities need a look.
    if (value < min && value !== Number.NEGATIVE_INFINITY) min = value;
    if (value > max && value !== Number.POSITIVE_INFINITY) max = value;
  }
  return { min, max };
}

function bigRange(samples: BigArray): { min: number; max: number } {
  let min = samples[0] ?? 1n;
  let max = samples[0] ?? 0n;
  for (const value of samples) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min: Number(min), max: Number(max) };
}

/** Maps `range` to 0 to 255 (to 255 to 0 if `inverted`), rounded; beyond it clamped. NaN and constant ranges become 0. */
export function toByte(value: number, range: Contrast, inverted: boolean): number {
  if (range.constant || Number.isNaN(value)) return 0;
  const clamped = Math.min(Math.max(value, range.min), range.max);
  // Halved first, so that the span of extreme doubles does not overflow.
  const share = (clamped / 2 - range.min / 2) / (range.max / 2 - range.min / 2);
  const grey = Math.round(share * 255);
  return inverted ? 255 - grey : grey;
}

/** {@link toByte} for the integers 0 to `size` - 1. */
export function stretchTable(size: number, range: Contrast, inverted: boolean): Uint8Array {
  const table = new Uint8Array(size);
  for (let value = 0; value < size; value++) table[value] = toByte(value, range, inverted);
  return table;
}

/** {@link toByte} for every sample. */
export function stretched(samples: SampleArray, range: Contrast, inverted: boolean): Uint8Array {
  const grey = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) grey[i] = toByte(Number(samples[i]), range, inverted);
  return grey;
}
