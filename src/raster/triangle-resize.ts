/** Fixed-point weights have this many fractional bits, as Pillow's: the result is Pillow's BILINEAR, bit for bit. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/** For each output sample: the first input sample that it is made of, their number, and their weights in rows of `most`. */
interface Taps {
  starts: Int32Array;
  counts: Int32Array;
  weights: Int32Array;
  most: number;
}

/**
 * Resizes `width` x `height` grey samples by a triangle filter, widened by the reduction, in both directions; upwards it
 * interpolates. `scale` is the number of input samples an output sample stands for; where it leaves input samples over,
 * as many on either side. Faster than a call of a library for small pictures, slower for large ones.
 */
export function triangleResize(
  grey: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
  scale: { x: number; y: number } = { x: from.width / to.width, y: from.height / to.height },
): Uint8Array {
  const narrowed = resizeRows(grey, from.width, from.height, triangleTaps(from.width, to.width, scale.x));
  return resizeColumns(narrowed, to.width, triangleTaps(from.height, to.height, scale.y));
}

function triangleTaps(from: number, to: number, scale: number): Taps {
  const margin = (from - to * scale) / 2;
  const reach = Math.max(scale, 1);
  const most = 2 * Math.ceil(reach) + 1;
  const taps: Taps = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    weights: new Int32Array(to * most),
    most,
  };
  for (let i = 0; i < to; i++) {
    const centre = margin + (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const shares = Float64Array.from({ length: end - start }, (_, k) =>
      Math.max(0, 1 - Math.abs((start + k - centre + 0.5) / reach)),
    );
    const sum = shares.reduce((total, share) => total + share, 0);
    taps.starts[i] = start;
    taps.counts[i] = end - start;
    shares.forEach((share, k) => {
      taps.weights[i * most + k] = Math.trunc(0.5 + (share / sum) * 2 ** PRECISION_BITS);
    });
  }
  return taps;
}

/** Sums stay within 31 bits: 255 x 2^22, weights adding up to one. */
function resizeRows(
  grey: Uint8Array,
  width: number,
  height: number,
  { starts, counts, weights, most }: Taps,
): Uint8Array {
  const columns = starts.length;
  const resized = new Uint8Array(columns * height);
  for (let y = 0, at = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < columns; x++) {
      const first = row + (starts[x] as number);
      const count = counts[x] as number;
      const weight = x * most;
      let sum = HALF;
      for (let i = 0; i < count; i++) sum += (grey[first + i] as number) * (weights[weight + i] as number);
      resized[at++] = sum >> PRECISION_BITS;
    }
  }
  return resized;
}

function resizeColumns(grey: Uint8Array, width: number, { starts, counts, weights, most }: Taps): Uint8Array {
  const rows = starts.length;
  const resized = new Uint8Array(width * rows);
  const sums = new Int32Array(width);
  for (let y = 0; y < rows; y++) {
    sums.fill(HALF);
    for (let i = 0; i < (counts[y] as number); i++) {
      const weight = weights[y * most + i] as number;
      const row = ((starts[y] as number) + i) * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (grey[row + x] as number) * weight;
    }
    for (let x = 0; x < width; x++) resized[y * width + x] = (sums[x] as number) >> PRECISION_BITS;
  }
  return resized;
}
