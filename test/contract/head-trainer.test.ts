import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Head, logitsOf, scorerOf } from '../../src/classify/head.ts';
import { openTfjs } from '../../src/classify/tfjs-runtime.ts';
import { ranking } from '../../src/train/evaluate.ts';
import { onnxTrainer } from '../../src/train/onnx-trainer.ts';
import { openTrainer, type TrainerChoice } from '../../src/train/open-trainer.ts';
import { tfjsTrainer } from '../../src/train/tfjs-trainer.ts';
import { type HeadTrainer, rowOf, type TrainingSet } from '../../src/train/trainer.ts';
import { clusters, rings } from '../builders/clusters.ts';
import { hasNativeTfjs } from '../native-tfjs.ts';

/** Every trainer must find the same head. */
const TRAINERS: { name: TrainerChoice }[] = [
  { name: 'onnx' },
  ...((await hasNativeTfjs()) ? [{ name: 'tfjs-node' as const }] : []),
  { name: 'wasm' },
];

/** What trainers may differ by, as docs/training.md states it; weights of these sets are of order 0.1. */
const WEIGHT_TOLERANCE = 1e-4;
const SCORE_TOLERANCE = 0.01;

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (value, at) => Math.abs(value - (b[at] ?? Number.NaN))).reduce((x, y) => Math.max(x, y), 0);
}

function validationLoss(head: Head, set: TrainingSet): number {
  const scores = scorerOf(head, 1);
  const losses = Array.from(set.labels, (label, row) => -Math.log(scores(rowOf(set, row))[label] ?? 0));
  return losses.reduce((a, b) => a + b, 0) / set.count;
}

function accuracy(head: Parameters<typeof logitsOf>[0], set: TrainingSet): number {
  const logits = logitsOf(head);
  const right = Array.from({ length: set.count }, (_, row) => ranking(logits(rowOf(set, row)))[0] === set.labels[row]);
  return right.filter(Boolean).length / set.count;
}

