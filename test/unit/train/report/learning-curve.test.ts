import { describe, expect, it } from 'vitest';
import type { Head } from '../../../../src/classify/head.ts';
import { learningCurve } from '../../../../src/train/report/learning-curve.ts';
import { seededRandom } from '../../../../src/train/seeded-random.ts';
import type { HeadTrainer, TrainingSet } from '../../../../src/train/trainer.ts';
import { exampleAt } from '../../../builders/judgements.ts';

const LABELS = ['a', 'b'];
const DIM = 8;

/** Nearest class mean: a trainer that needs no runtime and gets better with more images. */
function meanTrainer(seen: TrainingSet[] = []): HeadTrainer {
  return {
    name: 'means',
    async train(set): Promise<Head> {
      seen.push(set);
      const weights = new Float32Array(set.classes * set.dim);
      const counts = Array.from(
        { length: set.classes },
        (_, label) => set.labels.filter((one) => one === label).length,
      );
      set.labels.forEach((label, row) => {
        for (let d = 0; d < set.dim; d += 1) {
          const at = label * set.dim + d;
          weights[at] = (weights[at] ?? 0) + (set.embeddings[row * set.dim + d] ?? 0) / (counts[label] ?? 1);
        }
      });
      const bias = Float32Array.from({ length: set.classes }, (_, label) => {
        const row = weights.subarray(label * set.dim, (label + 1) * set.dim);
        return -row.reduce((sum, value) => sum + value * value, 0) / 2;
      });
      const mean = new Float32Array(set.dim);
      return { classes: set.classes, dim: set.dim, weights, bias, mean, scale: mean.map(() => 1) };
    },
    async close() {},
  };
}

function images(counts: readonly number[], spread: number) {
  const random = seededRandom(5);
  return counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, turn) =>
      exampleAt(label * 10_000 + turn, label, {
        embedding: Float32Array.from({ length: DIM }, () => (label - 0.5) * 0.6 + (random() - 0.5) * spread),
      }),
    ),
  );
}

const OPTIONS = { c: 1, seed: 1, simulatedWeight: 0 };

describe('the learning curve', () => {
  it('rises with the images of every class and ends with all that are not judged', async () => {
    const curve = await learningCurve(
      images([200, 150], 4),
      { labels: LABELS, dim: DIM },
      { ...OPTIONS, trainer: meanTrainer() },
    );
    expect(curve?.judged).toBe(70);
    expect(curve?.points.map(({ perClass, full, images: count }) => [perClass, full, count])).toEqual([
      [5, 2, 10],
      [10, 2, 20],
      [20, 2, 40],
      [50, 2, 100],
      [100, 2, 200],
      [160, 1, 280],
    ]);
    const [first, last] = [curve?.points[0], curve?.points.at(-1)];
    expect(last?.top1.mean ?? 0).toBeGreaterThan((first?.top1.mean ?? 1) + 0.03);
    for (const { top1 } of curve?.points ?? []) {
      expect(top1.low).toBeLessThanOrEqual(top1.mean);
      expect(top1.mean).toBeLessThanOrEqual(top1.high);
    }
  });

  it('is the same again with the same seed, whatever the order of the images', async () => {
    const set = images([40, 30], 3);
    const shape = { labels: LABELS, dim: DIM };
    const first = await learningCurve(set, shape, { ...OPTIONS, trainer: meanTrainer() });
    expect(await learningCurve(set.toReversed(), shape, { ...OPTIONS, trainer: meanTrainer() })).toEqual(first);
    expect(await learningCurve(set, shape, { ...OPTIONS, seed: 2, trainer: meanTrainer() })).not.toEqual(first);
  });

  it('trains fewer heads of a large set', async () => {
    const seen: TrainingSet[] = [];
    await learningCurve(
      images([2000, 1000], 3),
      { labels: LABELS, dim: DIM },
      { ...OPTIONS, trainer: meanTrainer(seen) },
    );
    // 10, 50, 200, 1000 and 1600 of every class, twice.
    expect(seen).toHaveLength(10);
  });

  it('is absent where no class can spare images', async () => {
    const curve = await learningCurve(
      images([2, 2], 3),
      { labels: LABELS, dim: DIM },
      { ...OPTIONS, trainer: meanTrainer() },
    );
    expect(curve).toBeUndefined();
  });
});
