import { describe, expect, it } from 'vitest';
import type { Judged } from '../../../src/train/evaluate.ts';
import { findMislabelled } from '../../../src/train/mislabelled.ts';

const judged = (at: number, label: number, ...scores: number[]): Judged => ({
  at,
  label,
  logits: Float64Array.from(scores, Math.log),
  similarity: 1,
});

describe('labels that look wrong', () => {
  it('are those a head contradicts with at least the confidence that is usual for the other label', () => {
    const all = [
      judged(0, 0, 0.9, 0.1),
      judged(1, 0, 0.8, 0.2),
      judged(2, 1, 0.1, 0.9),
      judged(3, 1, 0.2, 0.8),
      // Contradicted, and as surely as label 0 is told: mean of 0.9, 0.8 and 0.35 is 0.68.
      judged(4, 1, 0.95, 0.05),
      // Contradicted, but not with the confidence that label 1 has: mean of 0.9, 0.8 and 0.05 is 0.58.
      judged(5, 0, 0.43, 0.57),
    ];
    const suspects = findMislabelled(all, 1);
    expect(suspects.map(({ at }) => at)).toEqual([4]);
    expect(suspects[0]).toMatchObject({ label: 1, found: 0 });
    expect(suspects[0]?.score).toBeCloseTo(0.95, 6);
    expect(suspects[0]?.given).toBeCloseTo(0.05, 6);
    expect(suspects[0]?.usual).toBeCloseTo((0.9 + 0.8 + 0.43) / 3, 6);
  });

  it('come in the order of how sure that is, and repeats are averaged', () => {
    const sure = Array.from({ length: 8 }, (_, at) => judged(at, at % 2, ...(at % 2 === 0 ? [0.7, 0.3] : [0.3, 0.7])));
    const all = [
      ...sure,
      judged(8, 0, 0.2, 0.8),
      judged(8, 0, 0.4, 0.6),
      judged(9, 0, 0.05, 0.95),
      judged(9, 0, 0.1, 0.9),
    ];
    const suspects = findMislabelled(all, 1);
    expect(suspects.map(({ at }) => at)).toEqual([9, 8]);
    expect(suspects[1]?.score).toBeCloseTo(0.7, 6);
  });

  it('are none where all agree', () => {
    expect(findMislabelled([judged(0, 0, 0.9, 0.1), judged(1, 1, 0.4, 0.6)], 1)).toEqual([]);
  });
});
