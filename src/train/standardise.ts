import type { TrainingSet } from './trainer.ts';

export interface Standardisation {
  mean: Float32Array;
  scale: Float32Array;
}

/** A dimension whose spread is below this is constant: dividing by it would blow rounding up into a feature. */
const CONSTANT_BELOW = 1e-6;

/** Weighted mean and standard deviation of every dimension; 1 as scale where a dimension is constant. */
export function standardisationOf({ count, dim, embeddings, weights }: TrainingSet): Standardisation {
  const total = weights.reduce((a, b) => a + b, 0);
  const mean = new Float64Array(dim);
  for (let row = 0; row < count; row += 1) {
    const share = (weights[row] ?? 0) / total;
    for (let d = 0; d < dim; d += 1) mean[d] = (mean[d] ?? 0) + share * (embeddings[row * dim + d] ?? 0);
  }
  const variance = new Float64Array(dim);
  for (let row = 0; row < count; row += 1) {
    const share = (weights[row] ?? 0) / total;
    for (let d = 0; d < dim; d += 1) {
      const off = (embeddings[row * dim + d] ?? 0) - (mean[d] ?? 0);
      variance[d] = (variance[d] ?? 0) + share * off * off;
    }
  }
  const scale = Float32Array.from(variance, (value) => (Math.sqrt(value) < CONSTANT_BELOW ? 1 : Math.sqrt(value)));
  return { mean: Float32Array.from(mean), scale };
}

/** The embeddings with mean 0 and standard deviation 1 in every dimension, as a new array. */
export function standardised({ count, dim, embeddings }: TrainingSet, { mean, scale }: Standardisation): Float32Array {
  const out = new Float32Array(count * dim);
  for (let row = 0; row < count; row += 1) {
    for (let d = 0; d < dim; d += 1) {
      out[row * dim + d] = ((embeddings[row * dim + d] ?? 0) - (mean[d] ?? 0)) / (scale[d] ?? 1);
    }
  }
  return out;
}

/** Rows looked at for the largest eigenvalue: enough for a step size, cheap for any set. */
const EIGEN_ROWS = 1024;
const EIGEN_ITERATIONS = 20;

/**
 * The largest eigenvalue of the weighted covariance X' diag(s) X of standardised rows, sum(s) = 1, by power iteration
 * over evenly spread rows: it bounds the curvature of the loss and so gives the step size.
 */
export function largestEigenvalue(x: Float32Array, weights: Float32Array, dim: number): number {
  const stride = Math.max(1, Math.ceil(weights.length / EIGEN_ROWS));
  const rows = Array.from({ length: Math.ceil(weights.length / stride) }, (_, at) => at * stride);
  const total = rows.reduce((sum, row) => sum + (weights[row] ?? 0), 0);
  let vector = new Float64Array(dim).fill(1 / Math.sqrt(dim));
  let eigenvalue = 0;
  for (let iteration = 0; iteration < EIGEN_ITERATIONS; iteration += 1) {
    const next = new Float64Array(dim);
    for (const row of rows)
      addProjection(x.subarray(row * dim, (row + 1) * dim), (weights[row] ?? 0) / total, vector, next);
    eigenvalue = Math.hypot(...next);
    if (eigenvalue === 0) return 0;
    const length = eigenvalue;
    vector = next.map((value) => value / length);
  }
  return eigenvalue;
}

function addProjection(row: Float32Array, share: number, vector: Float64Array, out: Float64Array): void {
  let dot = 0;
  for (let d = 0; d < row.length; d += 1) dot += (row[d] ?? 0) * (vector[d] ?? 0);
  for (let d = 0; d < row.length; d += 1) out[d] = (out[d] ?? 0) + share * dot * (row[d] ?? 0);
}
