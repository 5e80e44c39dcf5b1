import { IngestError } from '../domain/errors.ts';
import { largestEigenvalue, type Standardisation, standardisationOf, standardised } from './standardise.ts';
import type { TrainingSet } from './trainer.ts';

/** The softmax's curvature is at most one half; power iteration comes from below, hence a tenth more. */
export const CURVATURE = 0.5 * 1.1;

/** What stays the same over all steps of one training. */
export interface Problem {
  standardisation: Standardisation;
  /** Standardised, [count x dim]. */
  x: Float32Array;
  /** 1 at the class of a row, [count x classes]. */
  targets: Float32Array;
  /** Sum 1. */
  shares: Float32Array;
  count: number;
  dim: number;
  classes: number;
  /** Largest curvature of a softmax regression's loss in the weights, without the penalty. */
  curvature: number;
  l2: number;
}

/** Checks and standardises a training set; throws `train/data`. */
export function problemOf(set: TrainingSet, c: number): Problem {
  checkSet(set);
  const { count, dim, classes } = set;
  const standardisation = standardisationOf(set);
  const x = standardised(set, standardisation);
  const total = set.weights.reduce((a, b) => a + b, 0);
  const targets = new Float32Array(count * classes);
  set.labels.forEach((label, row) => {
    targets[row * classes + label] = 1;
  });
  const shares = set.weights.map((weight) => weight / total);
  const curvature = CURVATURE * Math.max(largestEigenvalue(x, shares, dim), 1);
  return { standardisation, x, targets, shares, count, dim, classes, curvature, l2: 1 / (c * total) };
}

/** Throws `train/data` where a set is empty, does not fit its sizes or has a number that is not usable. */
export function checkSet({ count, dim, classes, embeddings, labels, weights }: TrainingSet): void {
  const fits = embeddings.length === count * dim && labels.length === count && weights.length === count;
  if (count === 0 || classes < 2 || !fits) {
    throw new IngestError(
      'train/data',
      `Training a head, expected images of two classes or more, found ${count} images and ${classes} classes.`,
    );
  }
  if (!allFinite(embeddings) || !allFinite(weights) || !weights.every((weight) => weight > 0)) {
    throw new IngestError('train/data', 'Training a head, found an embedding or a weight that is not a usable number.');
  }
}

/** Counting takes a tenth of the time of `every`, which needs half a second for 22,000 images. */
function allFinite(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at += 1) if (!Number.isFinite(values[at])) return false;
  return true;
}
