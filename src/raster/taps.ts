import { layOut, PIECE_BYTES, pieceRows, pixelKernels } from './pixel-kernels.ts';
import { bytesOf } from './samples.ts';

/** What each output sample of a resize along one direction is made of. */
export interface Taps {
  /** The first input sample, and the number of samples. */
  starts: Int32Array;
  counts: Int32Array;
  /** Of the samples, in rows of `most`, a multiple of 4: whole numbers with `bits` fractional bits. */
  weights: Int32Array;
  most: number;
  bits: number;
}

/** Room for the taps of `to` samples, at most `longest` each. */
export function emptyTaps(to: number, longest: number, bits: number): Taps {
  const most = 4 * Math.ceil(longest / 4);
  return { starts: new Int32Array(to), counts: new Int32Array(to), weights: new Int32Array(to * most), most, bits };
}

/** An archive has few sizes of pictures, two taps each, and they take longer to make than to use: some 10 kB. */
const MOST_KEPT = 64;
const kept = new Map<string, Taps>();

/** The taps that were made under this key, or else now. */
export function keptTaps(key: string, make: () => Taps): Taps {
  const taps = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, taps);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return taps;
}

/** Resizes each row of `width` bytes; sums of weights and bytes must stay within 31 bits. */
export function resizeRows(grey: Uint8Array, width: number, taps: Taps): Uint8Array {
  const { starts, weights, most, bits } = taps;
  const columns = starts.length;
  const height = grey.length / width;
  const resized = new Uint8Array(columns * height);
  const step = pieceRows(Math.max(width, columns));
  for (let row = 0; row < height; row += step) {
    const rows = Math.min(step, height - row);
    const { at, heap } = layOut(rows * width, starts.byteLength, weights.byteLength, rows * columns);
    const [source, startsAt, weightsAt, target] = at;
    heap.set(grey.subarray(row * width, (row + rows) * width), source);
    heap.set(bytesOf(starts), startsAt);
    heap.set(bytesOf(weights), weightsAt);
    pixelKernels().resizeRows(source, width, rows, columns, startsAt, weightsAt, most, bits, target);
    resized.set(heap.subarray(target, target + rows * columns), row * columns);
  }
  return resized;
}

/** Resizes each column of rows of `width` bytes; sums of weights and bytes must stay within 31 bits. */
export function resizeColumns(grey: Uint8Array, width: number, taps: Taps): Uint8Array {
  const { starts, counts, weights, most, bits } = taps;
  const resized = new Uint8Array(width * starts.length);
  for (let row = 0; row < starts.length; ) {
    const first = starts[row] as number;
    let end = row;
    let last = first;
    // The next rows, as long as what they are made of fits into a piece, one at least.
    while (end < starts.length) {
      const reach = (starts[end] as number) + (counts[end] as number);
      if (end > row && (reach - first) * width > PIECE_BYTES) break;
      last = Math.max(last, reach);
      end += 1;
    }
    const rows = end - row;
    const lines = grey.subarray(first * width, last * width);
    const piece = {
      starts: starts.slice(row, end).map((start) => start - first),
      counts: counts.subarray(row, end),
      weights: weights.subarray(row * most, end * most),
    };
    const { at, heap } = layOut(lines.length, 4 * rows, 4 * rows, 4 * rows * most, rows * width);
    const [source, startsAt, countsAt, weightsAt, target] = at;
    heap.set(lines, source);
    heap.set(bytesOf(piece.starts), startsAt);
    heap.set(bytesOf(piece.counts), countsAt);
    heap.set(bytesOf(piece.weights), weightsAt);
    pixelKernels().resizeColumns(source, width, rows, startsAt, countsAt, weightsAt, most, bits, target);
    resized.set(heap.subarray(target, target + rows * width), row * width);
    row = end;
  }
  return resized;
}
