import { createHash } from 'node:crypto';
import { FEW_IMAGES } from '../classify/decide.ts';
import { IngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { EmbeddingOrigin } from '../domain/record.ts';
import type { Augmentation } from './augment.ts';
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
  /** Content that was labelled; a file that holds another by now is left out. */
  sha256?: string;
}

/** A picture of the archive whose label a person gave, with the embedding that lies beside its record. */
export interface ReviewedImage {
  id: ContentHash;
  label: string;
  group?: string;
  embedding: Float32Array;
  /** Which backbone and preprocessing made the embedding. */
  origin: EmbeddingOrigin;
  /** Its original, where that is known and there: it can be embedded again. */
  file?: string;
}

/** What the pipeline says about a file it was asked to embed; `variants` are the views it was asked for besides. */
export type EmbedOutcome =
  | { file: string; sha256: string; embedding: Float32Array; variants?: ReadonlyMap<Augmentation, Float32Array> }
  | { file: string; error: string };

/** One training image; its content hash is its identity. */
export interface Example {
  sha256: string;
  /** Index into the labels. */
  label: number;
  group?: string;
  /** Smallest content hash of the nearly identical pictures this one is among; absent where it is unlike the others. */
  family?: string;
  simulated: boolean;
  testOnly: boolean;
  embedding: Float32Array;
  /** Its pixels and label made the backbone: it trains every head and is never judged. */
  tuned?: true;
  /** Embeddings of other views of the picture: rows to train on, never judged. */
  variants?: readonly Float32Array[];
  /** Where it was found: its path, or its id in the archive. Not part of what identifies it. */
  file?: string;
}

/** How a backbone was fitted to some of the images. */
export interface TunedOn {
  /** Content hashes. */
  images: ReadonlySet<string>;
  blocks: number;
  epochs: number;
}

/** Whether heads that have not seen an example are judged by it: it must show what heads meet when they serve. */
export function isJudged({ simulated, tuned }: Example): boolean {
  return !simulated && tuned !== true;
}

export interface LeftOut {
  file: string;
  reason: string;
}

/** `balanced`: every class weighs the same in training, however many images it has. */
export type ClassWeights = 'balanced' | 'none';

export interface Dataset {
  labels: string[];
  /** Sorted by content hash, so that neither file names nor their order change what is trained. */
  examples: Example[];
  leftOut: LeftOut[];
  dim: number;
  classWeights?: ClassWeights;
}

type Found = { sha256: string; embedding: Float32Array; variants?: readonly Float32Array[] };
export type Embedded = Map<string, Found | { error: string }>;

export interface DatasetOptions {
  /** Pictures of the archive beside the files; their embeddings fit those of the files. */
  reviewed?: readonly ReviewedImage[];
  /** Content hashes that are judged and never trained on. */
  testHashes?: ReadonlySet<string>;
  /** A class with fewer different images to train on is refused; 2 at least. */
  minPerClass?: number;
}

/** One of the places where a content was found. */
interface Copy extends Found {
  name: string;
  label: string;
  group: string | undefined;
  simulated: boolean;
  testOnly: boolean;
}

/**
 * Makes a data set of labelled files and their embeddings, and of reviewed pictures of the archive. Unreadable files and
 * pictures of the same content under two labels are left out and listed; the same content under one label counts once.
 * Throws `train/data` where fewer than two classes are there, or a class has too few images.
 */
export function buildDataset(
  images: readonly LabelledImage[],
  embedded: Embedded,
  options: DatasetOptions = {},
): Dataset {
  const { reviewed = [], testHashes = new Set(), minPerClass = FEWEST_IMAGES } = options;
  const leftOut: LeftOut[] = [];
  const byContent = new Map<string, Copy[]>();
  const add = (copy: Copy): void => {
    const same = byContent.get(copy.sha256);
    if (same === undefined) byContent.set(copy.sha256, [copy]);
    else same.push(copy);
  };
  for (const image of images) {
    const found = embedded.get(image.file);
    const reason = whyNot(image, found);
    if (reason !== undefined) leftOut.push({ file: image.file, reason });
    else add(copyOfFile(image, found as Found, testHashes));
  }
  for (const image of reviewed) add(copyOfRecord(image, testHashes));
  const labels = [...new Set([...images, ...reviewed].map(({ label }) => label))].toSorted();
  const examples: Example[] = [];
  for (const [, copies] of [...byContent].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const names = [...new Set(copies.map(({ label }) => label))];
    if (names.length > 1) {
      const reason = `the same picture stands under the labels ${names.join(' and ')}`;
      leftOut.push(...copies.map(({ name }) => ({ file: name, reason })));
      continue;
    }
    examples.push(exampleOf(copies, labels));
  }
  checkClasses({ labels, examples, leftOut, minimum: Math.max(minPerClass, FEWEST_IMAGES) });
  return { labels, examples, leftOut, dim: commonLength(examples) };
}

/** One image to train on and one to judge. */
const FEWEST_IMAGES = 2;

