import { rounded } from '../calibrate.ts';
import { bestScore, binOf, isAmong, type Judged } from '../evaluate.ts';
import type { CoveragePoint, Evaluation, ReliabilityBin, ScoreHistogram } from './training-report.ts';

/** An answer's calibrated score and whether it was right: all that the figures of this file look at. */
export interface ScoredAnswer {
  score: number;
  right: boolean;
}

export function scoredAnswers(judged: readonly Judged[], temperature: number): ScoredAnswer[] {
  return judged.map((one) => ({ score: bestScore(one, temperature), right: isAmong(one, 1) }));
}

const RELIABILITY_BINS = 10;

/** How often answers of a score were right; `n` is a number of images: answers over repeats. */
export function reliabilityBins(answers: readonly ScoredAnswer[], repeats: number): ReliabilityBin[] {
  return Array.from({ length: RELIABILITY_BINS }, (_, bin) => {
    const members = answers.filter(({ score }) => binOf(score, RELIABILITY_BINS) === bin);
    return {
      from: bin / RELIABILITY_BINS,
      to: (bin + 1) / RELIABILITY_BINS,
      n: rounded(members.length / repeats),
      ...(members.length > 0 && {
        meanScore: meanOf(members.map(({ score }) => score)),
        right: meanOf(members.map(({ right }) => (right ? 1 : 0))),
      }),
    };
  });
}

function meanOf(values: readonly number[]): number {
  return rounded(values.reduce((a, b) => a + b, 0) / values.length);
}

const HISTOGRAM_BINS = 20;

/** The scores of right and of wrong answers, counted over all repeats, and where the two curves cross. */
export function scoreHistogram(answers: readonly ScoredAnswer[]): ScoreHistogram {
  const count = (isRight: boolean): number[] => {
    const bins = Array.from({ length: HISTOGRAM_BINS }, () => 0);
    for (const { score, right } of answers) {
      const bin = binOf(score, HISTOGRAM_BINS);
      if (right === isRight) bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return bins;
  };
  const crossing = crossingOf(answers);
  return { right: count(true), wrong: count(false), ...(crossing !== undefined && { crossing }) };
}

/**
 * The score with the fewest answers on the wrong side of it, right ones below and wrong ones above: there the curves of
 * the two counts cross, and no width of bins decides where.
 */
function crossingOf(answers: readonly ScoredAnswer[]): number | undefined {
  const wrong = answers.filter(({ right }) => !right).length;
  if (wrong === 0 || wrong === answers.length) return undefined;
  const sorted = answers.toSorted((a, b) => a.score - b.score);
  let misplaced = wrong;
  let fewest = { misplaced, from: 0, to: sorted[0]?.score ?? 0 };
  sorted.forEach(({ score, right }, at) => {
    misplaced += right ? 1 : -1;
    const next = sorted[at + 1]?.score ?? 1;
    if (next > score && misplaced < fewest.misplaced) fewest = { misplaced, from: score, to: next };
  });
  return rounded((fewest.from + fewest.to) / 2);
}

/** Of the wrong answers, the share whose second label is right. */
export function secondRight(judged: readonly Judged[]): Evaluation['secondRight'] {
  const wrong = judged.filter((one) => !isAmong(one, 1));
  const right = wrong.filter((one) => isAmong(one, 2)).length;
  return { wrong: wrong.length, right: wrong.length === 0 ? 0 : rounded(right / wrong.length) };
}

const COVERAGE_STEPS = 20;

/** Accuracy where only the surest answers are taken: answers of equal score are taken together. */
export function coverageCurve(answers: readonly ScoredAnswer[]): CoveragePoint[] {
  const sorted = answers.toSorted((a, b) => b.score - a.score);
  const rights = sorted.map(({ right }) => (right ? 1 : 0));
  const points: CoveragePoint[] = [];
  let taken = 0;
  let right = 0;
  for (let step = 1; step <= COVERAGE_STEPS; step += 1) {
    const wanted = Math.ceil((sorted.length * step) / COVERAGE_STEPS);
    const above = sorted[wanted - 1]?.score ?? 0;
    for (; taken < sorted.length && (taken < wanted || sorted[taken]?.score === above); taken += 1) {
      right += rights[taken] ?? 0;
    }
    const coverage = rounded(taken / sorted.length);
    if (points.at(-1)?.coverage === coverage) continue;
    points.push({ coverage, above: rounded(above), accuracy: rounded(right / taken) });
  }
  return points.toReversed();
}
