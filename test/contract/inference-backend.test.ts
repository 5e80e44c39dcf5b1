import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackboneInterface, DEFAULT_INTERFACE } from '../../src/classify/backbone-schema.ts';
import type { InferenceBackend } from '../../src/classify/backend.ts';
import { openOnnxBackend } from '../../src/classify/onnx.ts';
import { openBackbone } from '../../src/classify/open-backbone.ts';
import { openTfjsBackend } from '../../src/classify/tfjs.ts';
import { encodeTfjsModel } from '../../src/classify/tfjs-file.ts';
import { openTfjs, type TfjsEngine } from '../../src/classify/tfjs-runtime.ts';
import { seededRandom } from '../../src/train/seeded-random.ts';
import { tinyBackbone, tinyEmbedding, tinyWeights } from '../builders/tiny-backbone.ts';
import { tinyTfjsGraph, tinyTfjsLayers } from '../builders/tiny-tfjs.ts';
import { hasNativeTfjs } from '../native-tfjs.ts';

const SIZE = 8;
const LENGTH = 5;
const PIXELS = SIZE * SIZE;

const COLOUR: BackboneInterface = { ...DEFAULT_INTERFACE, layout: 'nhwc', channels: 3, normalise: 'imagenet' };
const GREY: BackboneInterface = { ...DEFAULT_INTERFACE, format: 'tfjs', layout: 'nhwc' };
const TFJS_COLOUR: BackboneInterface = { ...COLOUR, format: 'tfjs', normalise: '-1..1' };
const EXPLICIT: BackboneInterface = {
  ...DEFAULT_INTERFACE,
  channels: 3,
  normalise: { mean: [104, 117, 123], scale: [2] },
};

interface Case {
  name: string;
  /** What the backend calls itself. */
  engine: 'onnx' | TfjsEngine;
  face: BackboneInterface;
  open: () => Promise<InferenceBackend>;
}

function onnxCase(name: string, face: BackboneInterface, options: Parameters<typeof tinyBackbone>[2] = {}): Case {
  const { layout, channels } = face;
  const { model } = tinyBackbone(SIZE, LENGTH, { layout, channels, ...options });
  return { name, engine: 'onnx', face, open: () => openOnnxBackend(model, { interface: face, inputSize: SIZE }) };
}

function tfjsCases(engine: TfjsEngine): Case[] {
  const graph = (face: BackboneInterface) => async () =>
    await openTfjsBackend(encodeTfjsModel(tinyTfjsGraph(SIZE, LENGTH, face.channels)), {
      interface: face,
      engines: [engine],
    });
  const layers = async (): Promise<InferenceBackend> =>
    await openTfjsBackend(encodeTfjsModel(await tinyTfjsLayers(SIZE, LENGTH)), {
      interface: { ...GREY, input: 'input' },
      engines: [engine],
    });
  return [
    { name: `${engine}, graph model`, engine, face: GREY, open: graph(GREY) },
    { name: `${engine}, graph model in colour`, engine, face: TFJS_COLOUR, open: graph(TFJS_COLOUR) },
    { name: `${engine}, layers model`, engine, face: GREY, open: layers },
  ];
}

// Tensors can only be counted where an engine is in use.
await openTfjs(['tfjs-wasm']);
const native: TfjsEngine[] = (await hasNativeTfjs()) ? ['tfjs-node-gpu'] : [];

/** Every backend opens the same tiny network in its own format. */
const BACKENDS: Case[] = [
  {
    name: 'onnx, interface of the shipped ones',
    engine: 'onnx',
    face: DEFAULT_INTERFACE,
    open: () => openBackbone(tinyBackbone(SIZE, LENGTH).model),
  },
  onnxCase('onnx, colour, channels last', COLOUR, { type: 'float32' }),
  onnxCase('onnx, colour, channels first', EXPLICIT, { type: 'float32' }),
  onnxCase('onnx, colour of bytes', { ...COLOUR, normalise: 'none' }, { type: 'uint8' }),
  onnxCase('onnx, one picture at a time', DEFAULT_INTERFACE, { batch: 1 }),
  onnxCase('onnx, any size', DEFAULT_INTERFACE, { side: 'side' }),
  ...(['tfjs-wasm', ...native] as const).flatMap(tfjsCases),
];

function pictures(count: number): Uint8Array {
  const random = seededRandom(7);
  return Uint8Array.from({ length: count * PIXELS }, () => Math.floor(random() * 256));
}

