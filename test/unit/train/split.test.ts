import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../../src/train/dataset.ts';
import { dealFolds, dealGroups, sideOf } from '../../../src/train/split.ts';

const hash = (of: string | number): string => createHash('sha256').update(String(of)).digest('hex');

function examples(count: number, group?: (at: number) => string): Example[] {
  return Array.from({ length: count }, (_, at) => ({
    sha256: hash(at),
    label: at % 3,
    simulated: false,
    testOnly: false,
    embedding: new Float32Array(1),
    ...(group && { group: group(at) }),
  }));
}

describe('the split', () => {
  it('puts about 80, 10 and 10 % of images on its sides', () => {
    const sides = Array.from({ length: 5000 }, (_, at) => sideOf(hash(at)));
    const share = (side: string): number => sides.filter((one) => one === side).length / 5000;
    // Three standard deviations of 5,000 draws.
    expect(share('train')).toBeGreaterThan(0.783);
    expect(share('train')).toBeLessThan(0.817);
    expect(share('validation')).toBeGreaterThan(0.087);
    expect(share('test')).toBeGreaterThan(0.087);
  });

  it('depends on the content alone: known hashes keep their sides for ever', () => {
    expect(sideOf('0'.repeat(64))).toBe('train');
    expect(sideOf(`cccccccccccc${'0'.repeat(52)}`)).toBe('train');
    expect(sideOf(`cd${'0'.repeat(62)}`)).toBe('validation');
    expect(sideOf(`e6${'0'.repeat(62)}`)).toBe('validation');
    expect(sideOf(`e7${'0'.repeat(62)}`)).toBe('test');
    expect(sideOf('f'.repeat(64))).toBe('test');
  });
});

describe('folds', () => {
  it('hold each class evenly and every image once', () => {
    const all = examples(47);
    const folds = dealFolds(all, 5, 'a');
    for (const label of [0, 1, 2]) {
      const sizes = [0, 1, 2, 3, 4].map(
        (fold) => folds.filter((one, at) => one === fold && all[at]?.label === label).length,
      );
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });

  it('are the same for the same round and others for another', () => {
    expect(dealFolds(examples(30), 5, 'a')).toEqual(dealFolds(examples(30), 5, 'a'));
    expect(dealFolds(examples(30), 5, 'a')).not.toEqual(dealFolds(examples(30), 5, 'b'));
  });
});

describe('groups', () => {
  it('are never in two folds, however many there are', () => {
    for (const groups of [2, 7, 90]) {
      const all = examples(200, (at) => `session ${at % groups}`);
      const dealt = dealGroups(all);
      expect(dealt?.groups).toBe(groups);
      const foldsOf = new Map<string, Set<number>>();
      all.forEach(({ group = '' }, at) => {
        foldsOf.set(group, (foldsOf.get(group) ?? new Set()).add(dealt?.folds[at] ?? -1));
      });
      expect([...foldsOf.values()].every((folds) => folds.size === 1)).toBe(true);
    }
  });

  it('are not used where an image has none or all share one', () => {
    expect(dealGroups(examples(5))).toBeUndefined();
    expect(dealGroups(examples(5, () => 'one'))).toBeUndefined();
  });
});