/** Gradient of the documented loss at the head, on standardised rows; zero at the minimum. */
function largestGradient(head: Parameters<typeof logitsOf>[0], set: TrainingSet, c: number): number {
  const { dim, classes } = set;
  const logits = logitsOf(head);
  const total = set.weights.reduce((a, b) => a + b, 0);
  const gradient = Float64Array.from(head.weights, (weight) => weight / (c * total));
  for (let row = 0; row < set.count; row += 1) {
    const z = logits(rowOf(set, row));
    const powers = z.map((value) => Math.exp(value - Math.max(...z)));
    const sum = powers.reduce((a, b) => a + b, 0);
    for (let k = 0; k < classes; k += 1) {
      const off = (powers[k] ?? 0) / sum - (set.labels[row] === k ? 1 : 0);
      for (let d = 0; d < dim; d += 1) {
        const x = ((set.embeddings[row * dim + d] ?? 0) - (head.mean[d] ?? 0)) / (head.scale[d] ?? 1);
        gradient[k * dim + d] = (gradient[k * dim + d] ?? 0) + ((set.weights[row] ?? 0) / total) * off * x;
      }
    }
  }
  return gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

describe.each(TRAINERS)('the $name trainer', ({ name }) => {
  let trainer: HeadTrainer;
  let reference: HeadTrainer;
  beforeAll(async () => {
    trainer = await openTrainer(name);
    reference = await onnxTrainer();
  });
  afterAll(async () => {
    await trainer.close();
    await reference.close();
  });

  it.each([
    { count: 150, batch: 'all images at once' },
    { count: 1500, batch: 'mini-batches' },
  ])('finds the head that the ONNX trainer finds, from $batch', async ({ count }) => {
    const set = clusters({ count, dim: 48, classes: 5, spread: 2, seed: 11 });
    const options = { c: 0.1, seed: 4, steps: 1000 };
    const [head, expected] = [await trainer.train(set, options), await reference.train(set, options)];
    expect(largestDifference(head.weights, expected.weights)).toBeLessThan(WEIGHT_TOLERANCE);
    expect(largestDifference(head.bias, expected.bias)).toBeLessThan(WEIGHT_TOLERANCE);
    expect([head.mean, head.scale]).toEqual([expected.mean, expected.scale]);
  });

  it.each([
    { count: 200, batch: 'all images at once' },
    { count: 1500, batch: 'mini-batches' },
  ])('learns with a hidden layer what no line separates, as the ONNX trainer does, from $batch', async ({ count }) => {
    const set = rings({ count, dim: 6, seed: 12 });
    const options = { c: 10, seed: 4, steps: 1000 };
    const head = await trainer.train(set, { ...options, hidden: 16 });
    expect(accuracy(head, set)).toBeGreaterThan(0.95);
    expect(accuracy(await trainer.train(set, options), set)).toBeLessThan(0.75);
    const expected = scorerOf(await reference.train(set, { ...options, hidden: 16 }), 1);
    const scores = scorerOf(head, 1);
    for (let row = 0; row < set.count; row += 7) {
      expect(largestDifference(scores(rowOf(set, row)), expected(rowOf(set, row)))).toBeLessThan(SCORE_TOLERANCE);
    }
  });

  it('gives the same bytes again with a hidden layer, and others for another seed', async () => {
    const set = rings({ count: 120, dim: 6, seed: 3 });
    const options = { c: 10, seed: 7, hidden: 8, steps: 200 };
    const head = await trainer.train(set, options);
    expect(await trainer.train(set, options)).toEqual(head);
    expect((await trainer.train(set, { ...options, seed: 8 })).hidden).not.toEqual(head.hidden);
  });

  it('takes the head that does best on the validation side, where training goes on to learn the noise', async () => {
    const noisy = clusters({ count: 3200, dim: 64, classes: 4, spread: 12, seed: 21 });
    const part = (from: number, to: number): TrainingSet => ({
      ...noisy,
      count: to - from,
      embeddings: noisy.embeddings.slice(from * noisy.dim, to * noisy.dim),
      labels: noisy.labels.slice(from, to),
      weights: noisy.weights.slice(from, to),
    });
    const [set, validation] = [part(0, 1200), part(1200, 3200)];
    const options = { c: 1000, seed: 1, hidden: 32 };
    const kept = validationLoss(await trainer.train(set, { ...options, validation }), validation);
    const last = validationLoss(await trainer.train(set, options), validation);
    expect(kept).toBeLessThan(last * 0.8);
  });

  it('ends in the minimum of the documented loss', async () => {
    const set = clusters({ count: 60, dim: 24, classes: 3, spread: 2, seed: 3 });
    set.weights.forEach((_, row) => {
      set.weights[row] = row % 4 === 0 ? 0.25 : 1;
    });
    const head = await trainer.train(set, { c: 0.1, seed: 1 });
    // The gradient at zero weights is of order 0.3.
    expect(largestGradient(head, set, 0.1)).toBeLessThan(1e-4);
  });

  it('gives the same bytes for the same data and seed', async () => {
    const set = clusters({ count: 80, dim: 16, classes: 4, spread: 1, seed: 5 });
    const first = await trainer.train(set, { c: 0.1, seed: 9 });
    expect(await trainer.train(set, { c: 0.1, seed: 9 })).toEqual(first);
  });

  it('learns mini-batches of a set that does not fit one step, and repeats them for the same seed', async () => {
    const set = clusters({ count: 3000, dim: 16, classes: 4, spread: 0.5, seed: 6 });
    const head = await trainer.train(set, { c: 0.1, seed: 2 });
    expect(accuracy(head, set)).toBeGreaterThan(0.97);
    expect(await trainer.train(set, { c: 0.1, seed: 2 })).toEqual(head);
    expect(largestGradient(head, set, 0.1)).toBeLessThan(5e-3);
  });

  it('is not disturbed by a dimension that never changes', async () => {
    const set = clusters({ count: 40, dim: 8, classes: 2, spread: 0.3, seed: 8 });
    for (let row = 0; row < set.count; row += 1) set.embeddings[row * set.dim] = 5;
    const head = await trainer.train(set, { c: 0.1, seed: 1 });
    expect(head.weights.every(Number.isFinite)).toBe(true);
    expect(accuracy(head, set)).toBe(1);
  });

  it('refuses an empty set and numbers that are not finite', async () => {
    const set = clusters({ count: 10, dim: 4, classes: 2, spread: 1, seed: 1 });
    const empty = {
      ...set,
      count: 0,
      embeddings: new Float32Array(0),
      labels: new Uint16Array(0),
      weights: new Float32Array(0),
    };
    await expect(trainer.train(empty, { c: 0.1, seed: 1 })).rejects.toMatchObject({ code: 'train/data' });
    set.embeddings[3] = Number.NaN;
    await expect(trainer.train(set, { c: 0.1, seed: 1 })).rejects.toMatchObject({ code: 'train/data' });
  });

  it('stops when it is told to', async () => {
    const set = clusters({ count: 40, dim: 8, classes: 2, spread: 1, seed: 1 });
    const reason = new Error('enough');
    await expect(trainer.train(set, { c: 0.1, seed: 1, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('the TensorFlow.js trainers', () => {
  it('give back all memory, also of a training that was stopped', async () => {
    const trainer = await tfjsTrainer(['tfjs-wasm']);
    const { tf } = await openTfjs(['tfjs-wasm']);
    const before = tf.memory().numTensors;
    const set = clusters({ count: 1200, dim: 8, classes: 3, spread: 1, seed: 2 });
    await trainer.train(set, { c: 0.1, seed: 1, steps: 20, hidden: 4 });
    const stop = new AbortController();
    const running = trainer.train(set, { c: 0.1, seed: 1, signal: stop.signal });
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(running).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('train beside each other as they do alone', async () => {
    const trainers = await Promise.all(TRAINERS.map(({ name }) => openTrainer(name)));
    const set = clusters({ count: 60, dim: 12, classes: 3, spread: 1, seed: 9 });
    const together = await Promise.all(trainers.map((trainer) => trainer.train(set, { c: 0.1, seed: 1 })));
    for (const [at, trainer] of trainers.entries()) {
      expect(together[at]).toEqual(await trainer.train(set, { c: 0.1, seed: 1 }));
      await trainer.close();
    }
  });
});

describe('opening a trainer', () => {
  it('takes ONNX where nothing is asked for, the fastest by measurement', async () => {
    const trainer = await openTrainer('auto');
    expect(trainer.name).toBe('onnx');
    await trainer.close();
  });

  it('names what it is made of, which a model states', async () => {
    expect((await openTrainer('wasm')).name).toBe('tfjs-wasm');
    const native = TRAINERS.some(({ name }) => name === 'tfjs-node');
    expect((await openTrainer('tfjs')).name).toMatch(native ? /^tfjs-node/ : /^tfjs-wasm$/);
  });
});