function whyNot({ sha256 }: LabelledImage, found: Found | { error: string } | undefined): string | undefined {
  if (found === undefined) return 'it was not embedded';
  if ('error' in found) return found.error;
  return sha256 === undefined || sha256 === found.sha256 ? undefined : 'its content changed after it was labelled';
}

function copyOfFile(image: LabelledImage, found: Found, testHashes: ReadonlySet<string>): Copy {
  const { file, label, group, simulated = false, testOnly = false } = image;
  return { ...found, name: file, label, group, simulated, testOnly: testOnly || testHashes.has(found.sha256) };
}

function copyOfRecord({ id, label, group, embedding }: ReviewedImage, testHashes: ReadonlySet<string>): Copy {
  return { sha256: id, embedding, name: id, label, group, simulated: false, testOnly: testHashes.has(id) };
}

function exampleOf(copies: readonly Copy[], labels: readonly string[]): Example {
  // Of copies in several places the one that sorts first, whatever the order they were found in.
  const [first] = copies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (first === undefined) throw new IngestError('train/data', 'A picture without a file is in the training data.');
  const group = copies.flatMap((copy) => copy.group ?? []).toSorted()[0];
  const variants = copies.find((copy) => copy.variants !== undefined)?.variants;
  return {
    sha256: first.sha256,
    label: labels.indexOf(first.label),
    simulated: copies.every(({ simulated }) => simulated),
    testOnly: copies.some(({ testOnly }) => testOnly),
    embedding: first.embedding,
    file: first.name,
    ...(group !== undefined && { group }),
    ...(variants !== undefined && { variants }),
  };
}

interface ClassCheck extends Pick<Dataset, 'labels' | 'examples' | 'leftOut'> {
  minimum: number;
}

function checkClasses({ labels, examples, leftOut, minimum }: ClassCheck): void {
  const lost =
    leftOut.length === 0 ? '' : ` (${leftOut.length} files were left out, the first because ${leftOut[0]?.reason})`;
  if (labels.length < 2) {
    const found = labels.length === 0 ? 'none' : `only ${labels.join(', ')}`;
    throw new IngestError('train/data', `Training a classifier, expected two classes or more, found ${found}${lost}.`);
  }
  const trainable = examples.filter(({ testOnly }) => !testOnly);
  const small = countImages(labels, trainable).filter(({ real, simulated }) => real + simulated < minimum);
  if (small.length === 0) return;
  const names = small.map(({ label, real, simulated }) => `${label} (${real + simulated})`).join(', ');
  const expected = minimum === FEWEST_IMAGES ? 'two' : String(minimum);
  const advised = minimum < FEW_IMAGES ? ` (${FEW_IMAGES} are advised)` : '';
  throw new IngestError(
    'train/data',
    `Training a classifier, expected ${expected} different images or more of every class${advised}, found too few of ${names}${lost}.`,
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

/**
 * The examples as a trainer takes them. A simulated one counts `simulatedWeight`, and 0 leaves them out; the views of one
 * picture share its weight, so that augmentation changes neither the penalty nor what a class weighs. Balanced classes
 * keep the sum of all weights.
 */
export function trainingSetOf(
  examples: readonly Example[],
  { labels, dim, classWeights = 'none' }: Pick<Dataset, 'labels' | 'dim' | 'classWeights'>,
  simulatedWeight: number,
): TrainingSet {
  const used = examples.filter(({ simulated }) => !simulated || simulatedWeight > 0);
  const factor = classWeights === 'balanced' ? balance(used, labels.length, simulatedWeight) : undefined;
  const rows = used.flatMap(({ embedding, variants = [], label, simulated }) => {
    const weight = ((simulated ? simulatedWeight : 1) * (factor?.[label] ?? 1)) / (variants.length + 1);
    return [embedding, ...variants].map((vector) => ({ vector, label, weight }));
  });
  const embeddings = new Float32Array(rows.length * dim);
  rows.forEach(({ vector }, row) => embeddings.set(vector, row * dim));
  return {
    count: rows.length,
    dim,
    classes: labels.length,
    embeddings,
    labels: Uint16Array.from(rows, ({ label }) => label),
    weights: Float32Array.from(rows, ({ weight }) => weight),
  };
}

/** What an image of each class counts so that the classes that occur weigh the same. */
function balance(examples: readonly Example[], classes: number, simulatedWeight: number): number[] {
  const sums = Array.from({ length: classes }, () => 0);
  for (const { label, simulated } of examples) sums[label] = (sums[label] ?? 0) + (simulated ? simulatedWeight : 1);
  const total = sums.reduce((a, b) => a + b, 0);
  const occurring = sums.filter((sum) => sum > 0).length;
  return sums.map((sum) => (sum === 0 ? 0 : total / (occurring * sum)));
}

/** SHA-256 over content hash, label, group and kind of every example: the same data give the same value. */
export function hashData(labels: readonly string[], examples: readonly Example[]): string {
  const digest = createHash('sha256');
  for (const { sha256, label, group, simulated } of examples) {
    digest.update(`${JSON.stringify([sha256, labels[label], group ?? null, simulated])}\n`);
  }
  return digest.digest('hex');
}
