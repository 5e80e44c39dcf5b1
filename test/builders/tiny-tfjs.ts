import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import type { TfjsModel } from '../../src/classify/tfjs-file.ts';
import { tinyWeights } from './tiny-backbone.ts';

/** A node of a GraphDef, as tfjs-converter writes it into model.json. */
interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, unknown>;
}

const FLOAT = { type: 'DT_FLOAT' };

function ints(...list: number[]): { list: { i: string[] } } {
  return { list: { i: list.map(String) } };
}

function text(value: string): { s: string } {
  return { s: Buffer.from(value).toString('base64') };
}

/** A graph model of these nodes; `constants` become its weights. */
function graphModel(
  nodes: readonly GraphNode[],
  constants: readonly { name: string; shape: number[]; values: Float32Array | Int32Array }[],
): TfjsModel {
  const weights = constants.map(({ name, shape, values }): GraphNode => {
    const dtype = values instanceof Float32Array ? 'DT_FLOAT' : 'DT_INT32';
    const dims = shape.map((size) => ({ size: String(size) }));
    return {
      name,
      op: 'Const',
      attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: { dim: dims } } } },
    };
  });
  const bytes = Buffer.concat(
    constants.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  return {
    format: 'graph-model',
    generatedBy: 'test',
    convertedBy: 'test',
    modelTopology: { node: [...weights, ...nodes], library: {}, versions: { producer: 1 } },
    weightSpecs: constants.map(({ name, shape, values }) => ({
      name,
      shape,
      dtype: values instanceof Float32Array ? 'float32' : 'int32',
    })),
    weightData: new Uint8Array(bytes).buffer,
  };
}

function placeholder(name: string, size: number, channels: number): GraphNode {
  const dims = [-1, size, size, channels].map((side) => ({ size: String(side) }));
  return { name, op: 'Placeholder', attr: { dtype: FLOAT, shape: { shape: { dim: dims } } } };
}

function matMul(name: string, a: string, b: string): GraphNode {
  return {
    name,
    op: 'MatMul',
    input: [a, b],
    attr: { T: FLOAT, transpose_a: { b: false }, transpose_b: { b: false } },
  };
}

/** A graph model of one matrix, as tinyBackbone is one in ONNX: input `image`, output `embedding`. */
export function tinyTfjsGraph(size: number, length: number, channels: 1 | 3 = 1): TfjsModel {
  const numbers = size * size * channels;
  return graphModel(
    [
      placeholder('image', size, channels),
      { name: 'flat', op: 'Reshape', input: ['image', 'flat_shape'], attr: { T: FLOAT, Tshape: { type: 'DT_INT32' } } },
      matMul('embedding', 'flat', 'weights'),
    ],
    [
      { name: 'flat_shape', shape: [2], values: Int32Array.of(-1, numbers) },
      { name: 'weights', shape: [numbers, length], values: tinyWeights(numbers * length) },
    ],
  );
}

/** A layers model of the same matrix as layer `embedding`, with a classifier of three classes behind it. */
export async function tinyTfjsLayers(size: number, length: number): Promise<TfjsModel> {
  const tf = await import('@tensorflow/tfjs-core');
  const { layers, sequential } = await import('@tensorflow/tfjs-layers');
  const { openTfjs } = await import('../../src/classify/tfjs-runtime.ts');
  (await openTfjs(['tfjs-wasm'])).use();
  const model = sequential({
    layers: [
      layers.flatten({ inputShape: [size, size, 1] }),
      layers.dense({ name: 'embedding', units: length, useBias: false }),
      layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
    ],
  });
  tf.tidy(() => {
    const matrix = tf.tensor2d(tinyWeights(size * size * length), [size * size, length]);
    model.getLayer('embedding').setWeights([matrix]);
  });
  const saved: { artifacts?: io.ModelArtifacts } = {};
  await model.save({
    save: (artifacts) => {
      saved.artifacts = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    },
  });
  model.dispose();
  return saved.artifacts as TfjsModel;
}

/**
 * A graph model with the interface of Inception-v3 (299 px, three channels last, -1 to 1) in small: two strided
 * convolutions, pooled features, and a classifier of ten classes with softmax; seeded weights.
 */
export function inceptionLike({ size = 299, features = 24 } = {}): TfjsModel {
  const conv = (name: string, input: string, stride: number): GraphNode => ({
    name,
    op: 'Conv2D',
    input: [input, `${name}/weights`],
    attr: {
      T: FLOAT,
      strides: ints(1, stride, stride, 1),
      padding: text('SAME'),
      data_format: text('NHWC'),
      dilations: ints(1, 1, 1, 1),
    },
  });
  const relu = (name: string, input: string): GraphNode => ({ name, op: 'Relu', input: [input], attr: { T: FLOAT } });
  const first = 8;
  return graphModel(
    [
      placeholder('input', size, 3),
      conv('Conv2d_1a', 'input', 4),
      relu('Conv2d_1a/Relu', 'Conv2d_1a'),
      conv('Mixed_7c', 'Conv2d_1a/Relu', 4),
      relu('Mixed_7c/Relu', 'Mixed_7c'),
      { name: 'AvgPool', op: 'Mean', input: ['Mixed_7c/Relu', 'axes'], attr: { T: FLOAT, keep_dims: { b: true } } },
      { name: 'Squeeze', op: 'Squeeze', input: ['AvgPool'], attr: { T: FLOAT, squeeze_dims: ints(1, 2) } },
      matMul('Logits', 'Squeeze', 'Logits/weights'),
      { name: 'Predictions', op: 'Softmax', input: ['Logits'], attr: { T: FLOAT } },
    ],
    [
      { name: 'Conv2d_1a/weights', shape: [5, 5, 3, first], values: tinyWeights(5 * 5 * 3 * first, 2) },
      { name: 'Mixed_7c/weights', shape: [3, 3, first, features], values: tinyWeights(9 * first * features, 3) },
      { name: 'axes', shape: [2], values: Int32Array.of(1, 2) },
      { name: 'Logits/weights', shape: [features, 10], values: tinyWeights(features * 10, 4) },
    ],
  );
}

/**
 * Writes a model as TensorFlow.js does: model.json, and the weights in `shards` files beside it, or what `paths` says
 * instead of their names. Gives the folder.
 */
export function writeTfjs(folder: string, model: TfjsModel, shards = 2, paths?: string[]): string {
  mkdirSync(folder, { recursive: true });
  const { weightData, weightSpecs, ...rest } = model;
  const bytes = Buffer.from(weightData);
  const size = Math.ceil(bytes.length / shards);
  const names = Array.from({ length: shards }, (_, at) => `group1-shard${at + 1}of${shards}.bin`);
  names.forEach((name, at) => writeFileSync(join(folder, name), bytes.subarray(at * size, (at + 1) * size)));
  const json = { ...rest, weightsManifest: [{ paths: paths ?? names, weights: weightSpecs }] };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
  return folder;
}
