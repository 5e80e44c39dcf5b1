import type { SampleArray } from './picture.ts';
import { layOut, PIECE_BYTES, pixelKernels } from './pixel-kernels.ts';
import { type Allocate, bytesOf, newBytes } from './samples.ts';

export interface Contrast {
  min: number;
  max: number;
  /** No two finite values differ. */
  constant: boolean;
}

/** Smallest and largest finite value; 0 to 0 where there is none. 64-bit integers beyond 2^53 are rounded. */
export function contrastOf(samples: SampleArray): Contrast {
  return contrastOfRange(finiteRange(samples));
}

export interface Range {
  min: number;
  max: number;
}

/** Smallest and largest finite value, or undefined where there is none. */
export function finiteRange(samples: SampleArray): Range | undefined {
  const range = rangeOf(samples);
  return range.min <= range.max ? range : undefined;
}

/** A range as a contrast; 0 to 0 where there is none. */
export function contrastOfRange(range: Range | undefined): Contrast {
  return range ? { ...range, constant: range.min === range.max } : { min: 0, max: 0, constant: true };
}

type BigArray = BigUint64Array | BigInt64Array;
type NumberArray = Exclude<SampleArray, BigArray>;

function isBig(samples: SampleArray): samples is BigArray {
  return samples instanceof BigUint64Array || samples instanceof BigInt64Array;
}

function rangeOf(samples: SampleArray): Range {
  if (samples instanceof Uint16Array) return wordRange(samples);
  return isBig(samples) ? bigRange(samples) : numberRange(samples);
}

function wordRange(samples: Uint16Array): Range {
  const step = PIECE_BYTES / 2;
  let min = samples[0] ?? 1;
  let max = samples[0] ?? 0;
  for (let from = 0; from < samples.length; from += step) {
    const piece = samples.subarray(from, from + step);
    const { at, heap } = layOut(piece.byteLength);
    heap.set(bytesOf(piece), at[0]);
    const range = pixelKernels().rangeOfWords(at[0], piece.length);
    min = Math.min(min, range >>> 16);
    max = Math.max(max, range & 0xffff);
  }
  return { min, max };
}

function numberRange(samples: NumberArray): Range {
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

function bigRange(samples: BigArray): Range {
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

/**
 * {@link toByte} for the integers 0 to `size` - 1. Greys only rise with them, or only fall, so that the end of each run of
 * equal grey is found by halving: 65,536 divisions took longer than to map a picture.
 */
export function stretchTable(size: number, range: Contrast, inverted: boolean): Uint8Array {
  const table = new Uint8Array(size);
  for (let start = 0; start < size; ) {
    const grey = toByte(start, range, inverted);
    let last = start;
    let end = size;
    while (end - last > 1) {
      const middle = (last + end) >> 1;
      if (toByte(middle, range, inverted) === grey) last = middle;
      else end = middle;
    }
    table.fill(grey, start, end);
    start = end;
  }
  return table;
}

/**
 * Looks every sample up in a table, into a buffer of `allocate`; of a table that changes nothing the samples themselves,
 * not copied.
 */
export function mapped(
  samples: Uint8Array | Uint16Array,
  table: Uint8Array,
  allocate: Allocate = newBytes,
): Uint8Array {
  const isWide = samples instanceof Uint16Array;
  if (!isWide && table.every((grey, value) => grey === value)) return samples;
  const grey = allocate(samples.length).subarray(0, samples.length);
  const step = PIECE_BYTES / samples.BYTES_PER_ELEMENT;
  const kernels = pixelKernels();
  for (let from = 0; from < samples.length; from += step) {
    const piece = samples.subarray(from, from + step);
    const { at, heap } = layOut(table.length, piece.byteLength, piece.length);
    const [tableAt, source, target] = at;
    heap.set(table, tableAt);
    heap.set(bytesOf(piece), source);
    if (isWide) kernels.mapWords(source, piece.length, tableAt, target);
    else kernels.mapBytes(source, piece.length, tableAt, target);
    grey.set(heap.subarray(target, target + piece.length), from);
  }
  return grey;
}

/** {@link toByte} for every sample. */
export function stretched(samples: SampleArray, range: Contrast, inverted: boolean): Uint8Array {
  const grey = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) grey[i] = toByte(Number(samples[i]), range, inverted);
  return grey;
}

/** Tells whether no two finite values differ in samples that come in pieces, looking no further than the first that do. */
export function createConstancy(): { add(samples: SampleArray): void; isConstant(): boolean } {
  let first: number | bigint | undefined;
  let constant = true;
  return {
    add(samples) {
      for (let i = 0; constant && i < samples.length; i++) {
        const value = samples[i] as number | bigint;
        if (typeof value === 'number' && !Number.isFinite(value)) continue;
        first ??= value;
        if (value !== first) constant = false;
      }
    },
    isConstant: () => constant,
  };
}
