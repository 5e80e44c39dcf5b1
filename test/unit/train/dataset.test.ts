import { describe, expect, it } from 'vitest';
import { ContentHash } from '../../../src/domain/ids.ts';
import {
  buildDataset,
  type Embedded,
  hashData,
  type LabelledImage,
  type ReviewedImage,
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

const hex = (digit: string): string => digit.repeat(64);

function archived(digit: string, label: string): ReviewedImage {
  const origin = { backboneSha256: hex('0'), preprocessing: 'p', dimensions: 1 };
  return { id: ContentHash.parse(hex(digit)), label, embedding: Float32Array.of(digit.charCodeAt(0)), origin };
}

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

  it('takes reviewed pictures of the archive beside files, and sees that they are the same', () => {
    const images = [image('1', 'A'), image('2', 'A'), image('3', 'B'), image('4', 'B')];
    const embedded = embeddedAs({ 1: hex('a'), 2: hex('b'), 3: hex('c'), 4: hex('d') });
    const reviewed = [archived('a', 'A'), archived('d', 'A'), archived('e', 'C'), archived('f', 'C')];
    expect(() => buildDataset(images, embedded, { reviewed })).toThrow(/too few of B \(1\)/);
    const { labels, examples, leftOut } = buildDataset(
      [...images, image('5', 'B')],
      new Map([...embedded, ...embeddedAs({ 5: hex('9') })]),
      { reviewed },
    );
    expect(labels).toEqual(['A', 'B', 'C']);
    expect(examples.map(({ sha256, label }) => `${sha256[0]}${labels[label]}`)).toEqual([
      '9B',
      'aA',
      'bA',
      'cB',
      'eC',
      'fC',
    ]);
    expect(leftOut).toEqual(
      ['4', hex('d')].map((file) => ({ file, reason: 'the same picture stands under the labels B and A' })),
    );
  });

  it('leaves a file out whose content is not the one that was labelled', () => {
    const images = ['1', '2'].flatMap((file) => [image(`A${file}`, 'A'), image(`B${file}`, 'B')]);
    const changed = { ...image('old', 'A'), sha256: hex('a') };
    const { leftOut } = buildDataset(
      [...images, changed],
      embeddedAs({ A1: '1', B1: '2', A2: '3', B2: '4', old: '5' }),
    );
    expect(leftOut).toEqual([{ file: 'old', reason: 'its content changed after it was labelled' }]);
  });

  it('refuses classes below the minimum that was asked for, with their counts', () => {
    const images = '1 2 3 4 5'
      .split(' ')
      .map((file) => image(file, 'A'))
      .concat('6 7 8'.split(' ').map((file) => image(file, 'B')));
    const embedded = embeddedAs(Object.fromEntries(images.map(({ file }) => [file, hex(file)])));
    expect(() => buildDataset(images, embedded, { minPerClass: 12 })).toThrow(
      /expected 12 different images or more of every class, found too few of A \(5\), B \(3\)/,
    );
    expect(buildDataset(images, embedded, { minPerClass: 3 }).examples).toHaveLength(8);
  });

  it('never trains on the content hashes of a test list', () => {
    const images = '1 2 3'
      .split(' ')
      .map((file) => image(file, 'A'))
      .concat('4 5 6'.split(' ').map((file) => image(file, 'B')));
    const embedded = embeddedAs(Object.fromEntries(images.map(({ file }) => [file, hex(file)])));
    const { examples } = buildDataset(images, embedded, { testHashes: new Set([hex('2')]) });
    expect(examples.filter(({ testOnly }) => testOnly).map(({ sha256 }) => sha256)).toEqual([hex('2')]);
  });

  it('weighs classes the same where it is told to, whatever their images count', () => {
    const images = '1 2 3 4 5 6'
      .split(' ')
      .map((file) => image(file, 'A'))
      .concat('7 8'.split(' ').map((file) => image(file, 'B')));
    const dataset = buildDataset(images, embeddedAs(Object.fromEntries(images.map(({ file }) => [file, hex(file)]))));
    expect([...trainingSetOf(dataset.examples, dataset, 1).weights]).toEqual(Array.from({ length: 8 }, () => 1));
    const { weights, labels } = trainingSetOf(dataset.examples, { ...dataset, classWeights: 'balanced' }, 1);
    const sums = [0, 1].map((label) =>
      weights.reduce((sum, weight, at) => sum + (labels[at] === label ? weight : 0), 0),
    );
    expect(sums[0]).toBeCloseTo(4, 5);
    expect(sums[1]).toBeCloseTo(4, 5);
  });

  it('trains on the views of a picture, which share its weight', () => {
    const images = [image('1', 'A'), image('2', 'A'), image('3', 'B'), image('4', 'B')];
    const embedded = embeddedAs({ 1: 'a', 2: 'b', 3: 'c', 4: 'd' });
    embedded.set('1', {
      sha256: 'a',
      embedding: Float32Array.of(1),
      variants: [Float32Array.of(2), Float32Array.of(3), Float32Array.of(4)],
    });
    const dataset = buildDataset(images, embedded);
    const set = trainingSetOf(dataset.examples, dataset, 1);
    expect(set.count).toBe(7);
    expect([...set.embeddings.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    expect([...set.weights]).toEqual([0.25, 0.25, 0.25, 0.25, 1, 1, 1]);
    expect([...set.labels]).toEqual([0, 0, 0, 0, 0, 1, 1]);
  });
});
