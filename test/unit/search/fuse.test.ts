import { describe, expect, it } from 'vitest';
import { FUSED_DEPTH, fuseRanks } from '../../../src/search/fuse.ts';

const ranked = (scores: Record<string, number>) => Object.entries(scores).map(([key, score]) => ({ key, score }));

describe('fusing by ranks', () => {
  it('gives 1 to the first of both lists and a half to the first of one', () => {
    const fused = fuseRanks(ranked({ a: 0.5, b: 0.4 }), ranked({ a: 0.9, c: 0.8 }));
    expect(fused[0]).toEqual({ key: 'a', score: 1 });
    expect(fuseRanks(ranked({ a: 0.5 }), ranked({ b: 0.9 })).map(({ score }) => score)).toEqual([0.5, 0.5]);
  });

  it('puts what both found before what one found lower down', () => {
    const keys = fuseRanks(ranked({ a: 0.9, b: 0.8 }), ranked({ c: 0.9, b: 0.8 })).map(({ key }) => key);
    expect(keys[0]).toBe('b');
  });

  it('gives equals of a list one rank, whatever their order', () => {
    const one = fuseRanks(ranked({ a: 0.9, b: 0.9, c: 0.1 }), []);
    const other = fuseRanks(ranked({ b: 0.9, a: 0.9, c: 0.1 }), []);
    expect(one[0]?.score).toBe(one[1]?.score);
    expect(new Map(one.map(({ key, score }) => [key, score]))).toEqual(
      new Map(other.map(({ key, score }) => [key, score])),
    );
  });

  it('lets nothing found by meaning alone come before what holds all that was asked for', () => {
    const exact = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`w${at}`, 1]));
    const fused = fuseRanks(ranked(exact), ranked({ m: 0.99, w3: 0.5 }));
    expect(fused[0]?.key).toBe('w3');
    expect(fused.findIndex(({ key }) => key === 'm')).toBe(50);
  });

  it('cuts each list at the same depth', () => {
    const many = Object.fromEntries(Array.from({ length: FUSED_DEPTH + 5 }, (_, at) => [`x${at}`, 1 - at / 1e4]));
    expect(fuseRanks(ranked(many), [])).toHaveLength(FUSED_DEPTH);
    expect(fuseRanks([], [])).toEqual([]);
  });
});
