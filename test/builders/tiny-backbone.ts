import type { BackboneInterface } from '../../src/classify/backbone-schema.ts';
import { normaliserOf } from '../../src/classify/network-input.ts';
import { encodeOnnxModel } from '../../src/train/onnx-graph.ts';
import { seededRandom } from '../../src/train/seeded-random.ts';

export interface TinyBackbone {
  /** Pixels of a side of the input. */
  size: number;
  /** Numbers in an embedding. */
  length: number;
  /** [size * size * channels x length], rows in the order of the input. */
  weights: Float32Array;
  model: Uint8Array;
}

export interface TinyOptions {
  seed?: number;
  type?: 'uint8' | 'float32';
  layout?: BackboneInterface['layout'];
  channels?: 1 | 3;
  /** First dimension of the input; a name by default. */
  batch?: number | string;
  /** Name of a side that may have any size. */
  side?: string;
}

/** Seeded weights between -0.5 and 0.5. */
export function tinyWeights(count: number, seed = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random() - 0.5);
}

/** A backbone of one matrix: the embedding is the numbers of the input times {@link tinyWeights}. */
export function tinyBackbone(size: number, length: number, options: TinyOptions = {}): TinyBackbone {
  const { seed = 1, type = 'uint8', layout = 'nchw', channels = 1, batch = 'batch', side = size } = options;
  const numbers = size * size * channels;
  const weights = tinyWeights(numbers * length, seed);
  const model = encodeOnnxModel({
    name: 'tiny',
    inputs: [
      {
        name: 'image',
        type,
        shape: layout === 'nchw' ? [batch, channels, side, side] : [batch, side, side, channels],
      },
    ],
    outputs: [{ name: 'embedding', type: 'float32', shape: [batch, length] }],
    constants: [{ name: 'weights', shape: [numbers, length], data: weights }],
    nodes: [
      { op: 'Cast', inputs: ['image'], outputs: ['numbers'], attributes: { to: 1 } },
      { op: 'Flatten', inputs: ['numbers'], outputs: ['flat'], attributes: { axis: 1 } },
      { op: 'MatMul', inputs: ['flat', 'weights'], outputs: ['embedding'] },
    ],
  });
  return { size, length, weights, model };
}

type Input = Pick<BackboneInterface, 'layout' | 'channels' | 'normalise'>;

/** The embedding that a network of one matrix gives of a grey picture. */
export function tinyEmbedding(
  image: Uint8Array,
  { weights, length }: Pick<TinyBackbone, 'weights' | 'length'>,
  { layout, channels, normalise }: Input = { layout: 'nchw', channels: 1, normalise: 'none' },
): number[] {
  const { mean, scale } = normaliserOf(normalise, channels);
  const sums = Array.from({ length }, () => 0);
  image.forEach((level, pixel) => {
    for (let channel = 0; channel < channels; channel += 1) {
      const row = layout === 'nchw' ? channel * image.length + pixel : pixel * channels + channel;
      const value = (level - (mean[channel] ?? 0)) / (scale[channel] ?? 1);
      for (let at = 0; at < length; at += 1) sums[at] = (sums[at] ?? 0) + value * (weights[row * length + at] ?? 0);
    }
  });
  return sums;
}
