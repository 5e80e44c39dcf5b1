import { describe, expect, it } from 'vitest';
import { type EvaluationRules, evaluateSplit } from '../../../../src/train/report/evaluate-split.ts';
import { groupDifference } from '../../../../src/train/report/group-difference.ts';
import { worstErrors } from '../../../../src/train/report/worst-errors.ts';
import { exampleAt, judgedScores } from '../../../builders/judgements.ts';

const LABELS = ['a', 'b', 'c'];
const RULES: EvaluationRules = {
  temperature: 1,
  realImages: [50, 50, 50],
  outlierBelow: 0.3,
  acceptAbove: 0.65,
  suggestAbove: 0.3,
  labels: LABELS,
  seed: 1,
};

/** Right, right, second right, wrong altogether; the last class has one group only. */
const JUDGED = [
  judgedScores(0, 0, [0.7, 0.2, 0.1]),
  judgedScores(1, 1, [0.2, 0.6, 0.2]),
  judgedScores(2, 1, [0.5, 0.4, 0.1]),
  judgedScores(3, 2, [0.8, 0.15, 0.05]),
];
const GROUPS = ['monday', 'monday', 'tuesday', 'monday'];
const EXAMPLES = JUDGED.map(({ at, label }) =>
  exampleAt(at, label, { group: GROUPS[at] ?? '', file: `/home/someone/sem/${LABELS[label]}/picture ${at}.tif` }),
);

describe('the evaluation of a split', () => {
  it('counts answers, decisions and second answers', () => {
    const evaluation = evaluateSplit({ split: 'test', judged: JUDGED, examples: EXAMPLES, repeats: 1 }, RULES);
    expect(evaluation.metrics).toMatchObject({ n: 4, top1: 0.5, top2: 0.75, accepted: { n: 2, right: 0.5 } });
    expect(evaluation.topAccuracy).toEqual({ 1: 0.5, 2: 0.75, 3: 1, 5: 1 });
    expect(evaluation.secondRight).toEqual({ wrong: 2, right: 0.5 });
    expect(evaluation).not.toHaveProperty('perGroup');
  });

  it('sets classes of a single group apart where groups were left out', () => {
    const split = { split: 'leave-one-group-out', judged: JUDGED, examples: EXAMPLES, repeats: 1, groups: 2 };
    const evaluation = evaluateSplit(split, { ...RULES, labels: LABELS });
    expect(evaluation.perGroup).toEqual([
      { group: 'monday', n: 3, right: 2 },
      { group: 'tuesday', n: 1, right: 0 },
    ]);
    expect(evaluation.singleGroup).toEqual(['a', 'c']);
    expect(evaluation.severalGroups).toMatchObject({ n: 2, top1: 0.5 });
  });
});

describe('the difference between seen and unseen groups', () => {
  const of = (split: string, judged = JUDGED, groups?: number) =>
    evaluateSplit({ split, judged, examples: EXAMPLES, repeats: 1, ...(groups && { groups }) }, RULES);

  it('says that the random split flatters where it does', () => {
    const seen = of('cross-validation', JUDGED.slice(0, 2));
    const { unseen, meaning } = groupDifference([seen, of('leave-one-group-out', JUDGED, 2)]);
    expect(unseen).toBe(0.5);
    expect(meaning).toContain('flatters');
    expect(meaning).toContain('100 of 100');
    expect(meaning).toContain('50 of 100 without the 2 classes of one group only');
  });

  it('says that both are alike where they are', () => {
    const { meaning } = groupDifference([of('cross-validation'), of('leave-one-group-out', JUDGED, 2)]);
    expect(meaning).toContain('carries over');
  });

  it('says that groups are unknown rather than that all is well', () => {
    const { unseen, meaning } = groupDifference([of('cross-validation')]);
    expect(unseen).toBeUndefined();
    expect(meaning).toContain('not known');
  });
});

describe('the worst errors', () => {
  it('are the surest first, by the mean over repeats, named by folder and file only', () => {
    const again = JUDGED.map((one) => (one.at === 2 ? judgedScores(2, 1, [0.9, 0.05, 0.05]) : one));
    const errors = worstErrors([...JUDGED, ...again], EXAMPLES, LABELS, 1);
    expect(
      errors.map(({ picture, label, predicted, score, labelScore }) => [picture, label, predicted, score, labelScore]),
    ).toEqual([
      ['c/picture 3.tif', 'c', 'a', 0.8, 0.05],
      ['b/picture 2.tif', 'b', 'a', 0.7, 0.225],
    ]);
  });

  it('are thirty at most', () => {
    const judged = Array.from({ length: 50 }, (_, at) => judgedScores(at, 1, [0.5 + at / 200, 0.5 - at / 200]));
    const errors = worstErrors(
      judged,
      judged.map(({ at }) => exampleAt(at, 1)),
      ['a', 'b'],
      1,
    );
    expect(errors).toHaveLength(30);
    expect(errors[0]?.score).toBeCloseTo(0.745, 4);
  });
});
