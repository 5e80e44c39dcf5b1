import type { io } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { decodeTfjsModel, encodeTfjsModel, isTfjsModel } from '../../../src/classify/tfjs-file.ts';

const WEIGHTS = Float32Array.from([1, -2.5, 3, 4, 5, 6]);

function model(changes: Partial<io.ModelArtifacts> = {}): io.ModelArtifacts {
  return {
    format: 'layers-model',
    generatedBy: 'test',
    convertedBy: null,
    modelTopology: { class_name: 'Sequential', config: { name: 'tür' } },
    weightSpecs: [
      { name: 'a', shape: [2, 2], dtype: 'float32' },
      { name: 'b', shape: [2], dtype: 'float32' },
    ],
    weightData: WEIGHTS.buffer,
    ...changes,
  };
}

function refusal(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a TensorFlow.js model as one file', () => {
  it('comes back as it went in, from anywhere in a buffer', () => {
    const bytes = encodeTfjsModel(model());
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const back = decodeTfjsModel(shifted.subarray(3));
    expect(back).toEqual(model({ weightData: back.weightData }));
    expect(new Float32Array(back.weightData)).toEqual(WEIGHTS);
  });

  it('begins with its magic word and the length of its header', () => {
    const bytes = encodeTfjsModel(model());
    expect(Buffer.from(bytes.subarray(0, 8)).toString('latin1')).toBe('SEMFTFJS');
    const headerBytes = Buffer.from(bytes).readUInt32LE(8);
    expect(bytes.length).toBe(12 + headerBytes + WEIGHTS.byteLength);
    expect(JSON.parse(Buffer.from(bytes.subarray(12, 12 + headerBytes)).toString('utf8'))).toMatchObject({
      format: 'layers-model',
    });
    expect(isTfjsModel(bytes)).toBe(true);
  });

  it('joins weights that come in several buffers, and leaves out what only training needs', () => {
    const split = model({ weightData: [WEIGHTS.slice(0, 4).buffer, WEIGHTS.slice(4).buffer] });
    const trained = { ...split, trainingConfig: { optimizer_config: {}, loss: 'mse' } };
    expect(encodeTfjsModel(trained)).toEqual(encodeTfjsModel(model()));
  });

  it('counts quantised weights by what is stored', () => {
    const quantised = model({
      weightSpecs: [
        { name: 'a', shape: [3, 2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.1, min: -1 } },
      ],
      weightData: new Uint8Array(6).buffer,
    });
    expect(decodeTfjsModel(encodeTfjsModel(quantised)).weightSpecs).toEqual(quantised.weightSpecs);
  });

  it.each([
    ['another file', () => new TextEncoder().encode('no model, but long enough')],
    ['a file that was cut short', () => encodeTfjsModel(model()).subarray(0, -1)],
    ['a file with more behind it', () => Buffer.concat([encodeTfjsModel(model()), Buffer.alloc(4)])],
    ['an empty file', () => new Uint8Array(0)],
    [
      'a header that is no JSON',
      () => {
        const bytes = encodeTfjsModel(model());
        bytes[12] = 0x21;
        return bytes;
      },
    ],
    [
      'a header longer than the file',
      () => {
        const bytes = encodeTfjsModel(model());
        new DataView(bytes.buffer).setUint32(8, 0xffffffff, true);
        return bytes;
      },
    ],
  ])('refuses %s', (_, make) => {
    expect(refusal(() => decodeTfjsModel(make()))).toMatchObject({ code: 'classify/model' });
  });

  it.each<[string, Partial<io.ModelArtifacts>]>([
    ['weights of another length than stated', { weightData: new ArrayBuffer(8) }],
    ['another format', { format: 'saved-model' }],
    ['weights of text', { weightSpecs: [{ name: 'words', shape: [1], dtype: 'string' }] }],
    ['weights beyond any network', { weightSpecs: [{ name: 'a', shape: [2 ** 20, 2 ** 20], dtype: 'float32' }] }],
  ])('does not write %s', (_, changes) => {
    expect(refusal(() => encodeTfjsModel(model(changes)))).toMatchObject({ code: 'classify/model' });
  });
});
