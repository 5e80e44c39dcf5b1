import type { Head } from '../classify/head.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { firstLayers, headOf, type Layers } from './layers.ts';
import { CURVATURE, type Problem, problemOf } from './problem.ts';
import { seededRandom, shuffle } from './seeded-random.ts';
import type { StepEngine, StepRates, Steps } from './step-engine.ts';
import { type StoppingRule, stoppingRule } from './stop-early.ts';
import type { HeadTrainer, TrainingSet, TrainOptions } from './trainer.ts';

/**
 * Up to this many images every step sees all of them. The loss of a softmax regression is convex: the steps run into its
 * one minimum, where the penalty alone decides how closely it follows the images, so neither the seed nor a moment to
 * stop matters. More images are trained in mini-batches.
 */
export const FULL_BATCH_MAX = 1024;
const FULL_BATCH_STEPS = 1000;
/** A full-batch training has converged when no weight moves by more than this in a step (weights are of order 0.01). */
const CONVERGED = 1e-6;
const CONVERGENCE_EVERY = 10;

/** 4,000 steps of 100 images: what the thesis behind this classifier trained its head with. */
const MINI_BATCH = 100;
const MINI_BATCH_STEPS = 4000;
/** Of mini-batches, and of all steps of a head with a hidden layer. */
const MOMENTUM = 0.9;

/** One training: what is to be fitted, and the steps under way. */
interface Descent {
  problem: Problem;
  steps: Steps;
  options: TrainOptions;
}

/**
 * The longest steps that do not overshoot. In a softmax regression the bias is like one more dimension of constant value;
 * at its rate it bends the loss as much as the steepest dimension of the embedding.
 */
function softmaxRates(rate: number, momentum: number, { curvature }: Problem): StepRates {
  return { layers: [{ weights: rate, bias: rate * (curvature / CURVATURE) }], momentum };
}

/**
 * With a hidden layer the curvature is not bounded. Where training starts, that of the first layer is about that of a
 * softmax regression, and that of the last is bounded by its units; `share` of the step that this allows is taken.
 */
function hiddenRates(share: number, hidden: number, { curvature, l2 }: Problem): StepRates {
  const first = share / (curvature + l2);
  const last = share / (CURVATURE * hidden + l2);
  return {
    layers: [
      { weights: first, bias: first },
      { weights: last, bias: last },
    ],
    momentum: MOMENTUM,
  };
}

function largestMove(steps: Steps): number {
  const { now, before } = steps.layers();
  return Math.max(
    ...now.map(({ weights }, layer) => {
      const older = before[layer]?.weights;
      return weights.reduce((most, value, at) => Math.max(most, Math.abs(value - (older?.[at] ?? 0))), 0);
    }),
  );
}

function fullBatchRates(problem: Problem, hidden: number | undefined): StepRates {
  if (hidden !== undefined) return hiddenRates(1, hidden, problem);
  const { curvature, l2 } = problem;
  const condition = Math.sqrt(l2 / (curvature + l2));
  // Nesterov, Introductory Lectures on Convex Optimization, 2.2.11: the momentum of a strongly convex problem.
  return softmaxRates(1 / (curvature + l2), (1 - condition) / (1 + condition), problem);
}

async function fullBatch({ problem, steps, options }: Descent): Promise<Layers> {
  const { count: rows, x, targets, shares } = problem;
  const batch = steps.load({ rows, x, targets, shares });
  const rates = fullBatchRates(problem, options.hidden);
  const most = options.steps ?? FULL_BATCH_STEPS;
  for (let at = 1; at <= most; at += 1) {
    options.signal?.throwIfAborted();
    await batch.step(rates);
    if (at % CONVERGENCE_EVERY === 0 && largestMove(steps) < CONVERGED) break;
  }
  batch.free();
  return steps.layers().now;
}

function miniBatchRates(share: number, problem: Problem, hidden: number | undefined): StepRates {
  const slowed = (1 - MOMENTUM) * share;
  if (hidden !== undefined) return hiddenRates(slowed, hidden, problem);
  return softmaxRates(((1 - MOMENTUM) / (problem.curvature + problem.l2)) * share, MOMENTUM, problem);
}

async function miniBatches({ problem, steps, options }: Descent): Promise<Layers> {
  const { dim, classes } = problem;
  const rows = rowsInTurn(problem.count, options.seed);
  const x = new Float32Array(MINI_BATCH * dim);
  const targets = new Float32Array(MINI_BATCH * classes);
  const shares = new Float32Array(MINI_BATCH);
  const most = options.steps ?? MINI_BATCH_STEPS;
  const stopping: StoppingRule | undefined = options.validation && stoppingRule(options.validation, problem);
  for (let at = 0; at < most; at += 1) {
    options.signal?.throwIfAborted();
    rows().forEach((row, to) => {
      x.set(problem.x.subarray(row * dim, (row + 1) * dim), to * dim);
      targets.set(problem.targets.subarray(row * classes, (row + 1) * classes), to * classes);
      shares[to] = ((problem.shares[row] ?? 0) * problem.count) / MINI_BATCH;
    });
    const batch = steps.load({ rows: MINI_BATCH, x, targets, shares });
    // Half a cosine down to zero: the noise of small batches dies out towards the end.
    await batch.step(miniBatchRates(0.5 * (1 + Math.cos((Math.PI * at) / most)), problem, options.hidden));
    batch.free();
    if (stopping?.isDue(at + 1, most) === true && stopping.look(steps.layers().now)) break;
  }
  return stopping?.best() ?? steps.layers().now;
}

/** Batches of row numbers in seeded order; all rows come up before one does again, less than a batch of them aside. */
function rowsInTurn(count: number, seed: number): () => Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  const random = seededRandom(seed);
  let next = count;
  return () => {
    if (next + MINI_BATCH > count) {
      shuffle(order, random);
      next = 0;
    }
    next += MINI_BATCH;
    return order.subarray(next - MINI_BATCH, next);
  };
}

async function train(engine: StepEngine, set: TrainingSet, options: TrainOptions): Promise<Head> {
  const problem = problemOf(set, options.c);
  const steps = await engine.begin(firstLayers(set, options.hidden, options.seed), problem.l2);
  try {
    const descent = { problem, steps, options };
    const layers = set.count <= FULL_BATCH_MAX ? await fullBatch(descent) : await miniBatches(descent);
    if (!layers.every(({ weights, bias }) => weights.every(Number.isFinite) && bias.every(Number.isFinite)))
      throw new IngestError('train/model', 'Training a head, found weights that are not finite after the last step.');
    return headOf(layers, problem.standardisation);
  } finally {
    steps.end();
  }
}

/** A trainer whose steps `engine` computes; `runtime` is what failures name. */
export function trainerOf(name: string, runtime: string, engine: StepEngine & { close(): Promise<void> }): HeadTrainer {
  return {
    name,
    async train(set, options) {
      try {
        return await train(engine, set, options);
      } catch (error) {
        if (error instanceof IngestError || options.signal?.aborted === true) throw error;
        throw new IngestError('train/model', `Training a head, ${runtime} failed: ${errorMessage(error)}`, {
          cause: error,
        });
      }
    },
    close: () => engine.close(),
  };
}
