import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackboneInterface } from '../classify/backbone-schema.ts';
import { FEW_IMAGES } from '../classify/decide.ts';
import { listVersions } from '../classify/model-folder.ts';
import { type DataSource, type ModelManifest, ModelName } from '../classify/model-schema.ts';
import { INPUT_SIZE, preprocessingOf } from '../classify/preprocess.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { ModelRef } from '../domain/record.ts';
import type { Log } from '../log.ts';
import { sha256Hex } from '../store/content-hash.ts';
import type { Dataset, Example, LabelledImage, LeftOut, TunedOn } from './dataset.ts';
import { openEmbeddingCache } from './embedding-cache.ts';
import { makeModel } from './make-model.ts';
import { familiesOfTwoLabels } from './near-duplicates.ts';
import { type DataDeps, type DataOptions, type ReadDataset, readDataset } from './read-dataset.ts';
import { makePage, PAGE_FILE } from './report/make-page.ts';
import type { TrainingReport } from './report/training-report.ts';
import { extendSharedTestList } from './shared-test-list.ts';
import { dealSides } from './split.ts';
import { createStopwatch, sumOf, type TrainingSeconds, writeTiming } from './stopwatch.ts';
import { type Trained, trainAndValidate } from './train-and-validate.ts';
import type { HeadTrainer } from './trainer.ts';
import { writeModelFolder } from './write-model.ts';

export interface RetrainInput extends DataOptions {
  /** May be empty where pictures of the archive are given. */
  images: readonly LabelledImage[];
  /** Name of the new model; its version is the next number unless given. */
  name: string;
  version?: string;
  /** Folder of models to write to. */
  modelsFolder: string;
  /** Folder of the cache of embeddings. */
  cacheFolder: string;
  /** The network whose embeddings `embed` gives; copied into the model. */
  backbone: BackboneSource;
  /** How the network was fitted to some of the images, which then train heads and are never judged. */
  tuned?: TunedOn;
  /** Default 1. */
  seed?: number;
  /** Inverse strength of the L2 penalty; default 0.1, the best of 0.01, 0.1 and 1 on the labelled samples. */
  c?: number;
  /** Units of a hidden layer between embedding and softmax; default none. */
  hidden?: number;
  /** Most steps of a training; default 1,000 with all images at once, 4,000 in mini-batches. */
  steps?: number;
  /** Weights of a simulated image to choose from by cross-validation; real images have 1. */
  simulatedWeights?: readonly number[];
  /** `test` (default) keeps the test side of the split out of the model, `none` trains on all but a fixed test list. */
  heldOut?: 'test' | 'none';
  /** Share of accepted labels that must be right; default 0.95. */
  targetPrecision?: number;
  parent?: ModelRef;
  /** Where the images come from, for the card. */
  data?: readonly DataSource[];
  /** Further limits for the card. */
  notes?: readonly string[];
  /** What trains it, such as `semantiff 0.1.0`; where it is given, the model also lists its training images. */
  program?: string;
  /** Folder of models whose shared test list the images that were held back are added to. */
  sharedTestList?: string;
}

/** A file with a network, and how it is used. */
export interface BackboneSource {
  name: string;
  /** Where its bytes are read, unless they are given. */
  file: string;
  bytes?: Uint8Array;
  /** Default: that of the shipped backbones. */
  interface?: BackboneInterface | undefined;
  /** Default: that of the shipped backbones. */
  inputSize?: number;
}

/** `embed` decodes, preprocesses and embeds files; one answer a file in any order. */
export interface RetrainDeps extends DataDeps {
  trainer: HeadTrainer;
  /** A small JPEG of a file, or of a picture of the archive by its id, for report.html; which goes without where it throws. */
  thumbnail?(place: string): Promise<Uint8Array | undefined>;
}

export interface RetrainOutcome {
  ref: ModelRef;
  folder: string;
  manifest: ModelManifest;
  report: TrainingReport;
  /** The page for people, in the folder. */
  reportFile: string;
  seconds: TrainingSeconds;
  leftOut: LeftOut[];
  /** Files whose embedding came from the cache. */
  cached: number;
  /** Sentences for the user: classes of few images, files that were left out. */
  warnings: string[];
}

