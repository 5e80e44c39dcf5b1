import type { Grey8, Picture, SampleArray } from './picture.ts';
import { layOut, PIECE_BYTES, pixelKernels } from './pixel-kernels.ts';

/** Where the grey levels of a picture lie. */
export interface LevelStatistics {
  /** Grey levels between the first and the 99th percentile. */
  span: number;
  /** Shares of the pixels at the dark and at the bright end of what is stored. */
  black: number;
  white: number;
}

/** Pixels looked at, evenly over the picture. */
const SAMPLES = 2 ** 16;
const LOW_PERCENTILE = 0.01;
const HIGH_PERCENTILE = 0.99;

/**
 * Statistics of `area`, the upper rows of `picture`, on a bounded sample. Up to 8 bits the ends are those of the depth;
 * deeper pictures, which rarely use theirs, end at the values found: a detector that clips piles pixels up there.
 */
export function levelStatistics(picture: Picture, area: Grey8): LevelStatistics {
  const step = strideOf(area);
  const { data } = area;
  const counts = countLevels(data, step);
  const samples = Math.ceil(data.length / step);
  const span = percentile(counts, samples * HIGH_PERCENTILE) - percentile(counts, samples * LOW_PERCENTILE);
  const stored = picture.plane.data;
  if (stored instanceof Uint8Array) {
    return { span, black: (counts[0] as number) / samples, white: (counts[255] as number) / samples };
  }
  const { low, high } = endShares(stored, data.length, step);
  const isInverted = picture.facts.photometric === 'min-is-white';
  return isInverted ? { span, black: high, white: low } : { span, black: low, white: high };
}

/** How often each level stands at every `step`-th place. */
function countLevels(data: Uint8Array, step: number): Uint32Array {
  const piece = data.subarray(0, PIECE_BYTES);
  const { at, heap } = layOut(piece.length, 4 * 256);
  const [source, counts] = at;
  heap.fill(0, counts, counts + 4 * 256);
  for (let from = 0; from < data.length; from += PIECE_BYTES) {
    const bytes = data.subarray(from, from + PIECE_BYTES);
    heap.set(bytes, source);
    pixelKernels().countLevels(source, bytes.length, (step - (from % step)) % step, step, counts);
  }
  return new Uint32Array(heap.buffer, counts, 256).slice();
}

/** A stride that does not stay in the same columns. */
function strideOf({ widthPx, data }: Grey8): number {
  const step = Math.max(1, Math.ceil(data.length / SAMPLES));
  return step > 1 && widthPx % step === 0 ? step + 1 : step;
}

function percentile(counts: Uint32Array, wanted: number): number {
  let below = 0;
  for (let level = 0; level < 256; level++) {
    below += counts[level] as number;
    if (below >= wanted) return level;
  }
  return 255;
}

/** Shares of the first `length` samples that are exactly the smallest and the largest of those looked at. */
function endShares(stored: SampleArray, length: number, step: number): { low: number; high: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let atMin = 0;
  let atMax = 0;
  let samples = 0;
  for (let at = 0; at < length; at += step) {
    const value = Number(stored[at]);
    if (!Number.isFinite(value)) continue;
    samples++;
    if (value < min) [min, atMin] = [value, 0];
    if (value > max) [max, atMax] = [value, 0];
    if (value === min) atMin++;
    if (value === max) atMax++;
  }
  return samples === 0 ? { low: 0, high: 0 } : { low: atMin / samples, high: atMax / samples };
}