describe.each(BACKENDS)('the backend $name', ({ engine, face, open }) => {
  let backend: InferenceBackend;
  let tensors = 0;
  beforeAll(async () => {
    backend = await open();
    tensors = tf.memory().numTensors;
  });
  afterAll(async () => {
    await backend.close();
  });

  it('says what it is and what it takes and gives', () => {
    expect(backend).toMatchObject({ name: engine, inputSize: SIZE, embeddingLength: LENGTH });
  });

  it('gives the embedding that the network defines', async () => {
    const image = pictures(1);
    const embedding = await backend.embed(image, 1);
    const weights = tinyWeights(PIXELS * face.channels * LENGTH);
    // Sums of 64 or 192 products of up to 127: float32 keeps three decimals of them.
    tinyEmbedding(image, { weights, length: LENGTH }, face).forEach((value, at) =>
      expect(embedding[at]).toBeCloseTo(value, 2),
    );
  });

  it('gives a batch in order, each picture as it gives it alone', async () => {
    const images = pictures(7);
    const batch = await backend.embed(images, 7);
    for (let at = 0; at < 7; at += 1) {
      const alone = await backend.embed(images.subarray(at * PIXELS, (at + 1) * PIXELS), 1);
      alone.forEach((value, d) => expect(batch[at * LENGTH + d]).toBeCloseTo(value, 3));
    }
  });

  it('answers calls that overlap each with its own pictures', async () => {
    const images = pictures(4);
    const parts = [0, 1, 2, 3].map((at) => images.subarray(at * PIXELS, (at + 1) * PIXELS));
    const together = await Promise.all(parts.map((part) => backend.embed(part, 1)));
    const whole = await backend.embed(images, 4);
    together.forEach((embedding, at) =>
      embedding.forEach((v, d) => expect(v).toBeCloseTo(whole[at * LENGTH + d] ?? 0, 3)),
    );
  });

  it('gives numbers that later calls do not change, and keeps no tensor', async () => {
    const first = await backend.embed(pictures(1), 1);
    const kept = first.slice();
    await backend.embed(pictures(3).subarray(2 * PIXELS), 1);
    expect(first).toEqual(kept);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('refuses bytes that are not the stated number of pictures', async () => {
    await expect(backend.embed(new Uint8Array(PIXELS - 1), 1)).rejects.toMatchObject({ code: 'classify/inference' });
    await expect(backend.embed(new Uint8Array(0), 0)).rejects.toMatchObject({ code: 'classify/inference' });
  });
});

describe('opening a backbone', () => {
  const onnx = tinyBackbone(SIZE, LENGTH).model;
  const tfjs = encodeTfjsModel(tinyTfjsGraph(SIZE, LENGTH));

  it.each<[string, Uint8Array, BackboneInterface, number?]>([
    ['what is no ONNX model', new TextEncoder().encode('not a model'), DEFAULT_INTERFACE],
    ['what is no TensorFlow.js model', onnx, GREY],
    ['an input that is not there', onnx, { ...DEFAULT_INTERFACE, input: 'pixels' }],
    ['an output that is not there', onnx, { ...DEFAULT_INTERFACE, output: 'features' }],
    ['a node that is not there', tfjs, { ...GREY, output: 'features' }],
    ['another number of channels', tfjs, { ...GREY, channels: 3 }],
    ['another layout', onnx, { ...DEFAULT_INTERFACE, layout: 'nhwc' }],
    ['another size', onnx, DEFAULT_INTERFACE, 9],
    ['an axis that the output does not have', tfjs, { ...GREY, featureAxis: 3 }],
    ['numbers where it takes bytes', onnx, { ...DEFAULT_INTERFACE, normalise: '0..1' }],
    ['any size where none is stated', tinyBackbone(SIZE, LENGTH, { side: 'side' }).model, DEFAULT_INTERFACE],
  ])('refuses %s', async (_, bytes, face, inputSize) => {
    await expect(openBackbone(bytes, { interface: face, inputSize })).rejects.toMatchObject({ code: 'classify/model' });
  });

  it('leaves no tensor behind when it is closed', async () => {
    const model = encodeTfjsModel(await tinyTfjsLayers(SIZE, LENGTH));
    const before = tf.memory().numTensors;
    for (const bytes of [tfjs, model]) {
      const input = bytes === tfjs ? 'image' : 'input';
      const backend = await openTfjsBackend(bytes, { interface: { ...GREY, input } });
      await backend.embed(pictures(2), 2);
      await backend.close();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
