import type { Head } from '../classify/head.ts';

/** Labelled embeddings: row `i` of `embeddings` [count x dim] belongs to class `labels[i]` and counts `weights[i]`. */
export interface TrainingSet {
  count: number;
  dim: number;
  classes: number;
  embeddings: Float32Array;
  labels: Uint16Array;
  /** Above zero; 1 is one full image. Their sum is what the penalty is weighed against. */
  weights: Float32Array;
}

export interface TrainOptions {
  /**
   * Inverse strength of the L2 penalty, as in scikit-learn: the loss is `mean cross-entropy + |W|² / (2 · c · sum of weights)` on
   * standardised embeddings; biases are not penalised.
   */
  c: number;
  /** Decides the order of mini-batches: the same data, options and seed give the same head on the same machine. */
  seed: number;
  /** Units of a hidden layer; without it the head is a softmax regression. The seed then decides its first weights too. */
  hidden?: number;
  /** Most steps; default 1,000 where every step sees all images, 4,000 where it sees a mini-batch. */
  steps?: number;
  /**
   * Images that are not trained on. Where training runs in mini-batches, the head whose loss on them is the lowest is
   * taken, and the steps end when it has not become lower for a while.
   */
  validation?: TrainingSet;
  signal?: AbortSignal;
}

/** Something that fits a head; one contract suite (test/contract) holds for every implementation. */
export interface HeadTrainer {
  readonly name: string;
  /** Throws `train/data` on an empty set or values that are not finite, `train/model` where the runtime fails. */
  train(set: TrainingSet, options: TrainOptions): Promise<Head>;
  close(): Promise<void>;
}

/** One row of embeddings, without a copy. */
export function rowOf(set: TrainingSet, row: number): Float32Array {
  return set.embeddings.subarray(row * set.dim, (row + 1) * set.dim);
}
