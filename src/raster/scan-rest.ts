import type { Grey8 } from './picture.ts';

/** JPEG moves a constant by this much. */
const TOLERANCE = 3;
/** Fewer rows than this share are the edge of a frame, not the rest of a scan. */
const MIN_SHARE = 0.02;
const MIN_ROWS = 4;
/** The last row scanned whole, one of the two above the rest, shows this share of pixels that are clearly something else than the rest. */
const SCANNED_SHARE = 0.5;
const CLEARLY = 8;

/**
 * Rows at the bottom that the beam never reached: constant, straight below a row that shows the specimen over most of its
 * width. 0 where there are none, or nothing else.
 */
export function unscannedRows({ widthPx, heightPx, data }: Grey8): number {
  if (heightPx === 0) return 0;
  const level = data[data.length - 1] as number;
  let row = heightPx - 1;
  while (row >= 0 && isConstantRow(data.subarray(row * widthPx, (row + 1) * widthPx), level)) row--;
  const rows = heightPx - 1 - row;
  if (row < 0 || rows < Math.max(MIN_ROWS, heightPx * MIN_SHARE)) return 0;
  const scanned = [row, row - 1].some((one) =>
    isScanned(data.subarray(Math.max(0, one * widthPx), (one + 1) * widthPx), level),
  );
  return scanned ? rows : 0;
}

function isScanned(row: Uint8Array, level: number): boolean {
  let other = 0;
  for (let at = 0; at < row.length; at++) if (Math.abs((row[at] as number) - level) > CLEARLY) other++;
  return row.length > 0 && other >= SCANNED_SHARE * row.length;
}

function isConstantRow(row: Uint8Array, level: number): boolean {
  for (let at = 0; at < row.length; at++) if (Math.abs((row[at] as number) - level) > TOLERANCE) return false;
  return true;
}
