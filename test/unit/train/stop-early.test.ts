import { describe, expect, it } from 'vitest';
import type { Layers } from '../../../src/train/layers.ts';
import { problemOf } from '../../../src/train/problem.ts';
import { stoppingRule } from '../../../src/train/stop-early.ts';
import { clusters } from '../../builders/clusters.ts';

const set = clusters({ count: 40, dim: 2, classes: 2, spread: 0.2, seed: 4 });

/** Layers whose weights point from the first class to the second, so that the loss falls as `size` grows. */
function layers(size: number): Layers {
  const { x } = problemOf(set, 1);
  const towards = [0, 1].map((d) => (x[2 + d] ?? 0) - (x[d] ?? 0));
  const weights = Float32Array.of(...towards.flatMap((value) => [-value * size, value * size]));
  return [{ inputs: 2, outputs: 2, weights, bias: new Float32Array(2) }];
}

describe('stopping by the validation side', () => {
  it('stops after five looks without a lower loss, and keeps the layers of the lowest', () => {
    const rule = stoppingRule(set, problemOf(set, 1));
    const best = layers(0.5);
    expect([layers(0.1), best].map((one) => rule.look(one))).toEqual([false, false]);
    const worse = layers(0.2);
    expect([1, 2, 3, 4, 5].map(() => rule.look(worse))).toEqual([false, false, false, false, true]);
    expect(rule.best()).toBe(best);
  });

  it('waits anew after every lower loss', () => {
    const rule = stoppingRule(set, problemOf(set, 1));
    rule.look(layers(0.2));
    for (let look = 0; look < 4; look += 1) expect(rule.look(layers(0.1))).toBe(false);
    expect(rule.look(layers(0.3))).toBe(false);
    for (let look = 0; look < 4; look += 1) expect(rule.look(layers(0.1))).toBe(false);
    expect(rule.look(layers(0.1))).toBe(true);
  });

  it('looks every 200 steps and after the last', () => {
    const rule = stoppingRule(set, problemOf(set, 1));
    const due = Array.from({ length: 450 }, (_, at) => at + 1).filter((steps) => rule.isDue(steps, 450));
    expect(due).toEqual([200, 400, 450]);
  });

  it('refuses a validation side that has no images', () => {
    const empty = {
      ...set,
      count: 0,
      embeddings: new Float32Array(0),
      labels: new Uint16Array(0),
      weights: new Float32Array(0),
    };
    expect(() => stoppingRule(empty, problemOf(set, 1))).toThrow(/found 0 images/);
  });
});
