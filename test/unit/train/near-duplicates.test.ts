import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Dataset, Example } from '../../../src/train/dataset.ts';
import { familiesOfTwoLabels, NEAR_DUPLICATE_COSINE, withFamilies } from '../../../src/train/near-duplicates.ts';
import { seededRandom } from '../../../src/train/seeded-random.ts';

const DIM = 256;
const random = seededRandom(11);
const noise = (size: number): number => (random() + random() + random() - 1.5) * size;
const cloud = (): Float32Array => Float32Array.from({ length: DIM }, () => Math.max(0, noise(2)));
const near = (vector: Float32Array, by: number): Float32Array => vector.map((value) => value + noise(by));

function datasetOf(vectors: readonly Float32Array[], more: (at: number) => Partial<Example> = () => ({})): Dataset {
  const examples = vectors.map((embedding, at) => ({
    sha256: createHash('sha256').update(String(at)).digest('hex'),
    label: at % 2,
    simulated: false,
    testOnly: false,
    embedding,
    file: `${at}.jpg`,
    ...more(at),
  }));
  return { labels: ['A', 'B'], examples, leftOut: [], dim: DIM };
}

/** Sets of files that are one family. */
function families({ examples }: Dataset): string[][] {
  const members = new Map<string, string[]>();
  for (const { family, file = '' } of examples) {
    if (family !== undefined) members.set(family, [...(members.get(family) ?? []), file]);
  }
  return [...members.values()]
    .map((files) => files.toSorted())
    .toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
}

/** Families by comparing every pair. */
function familiesByPairs({ examples }: Dataset): number {
  const mean = Float64Array.from({ length: DIM }, (_, d) =>
    average(examples.map(({ embedding }) => embedding[d] ?? 0)),
  );
  const scale = mean.map((centre, d) =>
    Math.sqrt(average(examples.map(({ embedding }) => ((embedding[d] ?? 0) - centre) ** 2))),
  );
  const units = examples.map(({ embedding }) => {
    const unit = Float64Array.from(embedding, (value, d) => (value - (mean[d] ?? 0)) / (scale[d] ?? 1));
    const length = Math.hypot(...unit);
    return unit.map((value) => value / length);
  });
  const together = examples.map(() => new Set<number>());
  units.forEach((a, i) => {
    units.forEach((b, j) => {
      const cosine = a.reduce((sum, value, d) => sum + value * (b[d] ?? 0), 0);
      if (i !== j && cosine >= NEAR_DUPLICATE_COSINE) together[i]?.add(j);
    });
  });
  return together.filter(({ size }) => size > 0).length;
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

describe('nearly identical pictures', () => {
  it('become a family, also over several steps, and others stay alone', () => {
    const first = cloud();
    const second = near(first, 0.25);
    const third = near(second, 0.25);
    const others = Array.from({ length: 40 }, cloud);
    const dataset = withFamilies(datasetOf([first, ...others, second, third]));
    expect(families(dataset)).toEqual([['0.jpg', '41.jpg', '42.jpg']]);
    const names = dataset.examples.flatMap(({ family, sha256 }) => (family === undefined ? [] : [sha256]));
    expect(dataset.examples[0]?.family).toBe(names[0]);
  });

  it('are found as comparing every pair finds them', () => {
    const vectors = Array.from({ length: 300 }, cloud).flatMap((one, at) => {
      return at % 3 === 0 ? [one, near(one, 0.1 + (at % 7) / 8)] : [one];
    });
    const dataset = datasetOf(vectors);
    const found = withFamilies(dataset).examples.filter(({ family }) => family !== undefined);
    expect(found.length).toBeGreaterThan(80);
    expect(found.length).toBeLessThan(vectors.length / 2);
    // A pair right at the limit is missed once in a thousand.
    expect(Math.abs(found.length - familiesByPairs(dataset))).toBeLessThanOrEqual(2);
  });

  it('are not looked for among simulated pictures, and dimensions that never change do not join any', () => {
    const one = cloud();
    const vectors = [one, one, ...Array.from({ length: 20 }, cloud)].map((vector) =>
      vector.map((value, d) => (d < 128 ? 1 : value)),
    );
    expect(families(withFamilies(datasetOf(vectors)))).toEqual([['0.jpg', '1.jpg']]);
    expect(families(withFamilies(datasetOf(vectors, (at) => ({ simulated: at === 1 }))))).toEqual([]);
  });

  it('of a picture of the test list are left out of the training, and listed', () => {
    const one = cloud();
    const vectors = [one, near(one, 0.1), ...Array.from({ length: 20 }, cloud)];
    const dataset = withFamilies(datasetOf(vectors, (at) => ({ testOnly: at === 0 })));
    expect(dataset.examples).toHaveLength(21);
    expect(dataset.leftOut).toEqual([{ file: '1.jpg', reason: 'it is nearly the same as 0.jpg of the test list' }]);
  });

  it('under two labels are told of', () => {
    const one = cloud();
    const dataset = withFamilies(datasetOf([one, near(one, 0.1), ...Array.from({ length: 20 }, cloud)]));
    expect(familiesOfTwoLabels(dataset)).toEqual([
      [
        { file: '0.jpg', label: 'A' },
        { file: '1.jpg', label: 'B' },
      ],
    ]);
  });
});
