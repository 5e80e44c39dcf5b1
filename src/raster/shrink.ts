/** Reduces a picture, given row by row, by averaging boxes of whole pixels. */
export interface Shrinker {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Takes the next rows, `channels` bytes a pixel. */
  add(rows: Uint8Array): void;
  /** The reduced picture, when all rows have been given. */
  finish(): Uint8Array;
}

/** Size of a picture, bytes a pixel, and the pixels that become one. */
export interface ShrinkPlan {
  widthPx: number;
  heightPx: number;
  channels: 1 | 3;
  factorX: number;
  factorY: number;
}

/**
 * A reduction by whole factors; sizes are rounded up, and a box that reaches past an edge sees the edge repeated, as in
 * the shrink of libvips.
 */
export function createShrinker({ widthPx, heightPx, channels, factorX, factorY }: ShrinkPlan): Shrinker {
  const columns = Math.ceil(widthPx / factorX);
  const rowsOut = Math.ceil(heightPx / factorY);
  const rowBytes = widthPx * channels;
  const shrunk = new Uint8Array(columns * rowsOut * channels);
  const sums = new Float64Array(columns * channels);
  const area = factorX * factorY;
  let given = 0;
  let written = 0;
  let edge = new Uint8Array();

  const flush = (): void => {
    for (let i = 0; i < sums.length; i++) shrunk[written++] = Math.floor(((sums[i] as number) + area / 2) / area);
    sums.fill(0);
  };
  const sumUp = channels === 1 ? addGreyRow : addColourRow;
  return {
    widthPx: columns,
    heightPx: rowsOut,
    add(rows) {
      if (factorX === 1 && factorY === 1) {
        shrunk.set(rows, written);
        written += rows.length;
        return;
      }
      for (let at = 0; at < rows.length; at += rowBytes) {
        sumUp(sums, rows, at, widthPx, factorX);
        given += 1;
        if (given % factorY === 0) flush();
      }
      if (given === heightPx) edge = rows.slice(rows.length - rowBytes);
    },
    finish() {
      for (; written < shrunk.length; given += 1) {
        sumUp(sums, edge, 0, widthPx, factorX);
        if ((given + 1) % factorY === 0) flush();
      }
      return shrunk;
    },
  };
}

function addGreyRow(sums: Float64Array, row: Uint8Array, at: number, width: number, factor: number): void {
  const end = at + width;
  let next = at;
  for (let column = 0; column < sums.length; column++) {
    const stop = Math.min(next + factor, end);
    const missing = next + factor - stop;
    let sum = missing > 0 ? missing * (row[end - 1] as number) : 0;
    while (next < stop) sum += row[next++] as number;
    sums[column] = (sums[column] as number) + sum;
  }
}

function addColourRow(sums: Float64Array, row: Uint8Array, at: number, width: number, factor: number): void {
  const columns = sums.length / 3;
  for (let column = 0; column < columns; column++) {
    for (let x = column * factor; x < (column + 1) * factor; x++) {
      const pixel = at + 3 * Math.min(x, width - 1);
      for (let channel = 0; channel < 3; channel++) {
        const i = 3 * column + channel;
        sums[i] = (sums[i] as number) + (row[pixel + channel] as number);
      }
    }
  }
}
