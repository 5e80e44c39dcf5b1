import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InterfaceWishes } from '../../../src/classify/choose-interface.ts';
import { openEmbedder } from '../../../src/pipeline/embedder.ts';
import { type ImportOutcome, importBackbone } from '../../../src/pipeline/import-backbone.ts';
import { importedBackbone } from '../../../src/pipeline/training-backbone.ts';
import { demoPictures } from '../../../src/pipeline/try-pictures.ts';
import { encodeOnnxModel, type OnnxValue } from '../../../src/train/onnx-graph.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { tinyBackbone, tinyWeights } from '../../builders/tiny-backbone.ts';
import { inceptionLike, tinyTfjsLayers, writeTfjs } from '../../builders/tiny-tfjs.ts';

const SIZE = 32;
const FEATURES = 6;
const { signal } = new AbortController();

/** A classifier of four classes: 3 x 32 x 32 numbers, six features, softmax. */
function classifier(input: Partial<OnnxValue> = {}): Uint8Array {
  const numbers = 3 * SIZE * SIZE;
  return encodeOnnxModel({
    name: 'classifier',
    inputs: [{ name: 'pixels', type: 'float32', shape: ['batch', 3, SIZE, SIZE], ...input }],
    outputs: [{ name: 'classes', type: 'float32', shape: ['batch', 4] }],
    constants: [
      { name: 'w1', shape: [numbers, FEATURES], data: tinyWeights(numbers * FEATURES) },
      { name: 'w2', shape: [FEATURES, 4], data: tinyWeights(FEATURES * 4, 2) },
    ],
    nodes: [
      { op: 'Flatten', inputs: ['pixels'], outputs: ['flat'], attributes: { axis: 1 } },
      { op: 'MatMul', inputs: ['flat', 'w1'], outputs: ['features_1'] },
      { op: 'MatMul', inputs: ['features_1', 'w2'], outputs: ['scores'] },
      { op: 'Softmax', inputs: ['scores'], outputs: ['classes'], attributes: { axis: 1 } },
    ],
  });
}

/** The mean of each channel. */
function pooled(shape: OnnxValue['shape']): Uint8Array {
  return encodeOnnxModel({
    name: 'pooled',
    inputs: [{ name: 'pixels', type: 'float32', shape }],
    outputs: [
      { name: 'means', type: 'float32', shape: ['batch', ...shape.slice(1, 2), ...shape.slice(2).map(() => 1)] },
    ],
    nodes: [{ op: 'GlobalAveragePool', inputs: ['pixels'], outputs: ['means'] }],
  });
}

const TOKEN_LENGTH = 12;

/**
 * A vision transformer in small: patches of 8 x 8 pixels as 16 tokens, one layer of attention, and with `classes` a
 * classifier of the first token.
 */
function transformer(classes: boolean): Uint8Array {
  const square = (name: string, seed: number) => {
    return { name, shape: [TOKEN_LENGTH, TOKEN_LENGTH], data: tinyWeights(TOKEN_LENGTH ** 2, seed) };
  };
  const patch = 3 * 8 * 8;
  return encodeOnnxModel({
    name: 'transformer',
    inputs: [{ name: 'pixel_values', type: 'float32', shape: ['batch', 3, SIZE, SIZE] }],
    outputs: classes
      ? [{ name: 'logits', type: 'float32', shape: ['batch', 4] }]
      : [{ name: 'last_hidden_state', type: 'float32', shape: ['batch', 16, TOKEN_LENGTH] }],
    constants: [
      { name: 'patches', shape: [TOKEN_LENGTH, 3, 8, 8], data: tinyWeights(TOKEN_LENGTH * patch) },
      { name: 'rows', shape: [3], data: BigInt64Array.of(0n, BigInt(TOKEN_LENGTH), -1n) },
      { name: 'first', shape: [], data: BigInt64Array.of(0n) },
      square('wq', 2),
      square('wk', 3),
      square('wv', 4),
      { name: 'scale', shape: [TOKEN_LENGTH], data: new Float32Array(TOKEN_LENGTH).fill(1) },
      { name: 'head', shape: [TOKEN_LENGTH, 4], data: tinyWeights(TOKEN_LENGTH * 4, 5) },
    ],
    nodes: [
      { op: 'Conv', inputs: ['pixel_values', 'patches'], outputs: ['map'], attributes: { strides: [8, 8] } },
      { op: 'Reshape', inputs: ['map', 'rows'], outputs: ['columns'] },
      { op: 'Transpose', inputs: ['columns'], outputs: ['tokens'], attributes: { perm: [0, 2, 1] } },
      { op: 'MatMul', inputs: ['tokens', 'wq'], outputs: ['q'] },
      { op: 'MatMul', inputs: ['tokens', 'wk'], outputs: ['k'] },
      { op: 'MatMul', inputs: ['tokens', 'wv'], outputs: ['v'] },
      { op: 'Transpose', inputs: ['k'], outputs: ['kt'], attributes: { perm: [0, 2, 1] } },
      { op: 'MatMul', inputs: ['q', 'kt'], outputs: ['scores'] },
      { op: 'Softmax', inputs: ['scores'], outputs: ['attention'], attributes: { axis: 2 } },
      { op: 'MatMul', inputs: ['attention', 'v'], outputs: ['mixed'] },
      { op: 'Add', inputs: ['mixed', 'tokens'], outputs: ['sum'] },
      { op: 'LayerNormalization', inputs: ['sum', 'scale'], outputs: ['last_hidden_state'] },
      ...(classes
        ? [
            { op: 'Gather', inputs: ['last_hidden_state', 'first'], outputs: ['cls'], attributes: { axis: 1 } },
            { op: 'MatMul', inputs: ['cls', 'head'], outputs: ['logits'] },
          ]
        : []),
    ],
  });
}

