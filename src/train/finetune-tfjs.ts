import { setImmediate } from 'node:timers/promises';
import type { io, Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Head } from '../classify/head.ts';
import { outputOf } from '../classify/tfjs-load.ts';
import { openTfjs, type Tfjs, type TfjsRuntime } from '../classify/tfjs-runtime.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { TURNS, turnSquare } from './augment.ts';
import { seededRandom, shuffle } from './seeded-random.ts';
import type { HeadTrainer } from './trainer.ts';

/** A picture as the network sees it: size x size grey bytes, and the index of its label. */
export interface TunePicture {
  pixels: Uint8Array;
  label: number;
}

/** A layers model, and how it is served: the same functions as where it embeds pictures. */
export interface TunedNetwork {
  artifacts: io.ModelArtifacts;
  /** The layer whose output the embedding is made of. */
  output: string;
  /** Pixels of a side of its input. */
  inputSize: number;
  /** Its input for `count` grey pictures that lie one after the other in `images`. */
  toInput(images: Uint8Array, count: number): { values: Float32Array; shape: [number, number, number, number] };
  /** The embedding [n, length] of what that layer gives. */
  toEmbedding(tf: Tfjs, output: Tensor): Tensor2D;
}

export interface TuneOptions {
  /** Last blocks to train; a block is a convolution or dense layer with what follows it up to the next. */
  blocks: number;
  classes: number;
  seed: number;
  /** Every time a picture is looked at one of its eight views is taken, at random: mirrored, turned or as it is. */
  augment: boolean;
  /** Length of Adam's steps; default 0.0001: the network is to be adapted, not trained anew. */
  rate?: number;
  /** Most times that every picture is looked at; default 50. */
  epochs?: number;
  signal?: AbortSignal;
}

export interface Tuned {
  artifacts: io.ModelArtifacts;
  /** Times that every picture had been looked at where the loss was lowest; 0 where tuning made nothing better. */
  epochs: number;
  /** Mean cross-entropy of the pictures that decided when to stop: before, and of what was kept. */
  loss: { before: number; after: number };
}

const RATE = 1e-4;
const EPOCHS = 50;
/** Epochs without a lower loss after which tuning ends. */
const PATIENCE = 5;
const BATCH = 16;
/** Inverse strength of the penalty on the head that is tuned along, as in `retrain`. */
const C = 0.1;

const KERNEL_LAYERS: ReadonlySet<string> = new Set(['Conv1D', 'Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense']);

/**
 * Fits the last blocks of a backbone to labelled pictures, by gradients through a head that was fitted to its embeddings
 * first: a head that starts anywhere would spoil the network before it points anywhere (Kumar et al. 2022). Statistics
 * of batch normalisation stay, since small batches have others. `stopBy` are pictures that are not trained on; the weights
 * with the lowest loss on them are kept, and where no epoch is better than the start the network comes back as it was.
 * The head is thrown away: `retrain` fits one to the new embeddings.
 *
 * Needs a native TensorFlow.js, since WebAssembly has no gradient of a convolution. Throws `train/model` where there is
 * none, where the model does not load or has fewer blocks, `train/data` where a class or `stopBy` is empty.
 */
export async function finetune(
  network: TunedNetwork,
  { pictures, stopBy }: { pictures: readonly TunePicture[]; stopBy: readonly TunePicture[] },
  options: TuneOptions,
  trainer: HeadTrainer,
): Promise<Tuned> {
  checkPictures(pictures, stopBy, options.classes);
  const runtime = await openNative();
  const { model, part } = await loadModel(network, runtime);
  try {
    const weights = lastWeights(runtime, part, options.blocks);
    const tuning = { network, runtime, model, part, weights, options };
    const head = await firstHead(tuning, pictures, trainer);
    return await descend(tuning, head, { pictures, stopBy });
  } finally {
    runtime.use();
    model.dispose();
  }
}

interface Tuning {
  network: TunedNetwork;
  runtime: TfjsRuntime;
  /** The whole network, with the same layers as `part`, which ends where the embedding is taken. */
  model: LayersModel;
  part: LayersModel;
  /** Those that are tuned. */
  weights: Variable[];
  options: TuneOptions;
}

