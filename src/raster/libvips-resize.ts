import { layOut, pieceRows, pixelKernels } from './pixel-kernels.ts';
import { bytesOf } from './samples.ts';
import { emptyTaps, keptTaps, resizeColumns, resizeRows, type Taps } from './taps.ts';

/** Resizes grey that comes row by row. */
export interface RowResizer {
  add(rows: Uint8Array): void;
  /** The result, row-major, when all rows have been given. */
  finish(): Uint8Array;
}

/** libvips averages whole samples down to this many times the wanted length, before the triangle filter does the rest. */
const GAP = 2;
/** VIPS_INTERPOLATE_SHIFT: fractional bits of weights. */
const PRECISION_BITS = 12;
/** VIPS_TRANSFORM_SCALE: weights are those of the nearest of so many positions between two samples. */
const POSITIONS = 64;

/**
 * Reduces grey as vips_resize of libvips 8.18 does with the kernel "linear" and its usual gap: down first, then across,
 * in each direction an average of whole samples and then a triangle filter, every step rounded to bytes. The result is
 * that of libvips bit for bit, but for less than one pixel in a hundred, by one level, of pictures whose size is no multiple
 * of the samples that are averaged: there libvips adds positions up from tile to tile, and some come out at the other side
 * of a rounding (test/unit/raster/row-resizer.test.ts).
 */
export function libvipsResizer(
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  width: number,
  height: number,
): RowResizer {
  const factorX = averaged(widthPx, width);
  const rows = rowAverager(widthPx, heightPx, averaged(heightPx, height));
  return {
    add: (given) => rows.add(given),
    finish() {
      const lowered = resizeColumns(rows.finish(), widthPx, libvipsTaps(heightPx, height));
      const columns = Math.ceil(widthPx / factorX);
      const narrowed = factorX === 1 ? lowered : averageColumns(lowered, widthPx, factorX, columns);
      return resizeRows(narrowed, columns, libvipsTaps(widthPx, width));
    },
  };
}

/** How many samples are averaged. */
function averaged(from: number, to: number): number {
  return Math.max(1, Math.floor(from / to / GAP));
}

/** Averages `factor` rows to one; the last row is repeated where the rows are no multiple. */
function rowAverager(width: number, height: number, factor: number): RowResizer {
  const means = new Uint8Array(width * Math.ceil(height / factor));
  const sums = new Uint32Array(factor === 1 ? 0 : width);
  const step = pieceRows(width);
  let pending = 0;
  let written = 0;
  let edge = new Uint8Array();
  const addPiece = (rows: Uint8Array): void => {
    const count = rows.length / width;
    const { at, heap } = layOut(rows.length, 2 * width, sums.byteLength, width * Math.ceil(count / factor));
    const [source, scratch, sumsAt, target] = at;
    heap.set(rows, source);
    heap.set(bytesOf(sums), sumsAt);
    const finished = pixelKernels().shrinkRows(source, width, count, factor, pending, scratch, sumsAt, target);
    bytesOf(sums).set(heap.subarray(sumsAt, sumsAt + sums.byteLength));
    means.set(heap.subarray(target, target + finished * width), written);
    pending = (pending + count) % factor;
    written += finished * width;
  };
  return {
    add(rows) {
      // A piece of a picture may lie below what is resized as a whole.
      if (rows.length === 0) return;
      if (factor === 1) {
        means.set(rows, written);
        written += rows.length;
        return;
      }
      for (let at = 0; at < rows.length; at += step * width) addPiece(rows.subarray(at, at + step * width));
      edge = rows.subarray(rows.length - width).slice();
    },
    finish() {
      for (let missing = (factor - pending) % factor; missing > 0; missing -= 1) addPiece(edge);
      return means;
    },
  };
}

function averageColumns(grey: Uint8Array, width: number, factor: number, columns: number): Uint8Array {
  const height = grey.length / width;
  const means = new Uint8Array(columns * height);
  const step = pieceRows(width);
  for (let row = 0; row < height; row += step) {
    const rows = Math.min(step, height - row);
    const { at, heap } = layOut(rows * width, rows * columns);
    const [source, target] = at;
    heap.set(grey.subarray(row * width, (row + rows) * width), source);
    pixelKernels().shrinkColumns(source, width, rows, factor, columns, target);
    means.set(heap.subarray(target, target + rows * columns), row * columns);
  }
  return means;
}

function libvipsTaps(from: number, to: number): Taps {
  return keptTaps(`libvips ${from} ${to}`, () => newTaps(from, to));
}

/** Of what is left to do behind the average; taps beyond an edge are those of the sample at the edge. */
function newTaps(length: number, to: number): Taps {
  const factor = averaged(length, to);
  const from = Math.ceil(length / factor);
  const shrink = length / to / factor;
  const reach = Math.max(1, shrink);
  const points = 2 * nearestEven(reach) + 1;
  const taps = emptyTaps(to, points, PRECISION_BITS);
  for (let i = 0; i < to; i++) {
    const position = (i + 0.5) * shrink;
    const whole = Math.trunc(position);
    const between = Math.trunc(Math.trunc((position - whole) * POSITIONS * 2 + 1) / 2) / POSITIONS;
    const start = whole - Math.ceil(points / 2) + 1;
    const first = clamped(start, from);
    taps.starts[i] = first;
    taps.counts[i] = clamped(start + points - 1, from) - first + 1;
    for (const [k, weight] of triangle(points, reach, between).entries()) {
      const at = i * taps.most + clamped(start + k, from) - first;
      taps.weights[at] = (taps.weights[at] as number) + weight;
    }
  }
  return taps;
}

function clamped(at: number, length: number): number {
  return Math.min(length - 1, Math.max(0, at));
}

/** calculate_coefficients_triangle of libvips, as vips_reducev cuts them to whole numbers. */
function triangle(points: number, reach: number, between: number): Int32Array {
  const centre = between + points / 2 - 1;
  const shares = Float64Array.from({ length: points }, (_, k) => Math.max(0, 1 - Math.abs((k - centre) / reach)));
  const sum = shares.reduce((total, share) => total + share, 0);
  return Int32Array.from(shares, (share) => Math.trunc((share / sum) * 2 ** PRECISION_BITS));
}

/** rint of C. */
function nearestEven(value: number): number {
  const down = Math.floor(value);
  const isUp = value - down > 0.5 || (value - down === 0.5 && down % 2 === 1);
  return isUp ? down + 1 : down;
}
