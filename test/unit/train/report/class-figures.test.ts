import { describe, expect, it } from 'vitest';
import { classFigures, confusedPairs } from '../../../../src/train/report/class-figures.ts';

describe('precision and recall', () => {
  it('are counted per class, and absent where there is nothing to divide by', () => {
    const confusion = [
      [3, 1, 0],
      [2, 4, 0],
      [0, 0, 0],
    ];
    expect(classFigures(['a', 'b', 'c'], confusion, 1)).toEqual([
      { label: 'a', n: 4, precision: 0.6, recall: 0.75 },
      { label: 'b', n: 6, precision: 0.8, recall: 0.6667 },
      { label: 'c', n: 0 },
    ]);
    expect(classFigures(['a', 'b', 'c'], confusion, 2)[0]?.n).toBe(2);
  });
});

describe('the confused pairs', () => {
  const confusion = [
    [20, 5, 0],
    [5, 20, 1],
    [0, 0, 10],
  ];

  it('come most confused first, with top-1 as if they were one class', () => {
    const pairs = confusedPairs(['a', 'b', 'c'], confusion, 1);
    expect(pairs.map(({ labels }) => labels)).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
    expect(pairs[0]).toMatchObject({ confused: [5, 5], share: 0.1961, mergedTop1: 0.9836, suggestMerge: true });
    expect(pairs[1]?.suggestMerge).toBe(false);
  });

  it('are no reason to merge where a few images are confused, or only two classes are there', () => {
    expect(confusedPairs(['a', 'b', 'c'], confusion, 5)[0]?.suggestMerge).toBe(false);
    const two = [
      [10, 9],
      [9, 10],
    ];
    expect(confusedPairs(['a', 'b'], two, 1)[0]?.suggestMerge).toBe(false);
    expect(
      confusedPairs(
        ['a', 'b'],
        [
          [3, 0],
          [0, 3],
        ],
        1,
      ),
    ).toEqual([]);
  });
});
