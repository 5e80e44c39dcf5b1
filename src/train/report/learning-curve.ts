import { createHash } from 'node:crypto';
import { logitsOf } from '../../classify/head.ts';
import { rounded } from '../calibrate.ts';
import { type Dataset, type Example, isJudged } from '../dataset.ts';
import { confusionMatrix, type Judged, macroF1, topAccuracy } from '../evaluate.ts';
import { type FitOptions, fitHead } from '../fit-head.ts';
import { dealFolds } from '../split.ts';
import type { CurvePoint, LearningCurve, Spread } from './training-report.ts';

const PER_CLASS = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
/** Of a large set: every head of some hundred images and more takes as long as the one that is kept. */
const PER_CLASS_OF_MANY = [10, 50, 200, 1000, 5000];
const MANY_IMAGES = 2000;
/** One fold of five is judged in each draw. */
const FOLDS = 5;
/** Of more images than these the share of right ones is known to a percent. */
const JUDGED_MAX = 2000;

/** Every draw trains a head for each point; a large set needs fewer of them for the same steadiness. */
function drawsFor(images: number): number {
  if (images <= 500) return 5;
  return images <= MANY_IMAGES ? 3 : 2;
}

interface Draw {
  judged: readonly Example[];
  /** Images of each class to train on; a larger number of them always contains a smaller one. */
  pools: readonly (readonly Example[])[];
  /** Simulated pictures and such that made the backbone: they train every head. */
  others: readonly Example[];
}

/**
 * Accuracy over the number of images of every class: in each draw a fifth of the real images is judged, and heads are
 * trained on 5, 10, 20, 50 ... of each class of the others, up to all of them; a large set has fewer draws and steps. The images judged are of groups that the
 * head may have seen, as in cross-validation. Undefined where no class has more than two images to train on.
 */
export async function learningCurve(
  fitted: readonly Example[],
  shape: Pick<Dataset, 'labels' | 'dim' | 'classWeights'>,
  options: FitOptions,
): Promise<LearningCurve | undefined> {
  const real = fitted.filter(isJudged);
  const others = fitted.filter((example) => !isJudged(example));
  const draws = Array.from({ length: drawsFor(real.length) }, (_, round) =>
    drawOf(real, others, shape.labels.length, `${options.seed}/curve/${round}`),
  );
  const largest = Math.max(...draws.flatMap(({ pools }) => pools.map((pool) => pool.length)));
  if (largest <= 2 || draws.some(({ judged }) => judged.length === 0)) return undefined;
  const series = real.length <= MANY_IMAGES ? PER_CLASS : PER_CLASS_OF_MANY;
  const steps = [...series.filter((perClass) => perClass < largest), largest];
  const points: CurvePoint[] = [];
  for (const perClass of steps) points.push(await pointOf(perClass, draws, shape, options));
  return { judged: rounded(meanOf(draws.map(({ judged }) => judged.length))), points };
}

function drawOf(real: readonly Example[], others: readonly Example[], classes: number, round: string): Draw {
  const folds = dealFolds(real, FOLDS, round);
  const keys = new Map(real.map(({ sha256 }) => [sha256, keyOf(round, sha256)]));
  const mixed = (examples: readonly Example[]): Example[] =>
    examples.toSorted((a, b) => ((keys.get(a.sha256) ?? '') < (keys.get(b.sha256) ?? '') ? -1 : 1));
  const learnt = mixed(real.filter((_, at) => folds[at] !== 0));
  return {
    judged: mixed(real.filter((_, at) => folds[at] === 0)).slice(0, JUDGED_MAX),
    pools: Array.from({ length: classes }, (_, label) => learnt.filter((example) => example.label === label)),
    others,
  };
}

function keyOf(round: string, sha256: string): string {
  return createHash('sha256').update(`${round}/${sha256}`).digest('hex');
}

async function pointOf(
  perClass: number,
  draws: readonly Draw[],
  shape: Pick<Dataset, 'labels' | 'dim' | 'classWeights'>,
  options: FitOptions,
): Promise<CurvePoint> {
  const figures: { top1: number; macroF1: number; images: number }[] = [];
  for (const { judged, pools, others } of draws) {
    const chosen = pools.flatMap((pool) => pool.slice(0, perClass));
    const { head } = await fitHead([...chosen, ...others], shape, options);
    const logits = logitsOf(head);
    const answers = judged.map(
      ({ label, embedding }, at): Judged => ({ at, label, logits: logits(embedding), similarity: 1 }),
    );
    const confusion = confusionMatrix(answers, shape.labels.length);
    figures.push({ top1: topAccuracy(answers, 1), macroF1: macroF1(confusion), images: chosen.length });
  }
  const full = Math.min(...draws.map(({ pools }) => pools.filter((pool) => pool.length >= perClass).length));
  return {
    perClass,
    full,
    images: rounded(meanOf(figures.map(({ images }) => images))),
    draws: draws.length,
    top1: spreadOf(figures.map(({ top1 }) => top1)),
    macroF1: spreadOf(figures.map((one) => one.macroF1)),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function spreadOf(values: readonly number[]): Spread {
  return { mean: rounded(meanOf(values)), low: rounded(Math.min(...values)), high: rounded(Math.max(...values)) };
}
