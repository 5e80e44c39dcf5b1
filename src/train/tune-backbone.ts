import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { BackboneInterface } from '../classify/backbone-schema.ts';
import { inputFiller } from '../classify/network-input.ts';
import { decodeTfjsModel, encodeTfjsModel } from '../classify/tfjs-file.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { Dataset, Example } from './dataset.ts';
import { finetune, type TunedNetwork, type TuneOptions, type TunePicture } from './finetune-tfjs.ts';
import { dealSides, sideOf } from './split.ts';
import type { HeadTrainer } from './trainer.ts';

/** A backbone as a model folder has it. */
export interface TunableBackbone {
  bytes: Uint8Array;
  interface: BackboneInterface | undefined;
  inputSize: number;
}

/** The network's input of a file, size x size grey bytes, exactly as serving makes it. */
export type PictureReader = (file: string, inputSize: number) => Promise<Uint8Array>;

export interface TunedBackbone {
  bytes: Uint8Array;
  /** Content hashes of the images that the network was fitted to or stopped by: they can no longer judge it. */
  tunedOn: ReadonlySet<string>;
  epochs: number;
  loss: { before: number; after: number };
}

/** Pixels are kept in memory: 20,000 pictures of 224 x 224. */
const MAX_PIXEL_BYTES = 2 ** 30;

/**
 * Fits the last blocks of a backbone to the train side of a data set. A tenth of that side (by content hash) decides when
 * to stop, so that the validation and the test side see nothing of it. Throws `train/model` where the backbone is no
 * TensorFlow.js layers model, `train/data` where there are too few or too many pictures.
 */
export async function tuneBackbone(
  dataset: Dataset,
  backbone: TunableBackbone,
  options: Omit<TuneOptions, 'classes'>,
  { trainer, readPicture }: { trainer: HeadTrainer; readPicture: PictureReader },
): Promise<TunedBackbone> {
  const network = networkOf(backbone);
  const { sides } = dealSides(dataset.examples);
  const used = dataset.examples.filter(
    ({ sha256, simulated, testOnly }) => !simulated && !testOnly && sides.get(sha256) === 'train',
  );
  assertSize(used, backbone.inputSize);
  const pictures: TunePicture[] = [];
  const stopBy: TunePicture[] = [];
  for (const example of used) {
    options.signal?.throwIfAborted();
    const pixels = await pixelsOf(example, backbone.inputSize, readPicture);
    (stops(example) ? stopBy : pictures).push({ pixels, label: example.label });
  }
  const tuned = await finetune(network, { pictures, stopBy }, { ...options, classes: dataset.labels.length }, trainer);
  const { epochs, loss } = tuned;
  return { bytes: encodeTfjsModel(tuned.artifacts), tunedOn: new Set(used.map(({ sha256 }) => sha256)), epochs, loss };
}

/** The other end of the hash is a second throw of the dice, which the side does not depend on. */
function stops({ sha256 }: Example): boolean {
  return sideOf(sha256.slice(-13)) === 'validation';
}

function assertSize(used: readonly Example[], inputSize: number): void {
  const most = Math.floor(MAX_PIXEL_BYTES / inputSize ** 2);
  if (used.length <= most) return;
  throw new IngestError(
    'train/data',
    `Tuning a backbone, expected at most ${most} pictures of ${inputSize} x ${inputSize} on the train side, found ${used.length}.`,
  );
}

async function pixelsOf({ file, sha256 }: Example, inputSize: number, readPicture: PictureReader): Promise<Uint8Array> {
  try {
    return await readPicture(file ?? sha256, inputSize);
  } catch (cause) {
    throw new IngestError('train/data', `Tuning a backbone on ${file ?? sha256} failed: ${errorMessage(cause)}`, {
      cause,
    });
  }
}

function networkOf({ bytes, interface: face, inputSize }: TunableBackbone): TunedNetwork {
  const artifacts = face?.format === 'tfjs' ? decodeTfjsModel(bytes) : undefined;
  if (face === undefined || artifacts?.format !== 'layers-model' || face.layout !== 'nhwc') {
    throw new IngestError(
      'train/model',
      `Tuning a backbone, expected a TensorFlow.js layers model with channels last, found ${artifacts?.format ?? 'an ONNX file'}.`,
    );
  }
  const fill = inputFiller({ ...face, inputSize, type: 'float32' });
  return {
    artifacts,
    output: face.output,
    inputSize,
    toInput: (images, count) => ({
      values: Float32Array.from(fill(images)),
      shape: [count, inputSize, inputSize, face.channels],
    }),
    toEmbedding(tf, output) {
      const others = output.shape.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== face.featureAxis);
      return others.length === 0 ? (output as Tensor2D) : tf.mean<Tensor2D>(output, others);
    },
  };
}
