import * as ort from 'onnxruntime-node';
import type { Head } from '../classify/head.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { seededRandom, shuffle } from './seeded-random.ts';
import { softmaxStepModel } from './softmax-step.ts';
import { largestEigenvalue, standardisationOf, standardised } from './standardise.ts';
import type { HeadTrainer, TrainingSet, TrainOptions } from './trainer.ts';

/**
 * Up to this many images every step sees all of them: the loss is convex, so the steps run into its one minimum and the
 * seed does not matter. More images are trained in mini-batches.
 */
const FULL_BATCH_MAX = 1024;
const FULL_BATCH_STEPS = 1000;
/** A full-batch training has converged when no weight moves by more than this in a step (weights are of order 0.01). */
const CONVERGED = 1e-6;
const CONVERGENCE_EVERY = 10;

/** 4,000 steps of 100 images: what the thesis behind this classifier trained its head with. */
const MINI_BATCH = 100;
const MINI_BATCH_STEPS = 4000;
const MINI_BATCH_MOMENTUM = 0.9;

/** The softmax's curvature is at most one half; power iteration comes from below, hence a tenth more. */
const CURVATURE = 0.5 * 1.1;

/** What stays the same over all steps of one training. */
interface Problem {
  x: Float32Array;
  targets: Float32Array;
  /** Sum 1. */
  shares: Float32Array;
  count: number;
  dim: number;
  classes: number;
  /** Largest curvature of the loss in the weights, without the penalty. */
  curvature: number;
  l2: number;
}

interface Parameters {
  weights: ort.Tensor;
  bias: ort.Tensor;
}

interface StepInput {
  x: ort.Tensor;
  targets: ort.Tensor;
  shares: ort.Tensor;
  rate: number;
  momentum: number;
}

function problemOf(set: TrainingSet, x: Float32Array, c: number): Problem {
  const { count, dim, classes } = set;
  const total = set.weights.reduce((a, b) => a + b, 0);
  const targets = new Float32Array(count * classes);
  set.labels.forEach((label, row) => {
    targets[row * classes + label] = 1;
  });
  const shares = set.weights.map((weight) => weight / total);
  const curvature = CURVATURE * Math.max(largestEigenvalue(x, shares, dim), 1);
  return { x, targets, shares, count, dim, classes, curvature, l2: 1 / (c * total) };
}

