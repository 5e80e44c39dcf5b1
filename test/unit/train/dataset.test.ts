import { describe, expect, it } from 'vitest';
import {
  buildDataset,
  type Embedded,
  hashData,
  type LabelledImage,
  trainingSetOf,
} from '../../../src/train/dataset.ts';

function embeddedAs(hashes: Record<string, string>): Embedded {
  return new Map(
    Object.entries(hashes).map(([file, sha256]) => [
      file,
      { sha256, embedding: Float32Array.of(sha256.charCodeAt(0)) },
    ]),
  );
}

const image = (file: string, label: string, more: Partial<LabelledImage> = {}): LabelledImage => ({
  file,
  label,
  ...more,
});

describe('a data set', () => {
  it('counts the same picture under two names once, and does not depend on names or order', () => {
    const images = [image('1', 'A'), image('2', 'A'), image('copy', 'A'), image('3', 'B'), image('4', 'B')];
    const embedded = embeddedAs({ 1: 'd', 2: 'a', copy: 'd', 3: 'c', 4: 'b' });
    const dataset = buildDataset(images, embedded);
    expect(dataset.examples.map(({ sha256 }) => sha256)).toEqual(['a', 'b', 'c', 'd']);
    const other = buildDataset(images.toReversed(), embedded);
    expect(other.examples).toEqual(dataset.examples);
    expect(hashData(other.labels, other.examples)).toBe(hashData(dataset.labels, dataset.examples));
  });

  it('leaves a picture out that stands under two labels, and says so', () => {
    const images = ['1', '2', '3']
      .map((file) => image(file, 'A'))
      .concat(['4', '5', '6'].map((file) => image(file, 'B')));
    const dataset = buildDataset(images, embeddedAs({ 1: 'a', 2: 'b', 3: 'same', 4: 'same', 5: 'c', 6: 'd' }));
    expect(dataset.examples).toHaveLength(4);
    expect(dataset.leftOut).toEqual([
      { file: '3', reason: 'the same picture stands under the labels A and B' },
      { file: '4', reason: 'the same picture stands under the labels A and B' },
    ]);
  });

  it('refuses classes of fewer than two different images, by name and with what was lost', () => {
    const images = [image('1', 'A'), image('2', 'A'), image('3', 'B'), image('4', 'B')];
    const embedded = embeddedAs({ 1: 'a', 2: 'b', 3: 'c' });
    embedded.set('4', { error: 'it is empty' });
    expect(() => buildDataset(images, embedded)).toThrow(
      /expected two different images or more of every class \(10 are advised\), found too few of B \(1\) \(1 files were left out, the first because it is empty\)/,
    );
  });

  it('refuses two classes of the same pictures', () => {
    const images = [image('1', 'A'), image('2', 'A'), image('3', 'B'), image('4', 'B')];
    expect(() => buildDataset(images, embeddedAs({ 1: 'a', 2: 'b', 3: 'a', 4: 'b' }))).toThrow(
      /too few of A \(0\), B \(0\)/,
    );
  });

  it('refuses a single class', () => {
    expect(() => buildDataset([image('1', 'A'), image('2', 'A')], embeddedAs({ 1: 'a', 2: 'b' }))).toThrow(/only A/);
  });

  it('does not count a fixed test list towards what a class has to train with', () => {
    const images = [image('1', 'A'), image('2', 'A'), image('3', 'B'), image('4', 'B', { testOnly: true })];
    expect(() => buildDataset(images, embeddedAs({ 1: 'a', 2: 'b', 3: 'c', 4: 'd' }))).toThrow(/too few of B \(1\)/);
  });

  it('weighs simulated images as told, and leaves them out at weight 0', () => {
    const images = [image('1', 'A'), image('2', 'A', { simulated: true }), image('3', 'B'), image('4', 'B')];
    const dataset = buildDataset(images, embeddedAs({ 1: 'a', 2: 'b', 3: 'c', 4: 'd' }));
    expect([...trainingSetOf(dataset.examples, dataset, 0.25).weights]).toEqual([1, 0.25, 1, 1]);
    expect(trainingSetOf(dataset.examples, dataset, 0).count).toBe(3);
  });

  it('balances classes: each weighs the same, all weigh what they weighed, simulated images less as before', () => {
    const images = [
      ...['1', '2', '3', '4'].map((file) => image(file, 'A')),
      image('5', 'B'),
      image('6', 'B', { simulated: true }),
    ];
    const dataset = buildDataset(images, embeddedAs({ 1: 'a', 2: 'b', 3: 'c', 4: 'd', 5: 'e', 6: 'f' }));
    const { labels, weights } = trainingSetOf(dataset.examples, dataset, 0.5, 'balanced');
    const sums = [0, 1].map((label) => weights.filter((_, row) => labels[row] === label).reduce((a, b) => a + b, 0));
    expect(sums[0]).toBeCloseTo(5.5 / 2, 5);
    expect(sums[1]).toBeCloseTo(5.5 / 2, 5);
    expect(weights[5]).toBeCloseTo((weights[4] ?? 0) / 2, 6);
    expect([...trainingSetOf(dataset.examples, dataset, 0.5, 'none').weights]).toEqual([1, 1, 1, 1, 1, 0.5]);
  });
});
