import { describe, expect, it } from 'vitest';
import { intervalsOf } from '../../../../src/train/report/bootstrap.ts';
import { seededRandom } from '../../../../src/train/seeded-random.ts';
import { exampleAt, judgedScores } from '../../../builders/judgements.ts';

const OPTIONS = { classes: 2, temperature: 1, seed: 1 };
const right = (at: number) => judgedScores(at, 0, [0.9, 0.1]);
const wrong = (at: number) => judgedScores(at, 1, [0.9, 0.1]);

describe('the intervals of the bootstrap', () => {
  it('are about as wide as those of a share of independent images', () => {
    const judged = Array.from({ length: 200 }, (_, at) => (at < 160 ? right(at) : wrong(at)));
    const examples = judged.map(({ at, label }) => exampleAt(at, label));
    const { unit, units, top1 } = intervalsOf(judged, examples, OPTIONS);
    expect({ unit, units }).toEqual({ unit: 'image', units: 200 });
    // 0.8 ± 1.96 √(0.8 · 0.2 / 200) = 0.745 to 0.855.
    expect(top1[0]).toBeGreaterThan(0.725);
    expect(top1[0]).toBeLessThan(0.765);
    expect(top1[1]).toBeGreaterThan(0.835);
    expect(top1[1]).toBeLessThan(0.875);
  });

  it('hold the truth about as often as they say', () => {
    const random = seededRandom(7);
    const trials = Array.from({ length: 100 }, (_, seed) => {
      const judged = Array.from({ length: 120 }, (__, at) => (random() < 0.7 ? right(at) : wrong(at)));
      const examples = judged.map(({ at, label }) => exampleAt(at, label));
      const { top1 } = intervalsOf(judged, examples, { ...OPTIONS, seed });
      return top1[0] <= 0.7 && 0.7 <= top1[1];
    });
    expect(trials.filter(Boolean).length).toBeGreaterThanOrEqual(88);
  });

  it('are wider where whole groups are right or wrong', () => {
    const judged = Array.from({ length: 200 }, (_, at) => (at < 160 ? right(at) : wrong(at)));
    const alone = judged.map(({ at, label }) => exampleAt(at, label));
    const grouped = judged.map(({ at, label }) => exampleAt(at, label, { group: `session ${Math.floor(at / 20)}` }));
    const images = intervalsOf(judged, alone, OPTIONS).top1;
    const groups = intervalsOf(judged, grouped, OPTIONS);
    expect({ unit: groups.unit, units: groups.units }).toEqual({ unit: 'group', units: 10 });
    expect(groups.top1[1] - groups.top1[0]).toBeGreaterThan(2 * (images[1] - images[0]));
  });

  it('draw images where there are too few groups to draw from', () => {
    const judged = [right(0), right(1), wrong(2), right(3)];
    const examples = judged.map(({ at, label }) => exampleAt(at, label, { group: `session ${at % 2}` }));
    expect(intervalsOf(judged, examples, OPTIONS)).toMatchObject({ unit: 'image', units: 4 });
  });

  it('do not become narrower by judging the same images again', () => {
    const once = Array.from({ length: 100 }, (_, at) => (at < 70 ? right(at) : wrong(at)));
    const examples = once.map(({ at, label }) => exampleAt(at, label));
    const width = ([low, high]: readonly [number, number]) => high - low;
    const single = width(intervalsOf(once, examples, OPTIONS).top1);
    const five = width(intervalsOf([once, once, once, once, once].flat(), examples, OPTIONS).top1);
    expect(five).toBeCloseTo(single, 2);
  });

  it('hold the calibration error of the images themselves, which every resample exceeds', () => {
    const random = seededRandom(3);
    const judged = Array.from({ length: 150 }, (_, at) => {
      const score = 0.5 + random() / 2;
      return judgedScores(at, random() < score ? 0 : 1, [score, 1 - score]);
    });
    const examples = judged.map(({ at, label }) => exampleAt(at, label));
    const { ece } = intervalsOf(judged, examples, OPTIONS);
    expect(ece[0]).toBeLessThan(0.06);
    expect(ece[1]).toBeGreaterThan(0.06);
    expect(ece[1]).toBeLessThan(0.2);
  });

  it('are the same again with the same seed, and of all right answers certain', () => {
    const judged = Array.from({ length: 30 }, (_, at) => right(at));
    const examples = judged.map(({ at, label }) => exampleAt(at, label));
    const first = intervalsOf(judged, examples, OPTIONS);
    expect(intervalsOf(judged, examples, OPTIONS)).toEqual(first);
    expect(first.top1).toEqual([1, 1]);
    expect(first.macroF1).toEqual([1, 1]);
  });
});