/**
 * Trains a head on labelled pictures and writes it as a new model folder with its evaluation. The same images,
 * options and backbone give the same bytes on the same machine. Throws `train/data` where the images cannot train a
 * classifier, `train/model` where the model cannot be made; a stopped training leaves nothing but cached embeddings.
 */
export async function retrain(
  input: RetrainInput,
  deps: RetrainDeps,
  { signal, log }: { signal?: AbortSignal; log: Log },
): Promise<RetrainOutcome> {
  const identity = { name: input.name, version: await chooseVersion(input) };
  const { inputSize = INPUT_SIZE } = input.backbone;
  const backbone = input.backbone.bytes ?? (await readBackboneFile(input.backbone.file));
  const backboneSha256 = sha256Hex(backbone);
  const preprocessing = preprocessingOf(inputSize);
  const watch = createStopwatch();
  const read = await watch.time('embeddings', () =>
    readDataset({ ...input, backboneSha256, preprocessing }, deps, signal),
  );
  const { cached } = read;
  const dataset = withTuned(read.dataset, input.tuned);
  log.info({ images: dataset.examples.length, cached, leftOut: dataset.leftOut.length }, 'embeddings are there');
  const options = {
    trainer: deps.trainer,
    c: input.c ?? HEAD_DEFAULTS.c,
    seed: input.seed ?? HEAD_DEFAULTS.seed,
    heldOut: input.heldOut ?? 'test',
    targetPrecision: input.targetPrecision ?? TARGET_PRECISION,
    simulatedWeights: input.simulatedWeights ?? SIMULATED_WEIGHTS,
    ...(input.hidden !== undefined && { hidden: input.hidden }),
    ...(input.steps !== undefined && { steps: input.steps }),
    ...(signal && { signal }),
  };
  const trained = await trainAndValidate(dataset, options);
  const made = makeModel(trained, {
    ...identity,
    backbone: { ...input.backbone, bytes: backbone, sha256: backboneSha256, inputSize },
    ...(input.tuned && { tuned: input.tuned }),
    data: input.data ?? [sourceOf(input, read)],
    notes: input.notes ?? [],
    augmentations: input.augmentations ?? [],
    ...(input.parent && { parent: input.parent }),
    ...(input.program !== undefined && { program: input.program }),
    options,
  });
  const { manifest, report, ref } = made;
  const page = await watch.time('report', () => makePage({ report, manifest }, dataset, deps, signal));
  signal?.throwIfAborted();
  const folder = await writeModelFolder(input.modelsFolder, identity, { ...made.files, [PAGE_FILE]: page });
  if (input.sharedTestList !== undefined) {
    const { cacheFolder } = input;
    await shareTestImages(trained, input.sharedTestList, { cacheFolder, space: { preprocessing, backboneSha256 } });
  }
  const seconds = sumOf(watch.seconds, trained.seconds);
  await writeTiming(folder, { ref, images: dataset.examples.length, cached, seconds }).catch((error: unknown) =>
    log.warn({ error: errorMessage(error) }, 'the time of a training was not written'),
  );
  log.info({ ...ref, images: dataset.examples.length, seconds }, 'a model was trained');
  const warnings = [...read.warnings, ...warningsOf(dataset, manifest)];
  const reportFile = join(folder, PAGE_FILE);
  return { ref, folder, manifest, report, reportFile, seconds, leftOut: dataset.leftOut, cached, warnings };
}

/** Lets what was held back judge later models too: listed, with its embedding in the cache. */
async function shareTestImages(
  { heldBack, dataset }: Trained,
  modelsFolder: string,
  { cacheFolder, space }: { cacheFolder: string; space: { preprocessing: string; backboneSha256: string } },
): Promise<void> {
  const cache = openEmbeddingCache(cacheFolder, space);
  try {
    const stored = await cache.read(new Set(heldBack.map(({ sha256 }) => sha256)));
    // Pictures of the archive come with an embedding of their own.
    for (const { sha256, embedding } of heldBack) if (!stored.has(sha256)) await cache.append(sha256, embedding);
  } finally {
    await cache.close();
  }
  await extendSharedTestList(
    modelsFolder,
    heldBack.map(({ sha256, label, file }) => ({
      sha256,
      label: dataset.labels[label] ?? '',
      ...(file !== undefined && { file }),
    })),
  );
}

