import type { Grey8 } from './picture.ts';

/** Text is looked for in the lowest quarter, where vendors write it. */
const SEARCHED_SHARE = 0.25;
/** Ink is pure white or black, less what JPEG takes from it, on a picture that is at least this much greyer. */
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
  const { widthPx, heightPx, data } = grey;
  const firstRow = heightPx - Math.floor(heightPx * SEARCHED_SHARE);
  const lineRows = Math.max(LINE_PX, Math.round(heightPx * LINE_SHARE));
  if (heightPx - firstRow < 2 * lineRows) return undefined;
  for (const flip of [0, 255]) {
    const strokes = strokesOfRows(data, { widthPx, firstRow, heightPx }, flip);
    const densest = densestLine(strokes, lineRows);
    const median = strokes.toSorted()[strokes.length >> 1] as number;
    if (densest >= STROKES_A_ROW && densest >= ABOVE_MEDIAN * (median + 1)) return densest;
  }
  return undefined;
}

/** How many short runs of ink with greyer ground on both sides each row has; `flip` 255 looks for black ink. */
function strokesOfRows(
  data: Uint8Array,
  { widthPx, firstRow, heightPx }: { widthPx: number; firstRow: number; heightPx: number },
  flip: number,
): Uint32Array {
  const longest = Math.max(STROKE_PX, Math.round(widthPx * STROKE_SHARE));
  const strokes = new Uint32Array(heightPx - firstRow);
  for (let row = firstRow; row < heightPx; row++) {
    strokes[row - firstRow] = strokesOf(data.subarray(row * widthPx, (row + 1) * widthPx), flip, longest);
  }
  return strokes;
}

function strokesOf(row: Uint8Array, flip: number, longest: number): number {
  let count = 0;
  let run = 0;
  for (let at = 0; at < row.length; at++) {
    if (((row[at] as number) ^ flip) >= INK_LEVEL) run++;
    else if (run > 0) {
      if (run <= longest && isGround(row, at - run - 3, flip) && isGround(row, at + 2, flip)) count++;
      run = 0;
    }
  }
  return count;
}

/** Beside ink, but two pixels away from it, where the blur of a resized picture has ended. */
function isGround(row: Uint8Array, at: number, flip: number): boolean {
  const level = row[at];
  return level !== undefined && (level ^ flip) <= GROUND_LEVEL;
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
