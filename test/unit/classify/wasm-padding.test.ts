import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTfjs } from '../../../src/classify/tfjs-runtime.ts';
import { mendWasmPadding } from '../../../src/classify/wasm-padding.ts';

beforeAll(async () => {
  const { use } = await openTfjs(['tfjs-wasm']);
  mendWasmPadding(tf);
  mendWasmPadding(tf);
  use();
});

/** A convolution of one channel with padding "same", by its definition in TensorFlow. */
function expected(x: Float32Array, filter: Float32Array, [size, side, stride]: readonly [number, number, number]) {
  const out = Math.ceil(size / stride);
  const before = Math.floor(Math.max((out - 1) * stride + side - size, 0) / 2);
  return Array.from({ length: out * out }, (_, at) => {
    const [top, left] = [Math.floor(at / out) * stride - before, (at % out) * stride - before];
    let sum = 0;
    for (let i = 0; i < side * side; i += 1) {
      const [row, column] = [top + Math.floor(i / side), left + (i % side)];
      const inside = row >= 0 && column >= 0 && row < size && column < size;
      if (inside) sum += (x[row * size + column] ?? 0) * (filter[i] ?? 0);
    }
    return sum;
  });
}

describe('convolutions with padding "same" on the WebAssembly engine', () => {
  it.each([
    [16, 3, 4],
    [15, 3, 4],
    [9, 2, 3],
    [8, 1, 2],
    [7, 3, 2],
    [8, 3, 1],
  ] as const)('are right for %i pixels, a filter of %i and steps of %i', (...sizes) => {
    const [size, side, stride] = sizes;
    const numbers = Float32Array.from({ length: size * size }, (_, at) => Math.sin(at));
    const weights = Float32Array.from({ length: side * side }, (_, at) => Math.cos(at));
    const results = tf.tidy(() => {
      const x = tf.tensor4d(numbers, [1, size, size, 1]);
      const filter = tf.tensor4d(weights, [side, side, 1, 1]);
      const fused = { x, filter, strides: stride, pad: 'same' as const, activation: 'linear' as const };
      return [
        tf.conv2d(x, filter, stride, 'same'),
        tf.depthwiseConv2d(x, filter, stride, 'same'),
        tf.fused.conv2d(fused),
        tf.fused.depthwiseConv2d(fused),
      ].map((tensor) => tensor.dataSync().slice());
    });
    const values = expected(numbers, weights, sizes);
    for (const result of results) {
      expect(result).toHaveLength(values.length);
      values.forEach((value, at) => expect(result[at]).toBeCloseTo(value, 4));
    }
  });
});