function withTuned(dataset: Dataset, tuned: TunedOn | undefined): Dataset {
  if (tuned === undefined) return dataset;
  const examples = dataset.examples.map((example): Example => {
    return tuned.images.has(example.sha256) ? { ...example, tuned: true } : example;
  });
  return { ...dataset, examples };
}

/** How a head is trained unless somebody says otherwise. */
export const HEAD_DEFAULTS = { c: 0.1, seed: 1 } as const;
const TARGET_PRECISION = 0.95;
const SIMULATED_WEIGHTS = [0.01, 0.03, 0.1, 0.3, 1];

async function chooseVersion({ name, version, modelsFolder }: RetrainInput): Promise<string> {
  for (const part of [name, version ?? '1']) {
    if (ModelName.safeParse(part).success) continue;
    throw new IngestError(
      'train/model',
      `Naming a model, expected letters, digits, ".", "_" and "-" (64 at most, a letter or digit first), found "${part}".`,
    );
  }
  if (version !== undefined) return version;
  const numbers = (await listVersions(name, [modelsFolder]))
    .map((one) => one.version)
    .filter((one) => /^\d{1,9}$/.test(one));
  return String(Math.max(0, ...numbers.map((one) => Number.parseInt(one, 10))) + 1);
}

/** Throws `train/model`. */
export async function readBackboneFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new IngestError('train/model', `Reading the backbone ${file} failed: ${errorMessage(cause)}`, { cause });
  }
}

function sourceOf({ images }: RetrainInput, { dataset, reviewed }: ReadDataset): DataSource {
  const folders = 'Class folders of the user';
  const archive = 'Pictures of the archive with labels given by people';
  const name = [...(images.length > 0 ? [folders] : []), ...(reviewed > 0 ? [archive] : [])].join(' and ');
  return { name: name === '' ? folders : name, licence: 'not stated', images: dataset.examples.length };
}

function warningsOf(dataset: Dataset, { labels, trainingImages, thresholds, training }: ModelManifest): string[] {
  const { leftOut } = dataset;
  const few = labels.flatMap((label, at) => {
    const images = trainingImages[at]?.real ?? 0;
    return images < FEW_IMAGES ? [`${label} (${images})`] : [];
  });
  return [
    ...(few.length === 0
      ? []
      : [`Fewer than ${FEW_IMAGES} real training images, so these labels always go to review: ${few.join(', ')}.`]),
    ...(leftOut.length === 0 ? [] : [`${leftOut.length} files were left out.`]),
    ...(training.heldOut === 'none' ? [] : movedWarning(dataset)),
    ...twoLabelsWarning(dataset),
    ...(thresholds.accept === undefined
      ? ['Validation supports no threshold for accepting: no label will be accepted.']
      : []),
  ];
}

function movedWarning({ examples, labels }: Dataset): string[] {
  const moved = dealSides(examples).moved.map((label) => labels[label]);
  if (moved.length === 0) return [];
  return [`All groups of these labels would be held back, so all of them are trained on: ${moved.join(', ')}.`];
}

const SHOWN_OF_A_FAMILY = 4;

function twoLabelsWarning(dataset: Dataset): string[] {
  const families = familiesOfTwoLabels(dataset);
  const [first] = families;
  if (first === undefined) return [];
  const shown = first.slice(0, SHOWN_OF_A_FAMILY).map(({ file, label }) => `${file} (${label})`);
  const others = first.length > shown.length ? ` and ${first.length - shown.length} others` : '';
  return [
    `Nearly the same picture stands under more than one label ${families.length} times, such as ${shown.join(', ')}${others}.`,
  ];
}
