import type { Layers } from './layers.ts';

/** Rows that a step looks at: standardised `x` [rows x dim], `targets` [rows x classes], `shares` [rows] with sum 1. */
export interface Batch {
  rows: number;
  x: Float32Array;
  targets: Float32Array;
  shares: Float32Array;
}

/** How far a step goes: rates of each layer's weights and bias, first layer first. */
export interface StepRates {
  layers: readonly { weights: number; bias: number }[];
  momentum: number;
}

/**
 * Something that computes one step of Nesterov's accelerated gradient on the weighted softmax cross-entropy with L2:
 * with y = w + momentum (w - w before), the next w is y - rate (gradient at y). What a training is made of besides (see
 * descent.ts) is the same for every engine, so that engines differ by rounding alone.
 */
export interface StepEngine {
  /** Starts from `layers`, at rest; `l2` is the strength of the penalty. */
  begin(layers: Layers, l2: number): Promise<Steps>;
}

/** A training under way. */
export interface Steps {
  /** Takes a batch into the engine's memory; it must not change before `free`. */
  load(batch: Batch): LoadedBatch;
  /** Copies of the layers after the last step and before it. */
  layers(): { now: Layers; before: Layers };
  /** Gives back all memory of the training. */
  end(): void;
}

export interface LoadedBatch {
  step(rates: StepRates): Promise<void>;
  free(): void;
}
