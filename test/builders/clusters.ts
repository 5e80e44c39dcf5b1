import { seededRandom } from '../../src/train/seeded-random.ts';
import type { TrainingSet } from '../../src/train/trainer.ts';

/** Embeddings in one seeded cloud a class; `spread` is the clouds' size where their centres are about 1 apart a dimension. */
export function clusters(shape: {
  count: number;
  dim: number;
  classes: number;
  spread: number;
  seed: number;
}): TrainingSet {
  const { count, dim, classes, spread, seed } = shape;
  const random = seededRandom(seed);
  const around = (size: number): number => (random() + random() + random() - 1.5) * size;
  const centres = Array.from({ length: classes }, () => Array.from({ length: dim }, () => around(2)));
  const labels = Uint16Array.from({ length: count }, (_, row) => row % classes);
  const embeddings = new Float32Array(count * dim);
  labels.forEach((label, row) => {
    centres[label]?.forEach((centre, d) => {
      embeddings[row * dim + d] = centre + around(2 * spread);
    });
  });
  return { count, dim, classes, embeddings, labels, weights: new Float32Array(count).fill(1) };
}

/** Two classes of which one lies around the other: embeddings inside a ball and in a shell around it, seeded. */
export function rings({ count, dim, seed }: { count: number; dim: number; seed: number }): TrainingSet {
  const random = seededRandom(seed);
  const labels = Uint16Array.from({ length: count }, (_, row) => row % 2);
  const embeddings = new Float32Array(count * dim);
  labels.forEach((label, row) => {
    const point = Array.from({ length: dim }, () => random() + random() + random() - 1.5);
    const length = (label === 0 ? 1 : 2.5) * (1 + 0.2 * (random() - 0.5));
    const size = Math.hypot(...point) / length;
    point.forEach((value, d) => {
      embeddings[row * dim + d] = value / size;
    });
  });
  return { count, dim, classes: 2, embeddings, labels, weights: new Float32Array(count).fill(1) };
}
