import { expect, it } from 'vitest';
import { openTfjs, type TfjsEngine } from '../../../src/classify/tfjs-runtime.ts';

const FAULTS = ['uncaughtException', 'unhandledRejection'];

it('leaves faults of the program to the program, which the WebAssembly engine would throw anew', async () => {
  const before = FAULTS.map((fault) => process.rawListeners(fault));
  const { name, tf, use } = await openTfjs(['tfjs-wasm']);
  expect(FAULTS.map((fault) => process.rawListeners(fault))).toEqual(before);
  expect(name).toBe('tfjs-wasm');
  use();
  const six = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2], [1, 2]), tf.tensor2d([2, 2], [2, 1])).dataSync());
  expect([...six]).toEqual([6]);
});

it('takes the next engine where one does not load, and says why where none does', async () => {
  const absent = 'tfjs-absent' as TfjsEngine;
  expect((await openTfjs([absent, 'tfjs-wasm'])).name).toBe('tfjs-wasm');
  await expect(openTfjs([absent])).rejects.toMatchObject({
    code: 'classify/model',
    message: expect.stringContaining('tfjs-absent'),
  });
});
