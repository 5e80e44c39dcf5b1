import { createHash } from 'node:crypto';
import { FEW_IMAGES } from '../classify/decide.ts';
import { IngestError } from '../domain/errors.ts';
import type { TrainingSet } from './trainer.ts';

/** A picture file and what it shows. */
export interface LabelledImage {
  file: string;
  label: string;
  /** Where the picture comes from (source, sample, session): images of one group resemble each other. */
  group?: string;
  /** A drawn picture: it helps to train, but never counts as evidence. */
  simulated?: boolean;
  /** Part of a fixed test list: it is judged and never trained on. */
  testOnly?: boolean;
}

/** What the pipeline says about a file it was asked to embed. */
export type EmbedOutcome = { file: string; sha256: string; embedding: Float32Array } | { file: string; error: string };

/** One training image; its content hash is its identity. */
export interface Example {
  sha256: string;
  /** Index into the labels. */
  label: number;
  group?: string;
  simulated: boolean;
  testOnly: boolean;
  embedding: Float32Array;
}

export interface LeftOut {
  file: string;
  reason: string;
}

export interface Dataset {
  labels: string[];
  /** Sorted by content hash, so that neither file names nor their order change what is trained. */
  examples: Example[];
  leftOut: LeftOut[];
  dim: number;
}

export type Embedded = Map<string, { sha256: string; embedding: Float32Array } | { error: string }>;

/**
 * Makes a data set of labelled files and their embeddings. Unreadable files and files of the same content under two
 * labels are left out and listed; the same content under one label counts once. Throws `train/data` where fewer than two
 * classes are there, or a class has fewer than two images.
 */
export function buildDataset(images: readonly LabelledImage[], embedded: Embedded): Dataset {
  const leftOut: LeftOut[] = [];
  const byContent = new Map<string, { image: LabelledImage; embedding: Float32Array }[]>();
  for (const image of images) {
    const found = embedded.get(image.file);
    if (found === undefined || 'error' in found) {
      leftOut.push({ file: image.file, reason: found?.error ?? 'it was not embedded' });
      continue;
    }
    const same = byContent.get(found.sha256) ?? [];
    byContent.set(found.sha256, [...same, { image, embedding: found.embedding }]);
  }
  const labels = [...new Set(images.map(({ label }) => label))].toSorted();
  const examples: Example[] = [];
  for (const [sha256, copies] of [...byContent].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const names = [...new Set(copies.map(({ image }) => image.label))];
    if (names.length > 1) {
      const reason = `the same picture stands under the labels ${names.join(' and ')}`;
      leftOut.push(...copies.map(({ image }) => ({ file: image.file, reason })));
      continue;
    }
    examples.push(exampleOf(sha256, copies, labels));
  }
  checkClasses(labels, examples, leftOut);
  return { labels, examples, leftOut, dim: commonLength(examples) };
}

function exampleOf(
  sha256: string,
  copies: readonly { image: LabelledImage; embedding: Float32Array }[],
  labels: readonly string[],
): Example {
  const first = copies[0];
  if (first === undefined) throw new IngestError('train/data', 'A picture without a file is in the training data.');
  // Of copies in several groups the group that sorts first, whatever the order of the files.
  const group = copies.flatMap(({ image }) => image.group ?? []).toSorted()[0];
  return {
    sha256,
    label: labels.indexOf(first.image.label),
    simulated: copies.every(({ image }) => image.simulated === true),
    testOnly: copies.some(({ image }) => image.testOnly === true),
    embedding: first.embedding,
    ...(group !== undefined && { group }),
  };
}

function checkClasses(labels: readonly string[], examples: readonly Example[], leftOut: readonly LeftOut[]): void {
  const lost =
    leftOut.length === 0 ? '' : ` (${leftOut.length} files were left out, the first because ${leftOut[0]?.reason})`;
  if (labels.length < 2) {
    const found = labels.length === 0 ? 'none' : `only ${labels.join(', ')}`;
    throw new IngestError('train/data', `Training a classifier, expected two classes or more, found ${found}${lost}.`);
  }
  const trainable = examples.filter(({ testOnly }) => !testOnly);
  const small = countImages(labels, trainable).filter(({ real, simulated }) => real + simulated < 2);
  if (small.length === 0) return;
  const names = small.map(({ label, real, simulated }) => `${label} (${real + simulated})`).join(', ');
  throw new IngestError(
    'train/data',
    `Training a classifier, expected two different images or more of every class (${FEW_IMAGES} are advised), found too few of ${names}${lost}.`,
  );
}

function commonLength(examples: readonly Example[]): number {
  const lengths = new Set(examples.map(({ embedding }) => embedding.length));
  const [length] = lengths;
  if (lengths.size === 1 && length !== undefined && length > 0) return length;
  throw new IngestError('train/data', `Expected embeddings of one length, found ${[...lengths].join(', ')}.`);
}

/** Training images of each label, in the order of `labels`. */
export function countImages(
  labels: readonly string[],
  examples: readonly Example[],
): { label: string; real: number; simulated: number }[] {
  const counts = labels.map((label) => ({ label, real: 0, simulated: 0 }));
  for (const { label, simulated } of examples) {
    const count = counts[label];
    if (count !== undefined) count[simulated ? 'simulated' : 'real'] += 1;
  }
  return counts;
}

/** `balanced`: the images of every class weigh the same together, with the weight of all unchanged; `none`: each the same. */
export type ClassWeights = 'none' | 'balanced';

/** The examples as a trainer takes them; a simulated one counts `simulatedWeight`, and 0 leaves them out. */
export function trainingSetOf(
  examples: readonly Example[],
  { labels, dim }: Pick<Dataset, 'labels' | 'dim'>,
  simulatedWeight: number,
  classWeights: ClassWeights = 'none',
): TrainingSet {
  const used = examples.filter(({ simulated }) => !simulated || simulatedWeight > 0);
  const embeddings = new Float32Array(used.length * dim);
  used.forEach(({ embedding }, row) => embeddings.set(embedding, row * dim));
  return {
    count: used.length,
    dim,
    classes: labels.length,
    embeddings,
    labels: Uint16Array.from(used, ({ label }) => label),
    weights: classWeights === 'balanced' ? balanced(used, simulatedWeight) : imageWeights(used, simulatedWeight),
  };
}

function imageWeights(examples: readonly Example[], simulatedWeight: number): Float32Array {
  return Float32Array.from(examples, ({ simulated }) => (simulated ? simulatedWeight : 1));
}

/** As scikit-learn's `class_weight="balanced"`: of n in k classes those of a class with n' count n / (k n') each. */
function balanced(examples: readonly Example[], simulatedWeight: number): Float32Array {
  const weights = imageWeights(examples, simulatedWeight);
  const ofClass = new Map<number, number>();
  examples.forEach(({ label }, row) => ofClass.set(label, (ofClass.get(label) ?? 0) + (weights[row] ?? 0)));
  const share = weights.reduce((a, b) => a + b, 0) / ofClass.size;
  return weights.map((weight, row) => (weight * share) / (ofClass.get(examples[row]?.label ?? -1) ?? 1));
}

/** SHA-256 over content hash, label, group and kind of every example: the same data give the same value. */
export function hashData(labels: readonly string[], examples: readonly Example[]): string {
  const digest = createHash('sha256');
  for (const { sha256, label, group, simulated } of examples) {
    digest.update(`${JSON.stringify([sha256, labels[label], group ?? null, simulated])}\n`);
  }
  return digest.digest('hex');
}
