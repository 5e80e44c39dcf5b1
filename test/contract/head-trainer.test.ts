import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logitsOf } from '../../src/classify/head.ts';
import { ranking } from '../../src/train/evaluate.ts';
import { onnxTrainer } from '../../src/train/onnx-trainer.ts';
import { type HeadTrainer, rowOf, type TrainingSet } from '../../src/train/trainer.ts';
import { clusters } from '../builders/clusters.ts';

/** Every trainer must find the same head: step 4 adds others. */
const TRAINERS: { name: string; open: () => Promise<HeadTrainer> }[] = [{ name: 'onnx', open: () => onnxTrainer() }];

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

describe.each(TRAINERS)('the $name trainer', ({ open }) => {
  let trainer: HeadTrainer;
  beforeAll(async () => {
    trainer = await open();
  });
  afterAll(async () => {
    await trainer.close();
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