function tensor(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

function scalar(value: number): ort.Tensor {
  return tensor(Float32Array.of(value), []);
}

function floats(value: ort.Tensor | undefined): Float32Array {
  if (value?.data instanceof Float32Array) return value.data;
  throw new IngestError('train/model', 'Training a head, expected float32 weights from a step, found another type.');
}

/** Runs the step graph; the parameters of the step before are kept for the momentum. */
function stepper(session: ort.InferenceSession, { dim, classes, curvature, l2 }: Problem) {
  const start: Parameters = {
    weights: tensor(new Float32Array(dim * classes), [dim, classes]),
    bias: tensor(new Float32Array(classes), [classes]),
  };
  const state = { now: start, before: start };
  const penalty = scalar(l2);
  const step = async ({ x, targets, shares, rate, momentum }: StepInput): Promise<void> => {
    const { now, before } = state;
    const out = await session.run({
      x,
      t: targets,
      s: shares,
      w: now.weights,
      w_before: before.weights,
      b: now.bias,
      b_before: before.bias,
      rate: scalar(rate),
      // The bias is like one more dimension of constant value; at this rate it bends the loss as much as the steepest one.
      bias_rate: scalar(rate * (curvature / CURVATURE)),
      momentum: scalar(momentum),
      l2: penalty,
    });
    const weights = out['w_next'];
    const bias = out['b_next'];
    if (weights === undefined || bias === undefined)
      throw new IngestError('train/model', 'A training step gave nothing.');
    state.before = now;
    state.now = { weights, bias };
  };
  return { state, step };
}

type Stepper = ReturnType<typeof stepper>;

function largestMove({ now, before }: Stepper['state']): number {
  const older = floats(before.weights);
  return floats(now.weights).reduce((most, value, at) => Math.max(most, Math.abs(value - (older[at] ?? 0))), 0);
}

async function fullBatch(problem: Problem, { state, step }: Stepper, signal: AbortSignal | undefined): Promise<void> {
  const { count, dim, classes, curvature, l2 } = problem;
  const condition = Math.sqrt(l2 / (curvature + l2));
  const input: StepInput = {
    x: tensor(problem.x, [count, dim]),
    targets: tensor(problem.targets, [count, classes]),
    shares: tensor(problem.shares, [count, 1]),
    rate: 1 / (curvature + l2),
    // Nesterov, Introductory Lectures on Convex Optimization, 2.2.11: the momentum of a strongly convex problem.
    momentum: (1 - condition) / (1 + condition),
  };
  for (let at = 1; at <= FULL_BATCH_STEPS; at += 1) {
    signal?.throwIfAborted();
    await step(input);
    if (at % CONVERGENCE_EVERY === 0 && largestMove(state) < CONVERGED) return;
  }
}

async function miniBatches(problem: Problem, { step }: Stepper, options: TrainOptions): Promise<void> {
  const { count, dim, classes, curvature, l2 } = problem;
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  const random = seededRandom(options.seed);
  const x = new Float32Array(MINI_BATCH * dim);
  const targets = new Float32Array(MINI_BATCH * classes);
  const shares = new Float32Array(MINI_BATCH);
  const rate = (1 - MINI_BATCH_MOMENTUM) / (curvature + l2);
  let next = count;
  for (let at = 0; at < MINI_BATCH_STEPS; at += 1) {
    options.signal?.throwIfAborted();
    if (next + MINI_BATCH > count) {
      shuffle(order, random);
      next = 0;
    }
    order.subarray(next, next + MINI_BATCH).forEach((row, to) => {
      x.set(problem.x.subarray(row * dim, (row + 1) * dim), to * dim);
      targets.set(problem.targets.subarray(row * classes, (row + 1) * classes), to * classes);
      shares[to] = ((problem.shares[row] ?? 0) * count) / MINI_BATCH;
    });
    next += MINI_BATCH;
    await step({
      x: tensor(x, [MINI_BATCH, dim]),
      targets: tensor(targets, [MINI_BATCH, classes]),
      shares: tensor(shares, [MINI_BATCH, 1]),
      // Half a cosine down to zero: the noise of small batches dies out towards the end.
      rate: rate * 0.5 * (1 + Math.cos((Math.PI * at) / MINI_BATCH_STEPS)),
      momentum: MINI_BATCH_MOMENTUM,
    });
  }
}

function checkSet({ count, dim, classes, embeddings, labels, weights }: TrainingSet): void {
  const fits = embeddings.length === count * dim && labels.length === count && weights.length === count;
  if (count === 0 || classes < 2 || !fits) {
    throw new IngestError(
      'train/data',
      `Training a head, expected images of two classes or more, found ${count} images and ${classes} classes.`,
    );
  }
  if (!embeddings.every(Number.isFinite) || !weights.every((weight) => weight > 0 && Number.isFinite(weight))) {
    throw new IngestError('train/data', 'Training a head, found an embedding or a weight that is not a usable number.');
  }
}

/** head.bin holds [classes x dim], the graph works on [dim x classes]. */
function transposed(weights: Float32Array, dim: number, classes: number): Float32Array {
  return Float32Array.from(
    { length: weights.length },
    (_, at) => weights[(at % dim) * classes + Math.floor(at / dim)] ?? 0,
  );
}

async function train(session: ort.InferenceSession, set: TrainingSet, options: TrainOptions): Promise<Head> {
  checkSet(set);
  const { dim, classes } = set;
  const { mean, scale } = standardisationOf(set);
  const problem = problemOf(set, standardised(set, { mean, scale }), options.c);
  const steps = stepper(session, problem);
  if (set.count <= FULL_BATCH_MAX) await fullBatch(problem, steps, options.signal);
  else await miniBatches(problem, steps, options);
  const { weights, bias } = steps.state.now;
  return { classes, dim, weights: transposed(floats(weights), dim, classes), bias: floats(bias).slice(), mean, scale };
}

/**
 * Fits the head with a training step written as an ONNX graph and run by onnxruntime-node, which has no training API but
 * runs the closed-form gradient faster than anything else in JavaScript. One thread by default: sums keep their order,
 * so a training gives the same bytes again.
 */
export async function onnxTrainer({ threads = 1 }: { threads?: number } = {}): Promise<HeadTrainer> {
  const session = await ort.InferenceSession.create(softmaxStepModel(), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    name: 'onnx',
    async train(set, options) {
      try {
        return await train(session, set, options);
      } catch (error) {
        if (error instanceof IngestError || options.signal?.aborted === true) throw error;
        throw new IngestError('train/model', `Training a head, onnxruntime failed: ${errorMessage(error)}`, {
          cause: error,
        });
      }
    },
    close: () => session.release(),
  };
}
