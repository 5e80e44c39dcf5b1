import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../../src/train/dataset.ts';
import { dealFolds, dealGroups, dealSides, sideOf } from '../../../src/train/split.ts';

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

describe('the sides of a set', () => {
  const sidesOf = (all: readonly Example[]) => {
    const { sides } = dealSides(all);
    return all.map(({ sha256 }) => sides.get(sha256));
  };

  it('are those of the contents where no groups are known', () => {
    const all = examples(300);
    expect(sidesOf(all)).toEqual(all.map(({ sha256 }) => sideOf(sha256)));
  });

  it('are one a group, about 80, 10 and 10 % of the groups', () => {
    const all = examples(3000, (at) => `session ${at % 1000}`);
    const sides = sidesOf(all);
    all.forEach((_, at) => {
      expect(sides[at]).toBe(sides[at % 1000]);
    });
    expect(sides.filter((side) => side === 'train').length / 3000).toBeCloseTo(0.8, 1);
    expect(new Set(sides).size).toBe(3);
  });

  it('do not change as groups and images are added', () => {
    const all = examples(900, (at) => `session ${at % 90}`);
    const few = all.filter((_, at) => at % 90 < 60 && at < 500);
    const { sides, moved } = dealSides(all);
    expect(moved).toEqual([]);
    for (const [sha256, side] of dealSides(few).sides) expect(sides.get(sha256)).toBe(side);
  });

  it('put a family where any of it trains, so that what was trained on never becomes a test', () => {
    const all = examples(400);
    const tested = all.findIndex(({ sha256 }) => sideOf(sha256) === 'test');
    const trained = all.findIndex(({ sha256 }) => sideOf(sha256) === 'train');
    const family = all[trained]?.sha256 ?? '';
    const joined = all.map((one, at) => (at === tested || at === trained ? { ...one, family } : one));
    expect(sidesOf(joined)[tested]).toBe('train');
    expect(sidesOf(joined)[trained]).toBe('train');
  });

  it('join groups that share nearly identical pictures', () => {
    const all = examples(400, (at) => `session ${at % 40}`);
    const sides = sidesOf(all);
    const tested = sides.indexOf('test');
    const trained = sides.indexOf('train');
    const joined = all.map((one, at) => (at === tested || at === trained ? { ...one, family: 'f' } : one));
    const now = sidesOf(joined);
    all.forEach((one, at) => {
      if (one.group === all[tested]?.group) expect(now[at]).toBe('train');
    });
  });

  it('leave no class without training: its groups are moved there, and it is named', () => {
    const heldBack = Array.from({ length: 200 }, (_, at) => `session ${at}`).filter((group) => {
      const one = examples(3, () => group).map((example) => ({ ...example, label: 0 }));
      const other = examples(30, (at) => `other ${at}`).map((example) => ({ ...example, label: 1 }));
      return dealSides([...one, ...other]).moved.includes(0);
    });
    // About a fifth of all groups are on the test or validation side.
    expect(heldBack.length).toBeGreaterThan(20);
    expect(heldBack.length).toBeLessThan(60);
    const all = examples(3, () => heldBack[0] ?? '').map((example) => ({ ...example, label: 0 }));
    expect(sidesOf(all)).toEqual(['train', 'train', 'train']);
  });

  it('keep a fixed test list and simulated pictures where they belong', () => {
    const all = examples(60).map((one, at) => ({ ...one, testOnly: at % 3 === 0, simulated: at % 3 === 1 }));
    const sides = sidesOf(all);
    all.forEach((_, at) => {
      if (at % 3 < 2) expect(sides[at]).toBe(at % 3 === 0 ? 'test' : 'train');
    });
  });
});

describe('folds', () => {
  it('never part a family', () => {
    const all = examples(60).map((one, at) => (at < 9 ? { ...one, family: `family ${at % 3}` } : one));
    const folds = dealFolds(all, 5, 'a');
    for (const first of [0, 1, 2]) expect(new Set([0, 3, 6].map((step) => folds[first + step])).size).toBe(1);
  });

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

  it('that share nearly identical pictures are left out together', () => {
    const all = examples(60, (at) => `session ${at % 6}`);
    const joined = all.map((one, at) => (at === 0 || at === 7 ? { ...one, family: 'f' } : one));
    const dealt = dealGroups(joined);
    expect(dealt?.folds[0]).toBe(dealt?.folds[1]);
    expect(new Set(dealt?.folds).size).toBe(5);
    expect(dealt?.groups).toBe(6);
  });

  it('are not used where an image has none or all share one', () => {
    expect(dealGroups(examples(5))).toBeUndefined();
    expect(dealGroups(examples(5, () => 'one'))).toBeUndefined();
  });
});
