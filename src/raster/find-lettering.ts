import type { Grey8 } from './picture.ts';
import { layOut, pieceRows, pixelKernels } from './pixel-kernels.ts';

/** Text is looked for in the lowest quarter, where vendors write it. */
const SEARCHED_SHARE = 0.25;
/**
 * Ink is pure white or black, less what JPEG takes from it, on a picture that is at least this much greyer two pixels away
 * from it, where the blur of a resized picture has ended.
 */
const INK_LEVEL = 250;
const GROUND_LEVEL = 200;
/** Strokes of letters and ticks of scales are this wide at most, or this share of the width. */
const STROKE_PX = 6;
const STROKE_SHARE = 1 / 128;
/** Height of a line of text as a share of the picture's, and the least number of rows. */
const LINE_SHARE = 0.012;
const LINE_PX = 5;
/** Strokes a row of a line of text: 27 and more in 13 annotated pictures, 8 and fewer in the others (docs/quality.md). */
const STROKES_A_ROW = 15;
/** A line of text has this many times the strokes of the middle row of the searched part. */
const ABOVE_MEDIAN = 5;

/**
 * Strokes a row, on average over the densest line, where text or a scale stands on the picture itself in pure white or
 * black without a strip behind it; undefined where none does. Reads the lowest quarter of the rows.
 */
export function findLettering(grey: Grey8): number | undefined {
  const { heightPx } = grey;
  const firstRow = heightPx - Math.floor(heightPx * SEARCHED_SHARE);
  const lineRows = Math.max(LINE_PX, Math.round(heightPx * LINE_SHARE));
  if (heightPx - firstRow < 2 * lineRows) return undefined;
  for (const strokes of strokesOfRows(grey, firstRow)) {
    const densest = densestLine(strokes, lineRows);
    const median = strokes.toSorted()[strokes.length >> 1] as number;
    if (densest >= STROKES_A_ROW && densest >= ABOVE_MEDIAN * (median + 1)) return densest;
  }
  return undefined;
}

/** How many short runs of ink with greyer ground on both sides each row from `firstRow` on has: of white and of black ink. */
function strokesOfRows({ widthPx, heightPx, data }: Grey8, firstRow: number): [Uint32Array, Uint32Array] {
  const longest = Math.max(STROKE_PX, Math.round(widthPx * STROKE_SHARE));
  const white = new Uint32Array(heightPx - firstRow);
  const black = new Uint32Array(heightPx - firstRow);
  const most = pieceRows(widthPx);
  for (let row = firstRow; row < heightPx; row += most) {
    const rows = Math.min(most, heightPx - row);
    const { at, heap } = layOut(rows * widthPx, 4 * rows, 4 * rows);
    const [source, whiteAt, blackAt] = at;
    heap.set(data.subarray(row * widthPx, (row + rows) * widthPx), source);
    pixelKernels().countStrokes(source, widthPx, rows, INK_LEVEL, GROUND_LEVEL, longest, whiteAt, blackAt);
    white.set(new Uint32Array(heap.buffer, whiteAt, rows), row - firstRow);
    black.set(new Uint32Array(heap.buffer, blackAt, rows), row - firstRow);
  }
  return [white, black];
}

function densestLine(strokes: Uint32Array, rows: number): number {
  let sum = 0;
  let most = 0;
  for (let row = 0; row < strokes.length; row++) {
    sum += (strokes[row] as number) - (row >= rows ? (strokes[row - rows] as number) : 0);
    if (row >= rows - 1 && sum > most) most = sum;
  }
  return most / rows;
}
