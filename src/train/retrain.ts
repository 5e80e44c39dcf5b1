import { readFile } from 'node:fs/promises';
import { FEW_IMAGES } from '../classify/decide.ts';
import { listVersions } from '../classify/model-folder.ts';
import { type DataSource, type ModelManifest, ModelName } from '../classify/model-schema.ts';
import { PREPROCESSING } from '../classify/preprocess.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { ModelRef } from '../domain/record.ts';
import type { Log } from '../log.ts';
import { sha256Hex } from '../store/content-hash.ts';
import {
  buildDataset,
  type ClassWeights,
  type Dataset,
  type EmbedOutcome,
  type LabelledImage,
  type LeftOut,
} from './dataset.ts';
import { openEmbeddingCache } from './embedding-cache.ts';
import { gatherEmbeddings } from './gather-embeddings.ts';
import { makeModel } from './make-model.ts';
import type { TrainingReport } from './report.ts';
import { trainAndValidate } from './train-and-validate.ts';
import type { HeadTrainer } from './trainer.ts';
import { writeModelFolder } from './write-model.ts';

export interface RetrainInput {
  images: readonly LabelledImage[];
  /** Name of the new model; its version is the next number unless given. */
  name: string;
  version?: string;
  /** Folder of models to write to. */
  modelsFolder: string;
  /** Folder of the cache of embeddings. */
  cacheFolder: string;
  /** The network whose embeddings `embed` gives; copied into the model. */
  backbone: { name: string; file: string };
  /** Default 1. */
  seed?: number;
  /** Inverse strength of the L2 penalty; default 0.1, the best of 0.01, 0.1 and 1 on the labelled samples. */
  c?: number;
  /** Units of a hidden layer between embedding and softmax; default none. */
  hidden?: number;
  /** Whether every class weighs the same in the loss however many images it has; default `none`. */
  classWeights?: ClassWeights;
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
}

export interface RetrainDeps {
  /** Decodes, preprocesses and embeds files; one answer a file in any order. */
  embed(files: string[]): AsyncIterable<EmbedOutcome>;
  trainer: HeadTrainer;
}

export interface RetrainOutcome {
  ref: ModelRef;
  folder: string;
  manifest: ModelManifest;
  report: TrainingReport;
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
  const backbone = await readBackboneFile(input.backbone.file);
  const backboneSha256 = sha256Hex(backbone);
  const { dataset, cached } = await readDataset(input, backboneSha256, deps, signal);
  log.info({ images: dataset.examples.length, cached, leftOut: dataset.leftOut.length }, 'embeddings are there');
  const options = {
    trainer: deps.trainer,
    c: input.c ?? DEFAULT_C,
    seed: input.seed ?? 1,
    heldOut: input.heldOut ?? 'test',
    targetPrecision: input.targetPrecision ?? TARGET_PRECISION,
    simulatedWeights: input.simulatedWeights ?? SIMULATED_WEIGHTS,
    ...(input.hidden !== undefined && { hidden: input.hidden }),
    ...(input.classWeights !== undefined && { classWeights: input.classWeights }),
    ...(input.steps !== undefined && { steps: input.steps }),
    ...(signal && { signal }),
  };
  const trained = await trainAndValidate(dataset, options);
  const made = makeModel(trained, {
    ...identity,
    backbone: { name: input.backbone.name, bytes: backbone, sha256: backboneSha256 },
    data: input.data ?? [{ name: 'Class folders of the user', licence: 'not stated', images: dataset.examples.length }],
    notes: input.notes ?? [],
    ...(input.parent && { parent: input.parent }),
    options,
  });
  signal?.throwIfAborted();
  const folder = await writeModelFolder(input.modelsFolder, identity, made.files);
  log.info({ ...made.ref, images: dataset.examples.length }, 'a model was trained');
  const { manifest, report, ref } = made;
  return { ref, folder, manifest, report, leftOut: dataset.leftOut, cached, warnings: warningsOf(dataset, manifest) };
}

const DEFAULT_C = 0.1;
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

async function readBackboneFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new IngestError('train/model', `Reading the backbone ${file} failed: ${errorMessage(cause)}`, { cause });
  }
}

async function readDataset(
  { images, cacheFolder }: RetrainInput,
  backboneSha256: string,
  deps: RetrainDeps,
  signal: AbortSignal | undefined,
): Promise<{ dataset: Dataset; cached: number }> {
  const cache = openEmbeddingCache(cacheFolder, { preprocessing: PREPROCESSING, backboneSha256 });
  try {
    const { embedded, cached } = await gatherEmbeddings(images, cache, (files) => deps.embed(files), signal);
    return { dataset: buildDataset(images, embedded), cached };
  } finally {
    await cache.close();
  }
}

function warningsOf({ leftOut }: Dataset, { labels, trainingImages, thresholds }: ModelManifest): string[] {
  const few = labels.flatMap((label, at) => {
    const images = trainingImages[at]?.real ?? 0;
    return images < FEW_IMAGES ? [`${label} (${images})`] : [];
  });
  return [
    ...(few.length === 0
      ? []
      : [`Fewer than ${FEW_IMAGES} real training images, so these labels always go to review: ${few.join(', ')}.`]),
    ...(leftOut.length === 0 ? [] : [`${leftOut.length} files were left out.`]),
    ...(thresholds.accept === undefined
      ? ['Validation supports no threshold for accepting: no label will be accepted.']
      : []),
  ];
}