function checkPictures(pictures: readonly TunePicture[], stopBy: readonly TunePicture[], classes: number): void {
  const labels = new Set(pictures.map(({ label }) => label));
  if (labels.size === classes && classes > 1 && stopBy.length > 0) return;
  throw new IngestError(
    'train/data',
    `Tuning a backbone, expected pictures of ${classes} classes and others to stop by, found pictures of ${labels.size} and ${stopBy.length} others.`,
  );
}

async function openNative(): Promise<TfjsRuntime> {
  try {
    return await openTfjs(['tfjs-node-gpu', 'tfjs-node']);
  } catch (cause) {
    throw new IngestError(
      'train/model',
      `Tuning a backbone needs a native TensorFlow.js (npm install @tensorflow/tfjs-node-gpu). ${errorMessage(cause)}`,
      { cause },
    );
  }
}

async function loadModel(
  { artifacts, output }: TunedNetwork,
  { tf, use }: TfjsRuntime,
): Promise<Pick<Tuning, 'model' | 'part'>> {
  const { loadLayersModel, model: modelOf } = await import('@tensorflow/tfjs-layers');
  use();
  try {
    const model = await loadLayersModel(tf.io.fromMemory(artifacts));
    return { model, part: modelOf({ inputs: model.inputs, outputs: outputOf(model, output) }) };
  } catch (cause) {
    throw new IngestError('train/model', `Tuning a backbone, its layers did not load: ${errorMessage(cause)}`, {
      cause,
    });
  }
}

/** Weights of the last blocks before the embedding; statistics of a normalisation are none that a gradient changes. */
function lastWeights({ tf }: TfjsRuntime, part: LayersModel, blocks: number): Variable[] {
  const starts = part.layers.flatMap((layer, at) => (KERNEL_LAYERS.has(layer.getClassName()) ? [at] : []));
  if (blocks < 1 || blocks > starts.length) {
    throw new IngestError(
      'train/model',
      `Tuning the last ${blocks} blocks of a backbone, expected 1 to ${starts.length}, which is what it has.`,
    );
  }
  const first = starts[starts.length - blocks] ?? 0;
  const { registeredVariables } = tf.engine();
  return part.layers.slice(first).flatMap(({ trainableWeights }) => {
    return trainableWeights.flatMap(({ name }) => registeredVariables[name] ?? []);
  });
}

/** Embeddings of the pictures [n, length], as the network gives them now. */
function embeddingOf({ network, runtime: { tf }, part }: Tuning, pictures: readonly Uint8Array[]): Tensor2D {
  const { inputSize } = network;
  const images = new Uint8Array(pictures.length * inputSize * inputSize);
  pictures.forEach((picture, at) => images.set(picture, at * inputSize * inputSize));
  const { values, shape } = network.toInput(images, pictures.length);
  // Not as in training: dropout and batch statistics stay out.
  return network.toEmbedding(tf, part.apply(tf.tensor4d(values, shape), { training: false }) as Tensor);
}

async function firstHead(tuning: Tuning, pictures: readonly TunePicture[], trainer: HeadTrainer): Promise<Head> {
  const { runtime, options } = tuning;
  const rows: Float32Array[] = [];
  for (let at = 0; at < pictures.length; at += BATCH) {
    options.signal?.throwIfAborted();
    await setImmediate();
    runtime.use();
    const batch = pictures.slice(at, at + BATCH).map(({ pixels }) => pixels);
    const values = runtime.tf.tidy(() => embeddingOf(tuning, batch).dataSync<'float32'>().slice());
    const length = values.length / batch.length;
    batch.forEach((_, row) => rows.push(values.subarray(row * length, (row + 1) * length)));
  }
  const dim = rows[0]?.length ?? 0;
  const embeddings = new Float32Array(rows.length * dim);
  rows.forEach((row, at) => embeddings.set(row, at * dim));
  const labels = Uint16Array.from(pictures, ({ label }) => label);
  const weights = new Float32Array(rows.length).fill(1);
  const { classes, seed, signal } = options;
  const set = { count: rows.length, dim, classes, embeddings, labels, weights };
  return await trainer.train(set, { c: C, seed, ...(signal && { signal }) });
}

