import { describe, expect, it } from 'vitest';
import { meanFeatures } from '../../../src/classify/network.ts';
import { inputFiller, inputShape, type NetworkInput, normaliserOf } from '../../../src/classify/network-input.ts';

/** Two pictures of 2 x 2. */
const IMAGES = Uint8Array.of(0, 51, 102, 255, 10, 20, 30, 40);

function input(changes: Partial<NetworkInput> = {}): NetworkInput {
  return { inputSize: 2, layout: 'nchw', channels: 1, normalise: 'none', type: 'float32', ...changes };
}

describe('what a network is given of pictures', () => {
  it('is the bytes themselves where it takes bytes of one channel', () => {
    expect(inputFiller(input({ type: 'uint8' }))(IMAGES)).toBe(IMAGES);
  });

  it('has the same grey in three channels, planes or pixels first', () => {
    const planes = inputFiller(input({ type: 'uint8', channels: 3 }))(IMAGES.subarray(0, 4));
    expect([...planes]).toEqual([0, 51, 102, 255, 0, 51, 102, 255, 0, 51, 102, 255]);
    const pixels = inputFiller(input({ type: 'uint8', channels: 3, layout: 'nhwc' }))(IMAGES.subarray(2, 6));
    expect([...pixels]).toEqual([102, 102, 102, 255, 255, 255, 10, 10, 10, 20, 20, 20]);
    expect(inputShape(input({ channels: 3, layout: 'nhwc' }), 5)).toEqual([5, 2, 2, 3]);
    expect(inputShape(input({ channels: 3 }), 5)).toEqual([5, 3, 2, 2]);
  });

  it.each<[NetworkInput['normalise'], number[]]>([
    ['none', [0, 51, 102, 255]],
    ['0..1', [0, 0.2, 0.4, 1]],
    ['-1..1', [-1, -0.6, -0.2, 1]],
    [{ mean: [51], scale: [2] }, [-25.5, 0, 25.5, 102]],
  ])('is normalised by %j', (normalise, expected) => {
    const values = inputFiller(input({ normalise }))(IMAGES);
    expected.forEach((value, at) => expect(values[at]).toBeCloseTo(value, 6));
    expect(values).toHaveLength(8);
  });

  it('is normalised for each channel, in the order of red, green and blue', () => {
    const values = inputFiller(input({ normalise: 'imagenet', channels: 3, layout: 'nhwc' }))(IMAGES);
    // White: (1 - mean) / standard deviation.
    [0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225].forEach((value, c) => expect(values[9 + c]).toBeCloseTo(value, 5));
  });

  it('is refused where the normalisation is of another number of channels, or bytes would be normalised', () => {
    expect(() => normaliserOf('imagenet', 1)).toThrow(/numbers for 1 channel, found "imagenet"/);
    expect(() => normaliserOf({ mean: [1, 2], scale: [1] }, 3)).toThrow(/numbers for 3 channels/);
    expect(() => inputFiller(input({ type: 'uint8', normalise: '0..1' }))).toThrow(/takes bytes/);
  });
});

describe('the mean of features', () => {
  const values = Float32Array.from({ length: 12 }, (_, at) => at);

  it('is taken over a map, whichever axis the features stand on', () => {
    expect([...meanFeatures({ values, shape: [1, 3, 2, 2] }, 1)]).toEqual([1.5, 5.5, 9.5]);
    expect([...meanFeatures({ values, shape: [1, 2, 2, 3] }, 3)]).toEqual([4.5, 5.5, 6.5]);
    expect([...meanFeatures({ values, shape: [2, 2, 3] }, 2)]).toEqual([1.5, 2.5, 3.5, 7.5, 8.5, 9.5]);
  });

  it('is the features themselves where there is nothing to take it over', () => {
    for (const [shape, axis] of [
      [[4, 3], 1],
      [[4, 3, 1, 1], 1],
      [[4, 1, 1, 3], 3],
    ] as const) {
      expect(meanFeatures({ values, shape }, axis)).toBe(values);
    }
  });

  it('is refused along an axis that is not there', () => {
    expect(() => meanFeatures({ values, shape: [4, 3] }, 3)).toThrow(/axis 3/);
  });
});
