import { describe, expect, it } from 'vitest';
import { headOptions, trainerChoice } from '../../../src/commands/head-options.ts';

describe('the options of a training', () => {
  it('leave everything to the defaults where nothing is said', () => {
    expect(headOptions({})).toEqual({});
    expect(trainerChoice({})).toBe('auto');
  });

  it('say which head, how many steps and which seed', () => {
    const values = { head: 'mlp', steps: '50', seed: '0' };
    expect(headOptions(values)).toEqual({ hidden: 64, steps: 50, seed: 0 });
    expect(headOptions({ head: 'mlp', hidden: '8' })).toEqual({ hidden: 8 });
    expect(headOptions({ head: 'softmax' })).toEqual({});
    expect(headOptions({ 'target-precision': '0.9' })).toEqual({ targetPrecision: 0.9 });
    expect(trainerChoice({ trainer: 'wasm' })).toBe('wasm');
  });

  it.each([
    { head: 'tree' },
    { hidden: '8' },
    { head: 'softmax', hidden: '8' },
    { head: 'mlp', hidden: '5000' },
    { head: 'mlp', hidden: '0' },
    { steps: '0' },
    { 'target-precision': '1' },
    { 'target-precision': '0.4' },
    { 'target-precision': '95' },
    { 'target-precision': '0.9x' },
  ])('refuse %o', (values) => {
    expect(() => headOptions(values)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('refuse a trainer that is not known, and name those that are', () => {
    expect(() => trainerChoice({ trainer: 'torch' })).toThrow(/auto, onnx, tfjs, tfjs-node, wasm/);
  });
});
