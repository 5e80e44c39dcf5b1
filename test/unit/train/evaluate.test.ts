import { describe, expect, it } from 'vitest';
import { calibrationError, confusionMatrix, type Judged, macroF1, topAccuracy } from '../../../src/train/evaluate.ts';

const judged = (label: number, ...logits: number[]): Judged => ({
  at: 0,
  label,
  logits: Float64Array.from(logits),
  similarity: 1,
});

const SET = [judged(0, 3, 1, 0), judged(0, 1, 3, 0), judged(1, 0, 5, 1), judged(2, 4, 1, 2)];

describe('the evaluation', () => {
  it('counts the right label among the first', () => {
    expect([1, 2, 3].map((count) => topAccuracy(SET, count))).toEqual([0.5, 1, 1]);
  });

  it('tells true from predicted labels', () => {
    expect(confusionMatrix(SET, 3)).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  it('averages F1 over the classes that occur', () => {
    // Class 0: 2 * 1 / (2 + 2), class 1: 2 * 1 / (1 + 2), class 2: 0.
    expect(macroF1(confusionMatrix(SET, 3))).toBeCloseTo((0.5 + 2 / 3 + 0) / 3, 9);
    expect(
      macroF1([
        [2, 0],
        [0, 0],
      ]),
    ).toBe(1);
  });

  it('measures how far scores are from the share that is right', () => {
    const sure = [judged(0, 9, 0), judged(1, 9, 0)];
    expect(calibrationError(sure, 1)).toBeCloseTo(0.5, 3);
  });
});
