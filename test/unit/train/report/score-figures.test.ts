import { describe, expect, it } from 'vitest';
import {
  coverageCurve,
  reliabilityBins,
  type ScoredAnswer,
  scoreHistogram,
  secondRight,
} from '../../../../src/train/report/score-figures.ts';
import { judgedScores } from '../../../builders/judgements.ts';

const answer = (score: number, right: boolean): ScoredAnswer => ({ score, right });

describe('the reliability bins', () => {
  it('set mean score beside share of right answers, and leave empty bins empty', () => {
    const bins = reliabilityBins([answer(0.82, true), answer(0.88, false), answer(1, true)], 1);
    expect(bins).toHaveLength(10);
    expect(bins[8]).toEqual({ from: 0.8, to: 0.9, n: 2, meanScore: 0.85, right: 0.5 });
    expect(bins[9]).toEqual({ from: 0.9, to: 1, n: 1, meanScore: 1, right: 1 });
    expect(bins[0]).toEqual({ from: 0, to: 0.1, n: 0 });
  });

  it('count images, not answers, where images were judged several times', () => {
    expect(reliabilityBins([answer(0.5, true), answer(0.5, false)], 2)[5]?.n).toBe(1);
  });
});

describe('the score histogram', () => {
  it('crosses where the fewest answers are on the wrong side', () => {
    const answers = [
      ...[0.2, 0.3, 0.4, 0.5].map((score) => answer(score, false)),
      ...[0.6, 0.7, 0.8, 0.9].map((score) => answer(score, true)),
    ];
    const { right, wrong, crossing } = scoreHistogram(answers);
    expect(crossing).toBe(0.55);
    expect([right, wrong].map((counts) => counts.reduce((a, b) => a + b, 0))).toEqual([4, 4]);
    expect(wrong[4]).toBe(1);
    expect(scoreHistogram([...answers, answer(0.3, true), answer(0.8, false)]).crossing).toBe(0.55);
  });

  it('has no crossing where all answers are right, or all wrong', () => {
    for (const right of [true, false]) {
      expect(scoreHistogram([answer(0.5, right), answer(0.7, right)])).not.toHaveProperty('crossing');
    }
  });
});

describe('the second answer', () => {
  it('is counted among images whose first is wrong', () => {
    const judged = [
      judgedScores(0, 0, [0.7, 0.2, 0.1]),
      judgedScores(1, 1, [0.7, 0.2, 0.1]),
      judgedScores(2, 2, [0.7, 0.2, 0.1]),
    ];
    expect(secondRight(judged)).toEqual({ wrong: 2, right: 0.5 });
    expect(secondRight(judged.slice(0, 1))).toEqual({ wrong: 0, right: 0 });
  });
});

describe('accuracy at coverage', () => {
  it('takes the surest answers first, down from all of them', () => {
    const answers = Array.from({ length: 20 }, (_, at) => answer((at + 1) / 20, at >= 10));
    const curve = coverageCurve(answers);
    expect(curve[0]).toEqual({ coverage: 1, above: 0.05, accuracy: 0.5 });
    expect(curve.find(({ coverage }) => coverage === 0.5)).toEqual({ coverage: 0.5, above: 0.55, accuracy: 1 });
    expect(curve.at(-1)).toEqual({ coverage: 0.05, above: 1, accuracy: 1 });
  });

  it('never parts answers of one score', () => {
    const curve = coverageCurve([answer(0.9, true), answer(0.5, true), answer(0.5, false), answer(0.5, false)]);
    expect(curve).toEqual([
      { coverage: 1, above: 0.5, accuracy: 0.5 },
      { coverage: 0.25, above: 0.9, accuracy: 1 },
    ]);
  });
});
