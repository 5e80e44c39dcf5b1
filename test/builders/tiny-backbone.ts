import { encodeOnnxModel } from '../../src/train/onnx-graph.ts';
import { seededRandom } from '../../src/train/seeded-random.ts';

export interface TinyBackbone {
  /** Pixels of a side of the input. */
  size: number;
  /** Numbers in an embedding. */
  length: number;
  /** [size * size x length] */
  weights: Float32Array;
  model: Uint8Array;
}

/** A backbone of one matrix: the embedding is the pixels times seeded weights between -0.5 and 0.5. */
export function tinyBackbone(size: number, length: number, seed = 1): TinyBackbone {
  const random = seededRandom(seed);
  const weights = Float32Array.from({ length: size * size * length }, () => random() - 0.5);
  const model = encodeOnnxModel({
    name: 'tiny',
    inputs: [{ name: 'image', type: 'uint8', shape: ['batch', 1, size, size] }],
    outputs: [{ name: 'embedding', type: 'float32', shape: ['batch', length] }],
    constants: [{ name: 'weights', shape: [size * size, length], data: weights }],
    nodes: [
      { op: 'Cast', inputs: ['image'], outputs: ['numbers'], attributes: { to: 1 } },
      { op: 'Flatten', inputs: ['numbers'], outputs: ['flat'], attributes: { axis: 1 } },
      { op: 'MatMul', inputs: ['flat', 'weights'], outputs: ['embedding'] },
    ],
  });
  return { size, length, weights, model };
}
