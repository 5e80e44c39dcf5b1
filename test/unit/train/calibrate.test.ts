import { describe, expect, it } from 'vitest';
import {
  chooseThreshold,
  fitTemperature,
  outlierLimit,
  type Validation,
  wilsonLower,
} from '../../../src/train/calibrate.ts';
import { calibrationError, type Judged } from '../../../src/train/evaluate.ts';
import { seededRandom } from '../../../src/train/seeded-random.ts';

const GROUND = { temperature: 1, realImages: [50, 50], outlierBelow: 0.3 };

/** A judgement of two classes that gives class 0 the score `score`. */
function judged(score: number, label: number, similarity = 0.9): Judged {
  return { at: 0, label, logits: Float64Array.of(Math.log(score), Math.log(1 - score)), similarity };
}

function validation(images: readonly Judged[], repeats = 1): Validation {
  return { name: 'cross-validation', judged: images, repeats };
}

const many = (count: number, make: () => Judged): Judged[] => Array.from({ length: count }, make);

describe('the temperature', () => {
  it('is found again after logits were multiplied by it', () => {
    const random = seededRandom(4);
    const images = many(4000, () => {
      const score = 0.5 + random() / 2;
      const logits = Float64Array.of(Math.log(score) * 3, Math.log(1 - score) * 3);
      return { at: 0, label: random() < score ? 0 : 1, logits, similarity: 1 };
    });
    const temperature = fitTemperature([validation(images)]);
    expect(temperature).toBeGreaterThan(2.7);
    expect(temperature).toBeLessThan(3.3);
    expect(calibrationError(images, temperature)).toBeLessThan(0.03);
    expect(calibrationError(images, 1)).toBeGreaterThan(0.1);
  });

  it('weighs an unseen-group validation as much as a larger one of seen groups', () => {
    const sure = many(500, () => judged(0.9, 0));
    const wrong = many(20, () => judged(0.9, 1));
    expect(fitTemperature([validation(sure), validation(wrong)])).toBeGreaterThan(
      fitTemperature([validation([...sure, ...wrong])]),
    );
  });
});

describe('a threshold', () => {
  it('is the lowest score above which enough are right', () => {
    const images = [...many(100, () => judged(0.9, 0)), ...many(20, () => judged(0.7, 1))];
    const chosen = chooseThreshold([{ validation: validation(images), target: 0.95 }], 1, GROUND);
    expect(chosen?.above).toBe(0.7);
    expect(chosen?.evidence).toEqual([
      { validation: 'cross-validation', n: 100, precision: 1, lowerBound: 0.9737, target: 0.95 },
    ]);
  });

  it('is absent where a few right images are no proof', () => {
    const images = many(40, () => judged(0.9, 0));
    expect(wilsonLower(40, 40)).toBeLessThan(0.95);
    expect(chooseThreshold([{ validation: validation(images), target: 0.95 }], 1, GROUND)).toBeUndefined();
  });

  it('does not take repeats for more images', () => {
    const images = many(200, () => judged(0.9, 0));
    expect(chooseThreshold([{ validation: validation(images, 5), target: 0.95 }], 1, GROUND)).toBeUndefined();
  });

  it('is absent where unseen groups do not reach their precision', () => {
    const seen = validation(many(500, () => judged(0.9, 0)));
    const unseen = validation([...many(60, () => judged(0.9, 0)), ...many(60, () => judged(0.95, 1))]);
    const demand = { validation: seen, target: 0.95 };
    expect(chooseThreshold([demand], 1, GROUND)).toBeDefined();
    expect(chooseThreshold([demand, { validation: unseen, target: 0.95 }], 1, GROUND)).toBeUndefined();
  });

  it('is judged on those images only that could get the decision', () => {
    const images = [...many(100, () => judged(0.9, 0)), ...many(50, () => judged(0.95, 1, 0.1))];
    expect(chooseThreshold([{ validation: validation(images), target: 0.95 }], 1, GROUND)?.above).toBe(0);
    const few = { ...GROUND, realImages: [9, 50] };
    expect(chooseThreshold([{ validation: validation(images), target: 0.95 }], 1, few)).toBeUndefined();
  });

  it('of suggestions counts the first two labels', () => {
    const images = many(100, () => judged(0.9, 1));
    expect(chooseThreshold([{ validation: validation(images), target: 0.9 }], 2, GROUND)?.above).toBe(0);
  });
});

describe('the outlier limit', () => {
  it('lies above a tenth of the images of seen groups', () => {
    const images = Array.from({ length: 100 }, (_, at) => judged(0.9, 0, at / 100));
    expect(outlierLimit(images)).toBe(0.1);
  });
});
