import { IngestError } from '../domain/errors.ts';
import type { Head } from './head.ts';

/**
 * Training images kept for the outlier guard, as standardised vectors of length 1: `vectors` is [count x dim]. Of five
 * measures tried on the 192 labelled samples, the cosine to the nearest training image told images of a seen source from
 * those of an unseen one best (area under the curve 0.85 to 0.90; distance to the nearest class mean 0.78 to 0.84, the
 * score itself 0.76).
 */
export interface Neighbours {
  count: number;
  dim: number;
  vectors: Float32Array;
}

const BYTES = 4;

/** The embedding standardised by the head's mean and scale, with length 1. */
export function unitVector({ mean, scale }: Pick<Head, 'mean' | 'scale'>, embedding: Float32Array): Float32Array {
  // Plain loops take a fifth of the time of callbacks.
  const vector = new Float32Array(embedding.length);
  let squares = 0;
  for (let d = 0; d < vector.length; d += 1) {
    vector[d] = ((embedding[d] as number) - (mean[d] ?? 0)) / (scale[d] ?? 1);
    squares += (vector[d] as number) ** 2;
  }
  const length = Math.sqrt(squares);
  if (length === 0) return vector;
  for (let d = 0; d < vector.length; d += 1) vector[d] = (vector[d] as number) / length;
  return vector;
}

/** Cosine of a unit vector to the nearest neighbour, -1 to 1; to any that has at least `enough` where one does. */
export function nearestSimilarity(
  { count, dim, vectors }: Neighbours,
  unit: Float32Array,
  enough = Number.POSITIVE_INFINITY,
): number {
  let nearest = -1;
  let row = 0;
  for (; row + 4 <= count && nearest < enough; row += 4) {
    const best = nearestOfFour(vectors, row * dim, unit);
    if (best > nearest) nearest = best;
  }
  for (; row < count && nearest < enough; row += 1) {
    let dot = 0;
    const start = row * dim;
    for (let d = 0; d < dim; d += 1) dot += (vectors[start + d] as number) * (unit[d] as number);
    if (dot > nearest) nearest = dot;
  }
  return Math.min(nearest, 1);
}

/** Four sums that do not wait for each other take 0.6 of the time of four in turn; each is added up in the same order. */
function nearestOfFour(vectors: Float32Array, start: number, unit: Float32Array): number {
  const dim = unit.length;
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let d = 0, at = start; d < dim; d += 1, at += 1) {
    const value = unit[d] as number;
    first += (vectors[at] as number) * value;
    second += (vectors[at + dim] as number) * value;
    third += (vectors[at + 2 * dim] as number) * value;
    fourth += (vectors[at + 3 * dim] as number) * value;
  }
  return Math.max(first, second, third, fourth);
}

/** The bytes of `neighbours.bin`: little-endian float32 [count x dim] without a header; the sizes stand in model.json. */
export function encodeNeighbours({ vectors }: Neighbours): Uint8Array {
  const bytes = new Uint8Array(vectors.length * BYTES);
  const view = new DataView(bytes.buffer);
  vectors.forEach((value, at) => view.setFloat32(at * BYTES, value, true));
  return bytes;
}

/** Reads `neighbours.bin`; throws `classify/model` where its length or a value does not fit. */
export function decodeNeighbours(bytes: Uint8Array, count: number, dim: number): Neighbours {
  const expected = count * dim * BYTES;
  if (bytes.length !== expected) {
    throw new IngestError(
      'classify/model',
      `Reading the neighbours of a model, expected ${expected} bytes for ${count} images of ${dim} numbers, found ${bytes.length}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vectors = Float32Array.from({ length: count * dim }, (_, at) => view.getFloat32(at * BYTES, true));
  if (vectors.every(Number.isFinite)) return { count, dim, vectors };
  throw new IngestError(
    'classify/model',
    'Reading the neighbours of a model, found a value that is not a finite number.',
  );
}