/** The head as tensors; its weights go along with those of the network, its standardisation stays. */
function headVariables(tf: Tfjs, { classes, dim, weights, bias, mean, scale }: Head) {
  // Variables copy what they start from, and outlive the tidy that clears it away.
  return tf.tidy(() => ({
    weights: tf.variable(tf.transpose(tf.tensor2d(weights, [classes, dim]))),
    bias: tf.variable(tf.tensor1d(bias)),
    mean: tf.tensor1d(mean),
    scale: tf.tensor1d(scale),
  }));
}

type HeadVariables = ReturnType<typeof headVariables>;

/** Mean cross-entropy of the pictures. */
function lossOf(tuning: Tuning, head: HeadVariables, pictures: readonly TunePicture[]): Scalar {
  const { tf } = tuning.runtime;
  const embedding = embeddingOf(
    tuning,
    pictures.map(({ pixels }) => pixels),
  );
  const logits = tf.add(tf.matMul(tf.div<Tensor2D>(tf.sub(embedding, head.mean), head.scale), head.weights), head.bias);
  const labels = tf.tensor1d(
    pictures.map(({ label }) => label),
    'int32',
  );
  return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, tuning.options.classes), logits);
}

async function descend(
  tuning: Tuning,
  first: Head,
  { pictures, stopBy }: { pictures: readonly TunePicture[]; stopBy: readonly TunePicture[] },
): Promise<Tuned> {
  const { runtime, options } = tuning;
  const { tf } = runtime;
  runtime.use();
  const head = headVariables(tf, first);
  const optimizer = tf.train.adam(options.rate ?? RATE);
  const penalty = 1 / (2 * C * pictures.length);
  const order = Uint32Array.from(pictures, (_, at) => at);
  const random = seededRandom(options.seed);
  const before = await meanLoss(tuning, head, stopBy);
  let best = { epochs: 0, loss: before, artifacts: tuning.network.artifacts };
  try {
    for (let epoch = 1; epoch <= (options.epochs ?? EPOCHS) && epoch - best.epochs <= PATIENCE; epoch += 1) {
      shuffle(order, random);
      for (let at = 0; at < order.length; at += BATCH) {
        options.signal?.throwIfAborted();
        await setImmediate();
        runtime.use();
        const batch = batchOf(pictures, order.subarray(at, at + BATCH), tuning, random);
        const loss = (): Scalar =>
          tf.add(lossOf(tuning, head, batch), tf.mul(tf.sum(tf.square(head.weights)), penalty));
        optimizer.minimize(loss, false, [...tuning.weights, head.weights, head.bias]);
      }
      const loss = await meanLoss(tuning, head, stopBy);
      if (loss < best.loss) best = { epochs: epoch, loss, artifacts: await artifactsOf(tuning) };
    }
  } finally {
    runtime.use();
    optimizer.dispose();
    tf.dispose(head);
  }
  return { artifacts: best.artifacts, epochs: best.epochs, loss: { before, after: best.loss } };
}

function batchOf(
  pictures: readonly TunePicture[],
  rows: Uint32Array,
  { network, options }: Tuning,
  random: () => number,
): TunePicture[] {
  return Array.from(rows).flatMap((row) => {
    const picture = pictures[row];
    if (picture === undefined || !options.augment) return picture ?? [];
    const turn = TURNS[Math.floor(random() * (TURNS.length + 1))];
    if (turn === undefined) return picture;
    return { pixels: turnSquare(picture.pixels, network.inputSize, turn), label: picture.label };
  });
}

async function meanLoss(tuning: Tuning, head: HeadVariables, pictures: readonly TunePicture[]): Promise<number> {
  const { runtime, options } = tuning;
  let sum = 0;
  for (let at = 0; at < pictures.length; at += BATCH) {
    options.signal?.throwIfAborted();
    await setImmediate();
    runtime.use();
    const batch = pictures.slice(at, at + BATCH);
    sum += batch.length * runtime.tf.tidy(() => lossOf(tuning, head, batch).dataSync()[0] ?? Number.NaN);
  }
  return sum / pictures.length;
}

/** A copy of the network as it is now. */
async function artifactsOf({ runtime: { tf }, model }: Tuning): Promise<io.ModelArtifacts> {
  const saved = new Promise<io.ModelArtifacts>((resolve, reject) => {
    const handler = tf.io.withSaveHandler((artifacts) => {
      resolve(artifacts);
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    });
    model.save(handler).catch(reject);
  });
  return await saved;
}
