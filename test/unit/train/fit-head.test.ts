import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../../src/train/dataset.ts';
import { fitHead } from '../../../src/train/fit-head.ts';
import { sideOf } from '../../../src/train/split.ts';
import type { HeadTrainer, TrainingSet, TrainOptions } from '../../../src/train/trainer.ts';

const SHAPE = { labels: ['A', 'B', 'C'], dim: 2 };

/** Keeps what it was asked for and gives a head of zeros. */
function recorder(): { trainer: HeadTrainer; asked: { set: TrainingSet; options: TrainOptions }[] } {
  const asked: { set: TrainingSet; options: TrainOptions }[] = [];
  const zeros = (length: number): Float32Array => new Float32Array(length);
  const trainer: HeadTrainer = {
    name: 'recorder',
    train(set, options) {
      asked.push({ set, options });
      return Promise.resolve({
        classes: 3,
        dim: 2,
        weights: zeros(6),
        bias: zeros(3),
        mean: zeros(2),
        scale: zeros(2),
      });
    },
    close: () => Promise.resolve(),
  };
  return { trainer, asked };
}

function examples(count: number, change: (at: number, side: string) => Partial<Example> = () => ({})): Example[] {
  return Array.from({ length: count }, (_, at) => {
    const sha256 = createHash('sha256').update(String(at)).digest('hex');
    const example = { sha256, label: at % 2, simulated: false, testOnly: false, embedding: Float32Array.of(at, 1) };
    return { ...example, ...change(at, sideOf(sha256)) };
  });
}

const BASE = { c: 0.1, seed: 5, simulatedWeight: 0.5 };

describe('fitting a head', () => {
  it('fits a small set whole, and passes on what it was told', async () => {
    const { trainer, asked } = recorder();
    const seen = examples(400);
    const { watched } = await fitHead(seen, SHAPE, { ...BASE, trainer, hidden: 7, steps: 9 });
    expect(watched).toBe(0);
    expect(asked[0]?.set.count).toBe(400);
    expect(asked[0]?.options).toEqual({ c: 0.1, seed: 5, hidden: 7, steps: 9 });
  });

  it('keeps the validation side out of a large set, to stop by', async () => {
    const { trainer, asked } = recorder();
    const seen = examples(2000);
    const { watched } = await fitHead(seen, SHAPE, { ...BASE, trainer });
    const aside = seen.filter(({ sha256 }) => sideOf(sha256) === 'validation');
    expect(aside.length).toBeGreaterThan(150);
    expect(watched).toBe(aside.length);
    expect(asked[0]?.set.count).toBe(2000 - aside.length);
    expect(asked[0]?.options.validation?.count).toBe(aside.length);
    expect(asked[0]?.options.validation?.embeddings.slice(0, 2)).toEqual(aside[0]?.embedding);
  });

  it('stops by real images alone, and trains on every image of a class that has no other', async () => {
    const { trainer, asked } = recorder();
    const seen = examples(2400, (at, side) => ({
      ...(at % 3 === 0 && { simulated: true }),
      ...(side === 'validation' && at % 3 === 1 && { label: 2 }),
    }));
    await fitHead(seen, SHAPE, { ...BASE, trainer });
    const { set, options } = asked[0] ?? {};
    expect(options?.validation?.weights.every((weight) => weight === 1)).toBe(true);
    expect(options?.validation?.labels.includes(2)).toBe(false);
    expect(set?.labels.includes(2)).toBe(true);
    expect((set?.count ?? 0) + (options?.validation?.count ?? 0)).toBe(2400);
  });
});
