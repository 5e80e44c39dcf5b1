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
 * interpolates. Faster than a call of a library for small pictures, slower for large ones.
 */
export function triangleResize(
  grey: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Uint8Array {
  const narrowed = resizeRows(grey, from.width, from.height, cutTaps(from.width, to.width));
  return resizeColumns(narrowed, to.width, cutTaps(from.height, to.height));
}

/**
 * As {@link triangleResize}, but as libvips does it after its shrink: an output sample stands for `scale` input samples,
 * which need not use them up, and the input goes on beyond its edges with the same value.
 */
export function triangleReduce(
  grey: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
  scale: { x: number; y: number },
): Uint8Array {
  const narrowed = resizeRows(grey, from.width, from.height, edgeTaps(from.width, to.width, scale.x));
  return resizeColumns(narrowed, to.width, edgeTaps(from.height, to.height, scale.y));
}

/** Taps beyond an edge are left out, and the others weigh more. */
function cutTaps(from: number, to: number): Taps {
  return tapsOf(to, from / to, (start, end) => [Math.max(0, start), Math.min(from, end)]);
}

/** Taps beyond an edge are those of the sample at the edge. */
function edgeTaps(from: number, to: number, scale: number): Taps {
  const taps = tapsOf(to, scale, (start, end) => [start, end]);
  for (let i = 0; i < to; i++) {
    const start = taps.starts[i] as number;
    const first = Math.min(from - 1, Math.max(0, start));
    const last = Math.min(from - 1, Math.max(0, start + (taps.counts[i] as number) - 1));
    const weights = taps.weights.slice(i * taps.most, (i + 1) * taps.most);
    taps.weights.fill(0, i * taps.most, (i + 1) * taps.most);
    for (let k = 0; k < (taps.counts[i] as number); k++) {
      const at = i * taps.most + Math.min(last, Math.max(first, start + k)) - first;
      taps.weights[at] = (taps.weights[at] as number) + (weights[k] as number);
    }
    taps.starts[i] = first;
    taps.counts[i] = last - first + 1;
  }
  return taps;
}

function tapsOf(to: number, scale: number, clip: (start: number, end: number) => readonly [number, number]): Taps {
  const reach = Math.max(scale, 1);
  const most = 2 * Math.ceil(reach) + 1;
  const taps: Taps = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    weights: new Int32Array(to * most),
    most,
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const [start, end] = clip(Math.floor(centre - reach + 0.5), Math.floor(centre + reach + 0.5));
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