async function importFile(
  file: string,
  wishes: InterfaceWishes = {},
  state = temporaryFolder(),
): Promise<ImportOutcome> {
  const pictures = (await demoPictures()).slice(0, 4);
  return await importBackbone(
    { file, name: 'brought', wishes, pictures, backbonesFolder: join(state, 'backbones') },
    signal,
  );
}

async function importBytes(bytes: Uint8Array, wishes: InterfaceWishes = {}): Promise<ImportOutcome> {
  const file = join(temporaryFolder(), 'network.onnx');
  writeFileSync(file, bytes);
  return await importFile(file, wishes);
}

describe('importing a backbone', () => {
  it('finds the features of an ONNX classifier, says what is a guess, and keeps a file that gives them', async () => {
    const state = temporaryFolder();
    const file = join(state, 'classifier.onnx');
    writeFileSync(file, classifier());
    const { descriptor, found } = await importFile(file, {}, state);
    expect(descriptor).toMatchObject({
      inputSize: SIZE,
      preprocessing: 'squash32-aa-v1',
      embeddingLength: FEATURES,
      interface: {
        input: 'pixels',
        output: 'features_1',
        layout: 'nchw',
        channels: 3,
        normalise: 'imagenet',
        featureAxis: 1,
      },
      source: { file: 'classifier.onnx' },
    });
    expect(found.join()).toContain('[?, 3, 32, 32]');
    expect(descriptor.guessed).toEqual([
      expect.stringMatching(/^normalisation imagenet/),
      expect.stringMatching(/^output features_1/),
    ]);
    const { backbone } = await importedBackbone(state, 'brought');
    const backend = await openEmbedder({ backbone, memoryMiB: 512 });
    expect(await backend.embed(new Uint8Array(2 * SIZE * SIZE), 2)).toHaveLength(2 * FEATURES);
    await backend.close();
    expect(readFileSync(backbone.file)).not.toEqual(readFileSync(file));
  });

  it('takes what it is told before what it would guess, and tells networks of other interfaces apart', async () => {
    const guessed = await importBytes(classifier());
    const told = await importBytes(classifier(), { normalise: '-1..1', output: 'scores' });
    expect(told.descriptor).toMatchObject({ guessed: [], embeddingLength: 4, interface: { output: 'scores' } });
    const other = await importBytes(classifier(), { normalise: '0..1', output: 'scores' });
    expect(told.descriptor.source.sha256).toBe(guessed.descriptor.source.sha256);
    const hashes = [guessed, told, other].map(({ descriptor }) => descriptor.sha256);
    expect(new Set(hashes).size).toBe(3);
  });

  it('keeps a network with the interface of the shipped ones as it is', async () => {
    const { model } = tinyBackbone(SIZE, 5);
    const { descriptor, folder } = await importBytes(model);
    expect(descriptor.interface).toBeUndefined();
    expect(descriptor.sha256).toBe(descriptor.source.sha256);
    expect(new Uint8Array(readFileSync(join(folder, descriptor.file)))).toEqual(model);
  });

  it('is told the size, layout and channels of a network that takes any', async () => {
    const open = classifier({ shape: ['batch', 'depth', 'height', 'width'] });
    const { descriptor } = await importBytes(open, { inputSize: SIZE, channels: 3, layout: 'nchw' });
    expect(descriptor).toMatchObject({ inputSize: SIZE, interface: { layout: 'nchw', channels: 3 } });
    // Without being told it tries 224 px, which the weights of this one do not fit.
    await expect(importBytes(open)).rejects.toThrow(/failed on a black picture/);
  });

  it('finds the pooled features of a graph model of TensorFlow.js', async () => {
    const { descriptor, engine } = await importFile(writeTfjs(temporaryFolder(), inceptionLike({ size: 64 })));
    expect(engine).toMatch(/^tfjs-/);
    expect(descriptor).toMatchObject({
      file: 'backbone.tfjs',
      inputSize: 64,
      embeddingLength: 24,
      source: { file: 'model.json' },
      interface: { format: 'tfjs', input: 'input', output: 'Squeeze', layout: 'nhwc', channels: 3, normalise: '-1..1' },
    });
  });

  it('takes a map of a graph model by its mean', async () => {
    const folder = writeTfjs(temporaryFolder(), inceptionLike({ size: 64 }));
    const { descriptor } = await importFile(folder, { output: 'Mixed_7c/Relu' });
    expect(descriptor).toMatchObject({ embeddingLength: 24, interface: { featureAxis: 3 } });
  });

  it.each([
    ['the mean of its tokens', false, 'last_hidden_state', 2],
    ['the token that its classifier looks at', true, 'cls', 1],
  ])('takes a vision transformer by %s', async (_, classes, output, featureAxis) => {
    const { descriptor } = await importBytes(transformer(classes));
    expect(descriptor).toMatchObject({
      inputSize: SIZE,
      embeddingLength: TOKEN_LENGTH,
      interface: { input: 'pixel_values', output, featureAxis, layout: 'nchw', normalise: 'imagenet' },
    });
  });

  it('finds the layer before the classifier of a layers model', async () => {
    const { descriptor } = await importFile(writeTfjs(temporaryFolder(), await tinyTfjsLayers(SIZE, 5)), {
      channels: 1,
    });
    expect(descriptor).toMatchObject({ embeddingLength: 5, interface: { output: 'embedding', channels: 1 } });
  });

  it.each<[string, () => Uint8Array, InterfaceWishes, RegExp]>([
    ['text', () => new TextEncoder().encode('hello'), {}, /expected an ONNX file or model.json/],
    ['another size than told', classifier, { inputSize: 64 }, /expected an input of 64 px/],
    ['another layout than told', classifier, { layout: 'nhwc' }, /expected an input of 1 or 3 channels/],
    ['an output that is not in it', classifier, { output: 'pool' }, /a tensor or node "pool"/],
    ['an oblong input', () => pooled(['batch', 3, 32, 48]), {}, /expected a square input/],
    ['what is no picture', () => pooled(['batch', 3, 32]), {}, /expected an input of four dimensions/],
    ['pictures of many channels', () => pooled(['batch', 12, 32, 32]), {}, /expected an input of 1 or 3 channels/],
    ['an input that no picture is squashed to', () => pooled(['batch', 3, 2048, 2048]), {}, /32 to 1024 px/],
    ['one number for a picture', () => pooled(['batch', 1, 64, 64]), {}, /of 2 to 65536 features/],
  ])('refuses %s, and leaves nothing behind', async (_, make, wishes, reason) => {
    const state = temporaryFolder();
    const file = join(state, 'network.onnx');
    writeFileSync(file, make());
    await expect(importFile(file, wishes, state)).rejects.toMatchObject({
      code: 'classify/model',
      message: expect.stringMatching(reason),
    });
    expect(readdirSync(state)).toEqual(['network.onnx']);
  });

  it('refuses a network whose weights are all zero', async () => {
    const model = inceptionLike({ size: 64 });
    const floats = model.weightSpecs.filter(({ dtype }) => dtype === 'float32');
    const bytes = floats.reduce((sum, { shape }) => sum + 4 * shape.reduce((count, side) => count * side, 1), 0);
    const weightData = new ArrayBuffer(bytes + 8);
    new Int32Array(weightData.slice(0)).fill(0);
    const zeroed = { ...model, weightData };
    await expect(importFile(writeTfjs(temporaryFolder(), zeroed))).rejects.toThrow(
      /Trying a backbone|Importing a backbone/,
    );
  });
});
