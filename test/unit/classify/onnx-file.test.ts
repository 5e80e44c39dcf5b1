import { describe, expect, it } from 'vitest';
import { openOnnxNetwork } from '../../../src/classify/onnx.ts';
import { exposeOnnxOutput, readOnnxOperations, withOnnxMetadata } from '../../../src/classify/onnx-file.ts';
import { tinyBackbone } from '../../builders/tiny-backbone.ts';

const { model } = tinyBackbone(4, 3);
const PICTURE = { name: 'image', values: Uint8Array.from({ length: 16 }, (_, at) => at), shape: [1, 1, 4, 4] };

describe('an ONNX file', () => {
  it('tells its operations', () => {
    const { operations } = readOnnxOperations(model);
    expect([...operations.keys()]).toEqual(['numbers', 'flat', 'embedding']);
    expect(operations.get('embedding')).toEqual({ op: 'MatMul', inputs: ['flat', 'weights'] });
  });

  it('can give a tensor inside of it, beside what it gave before', async () => {
    const network = await openOnnxNetwork(exposeOnnxOutput(model, 'flat'));
    const before = await openOnnxNetwork(model);
    try {
      expect(network.outputs.map(({ name }) => name)).toEqual(['embedding', 'flat']);
      expect([...(await network.run(PICTURE, 'flat')).values]).toEqual([...PICTURE.values]);
      expect(await network.run(PICTURE, 'embedding')).toEqual(await before.run(PICTURE, 'embedding'));
    } finally {
      await network.close();
      await before.close();
    }
  });

  it('opens with metadata that nobody knows', async () => {
    const network = await openOnnxNetwork(withOnnxMetadata(model, 'test.key', 'ein Wert, größer'));
    expect(network.inputs).toEqual([{ name: 'image', type: 'uint8', shape: [undefined, 1, 4, 4] }]);
    await network.close();
  });

  it.each([
    ['text', new TextEncoder().encode('this is no protobuf')],
    ['nothing', new Uint8Array(0)],
    ['half of a model', model.subarray(0, model.length / 2)],
  ])('is refused when it is %s', (_, bytes) => {
    expect(() => readOnnxOperations(bytes)).toThrow(/Reading an ONNX model/);
  });
});
