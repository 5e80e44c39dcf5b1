import { emptyTaps, keptTaps, resizeColumns, resizeRows, type Taps } from './taps.ts';

/** As Pillow's: the result is Pillow's BILINEAR, bit for bit. */
const PRECISION_BITS = 22;

/**
 * Resizes `width` x `height` grey samples by a triangle filter, widened by the reduction, in both directions; upwards it
 * interpolates.
 */
export function triangleResize(
  grey: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Uint8Array {
  const narrowed = resizeRows(grey, from.width, triangleTaps(from.width, to.width));
  return resizeColumns(narrowed, to.width, triangleTaps(from.height, to.height));
}

function triangleTaps(from: number, to: number): Taps {
  return keptTaps(`triangle ${from} ${to}`, () => newTaps(from, to));
}

/** Taps beyond an edge are left out, and the others weigh more. */
function newTaps(from: number, to: number): Taps {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const taps = emptyTaps(to, 2 * Math.ceil(reach) + 1, PRECISION_BITS);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const shares = Float64Array.from({ length: end - start }, (_, k) =>
      Math.max(0, 1 - Math.abs((start + k - centre + 0.5) / reach)),
    );
    const sum = shares.reduce((total, share) => total + share, 0);
    taps.starts[i] = start;
    taps.counts[i] = end - start;
    shares.forEach((share, k) => {
      taps.weights[i * taps.most + k] = Math.trunc(0.5 + (share / sum) * 2 ** PRECISION_BITS);
    });
  }
  return taps;
}
