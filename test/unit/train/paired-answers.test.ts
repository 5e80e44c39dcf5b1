import { describe, expect, it } from 'vitest';
import { comparePaired } from '../../../src/train/paired-answers.ts';

/** Answers about `both + neither + first + second` images that both, none or one got right. */
function answers(counts: { both?: number; neither?: number; first?: number; second?: number }) {
  const { both = 0, neither = 0, first = 0, second = 0 } = counts;
  const fill = (count: number, a: boolean, b: boolean) => Array.from({ length: count }, () => [a, b] as const);
  const all = [
    ...fill(both, true, true),
    ...fill(neither, false, false),
    ...fill(first, true, false),
    ...fill(second, false, true),
  ];
  return { first: all.map(([a]) => a), second: all.map(([, b]) => b) };
}

describe('two models on the same images', () => {
  it('do not differ where they are right about the same ones', () => {
    expect(comparePaired(answers({ both: 30, neither: 10 }))).toEqual({
      difference: 0,
      low: 0,
      high: 0,
      onlyFirst: 0,
      onlySecond: 0,
      p: 1,
    });
  });

  it('differ by more than chance where one is right far more often', () => {
    const { difference, low, high, p } = comparePaired(answers({ both: 60, first: 30, second: 5, neither: 5 }));
    expect(difference).toBeCloseTo(-0.25, 12);
    // Normal approximation: 0.25 ± 1.96 * sqrt((0.35 - 0.0625) / 100) = 0.145 to 0.355.
    expect(low).toBeGreaterThan(-0.38);
    expect(low).toBeLessThan(-0.33);
    expect(high).toBeGreaterThan(-0.17);
    expect(high).toBeLessThan(-0.12);
    expect(p).toBeLessThan(1e-4);
  });

  it('has the exact p of a sign test', () => {
    // R: mcnemar.exact of 1 and 5 = binom.test(1, 6)$p.value = 0.21875.
    expect(comparePaired(answers({ both: 10, first: 1, second: 5 })).p).toBeCloseTo(0.21875, 12);
    // binom.test(2, 12)$p.value = 0.03857422.
    expect(comparePaired(answers({ first: 2, second: 10 })).p).toBeCloseTo(0.0385742, 6);
  });

  it('gives the same figures again', () => {
    const given = answers({ both: 20, first: 4, second: 7, neither: 9 });
    expect(comparePaired(given)).toEqual(comparePaired(given));
  });

  it('holds for tens of thousands of images', () => {
    const { p, difference } = comparePaired(answers({ both: 18_000, first: 1000, second: 1010, neither: 100 }));
    expect(difference).toBeCloseTo(10 / 20_110, 12);
    expect(p).toBeGreaterThan(0.8);
    expect(p).toBeLessThanOrEqual(1);
  });
});
