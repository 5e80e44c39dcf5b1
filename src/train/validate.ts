import { type Head, logitsOf } from '../classify/head.ts';
import { type Neighbours, nearestSimilarity, unitVector } from '../classify/neighbours.ts';
import type { Validation } from './calibrate.ts';
import { chooseNeighbours } from './choose-neighbours.ts';
import { type Dataset, type Example, isJudged } from './dataset.ts';
import type { Judged } from './evaluate.ts';
import { type FitOptions, fitHead } from './fit-head.ts';
import { dealFolds, dealGroups } from './split.ts';

type Shape = Pick<Dataset, 'labels' | 'dim' | 'classWeights'>;

const FOLDS = 5;

/** More images need fewer repeats for the same steadiness, and each costs five trainings. */
function repeatsFor(images: number): number {
  if (images <= 500) return 5;
  return images <= 2000 ? 2 : 1;
}

/** Folds of whole groups: of many images a fold of several groups leaves enough others to learn from. */
function groupFoldsFor(images: number): number {
  return images <= 2000 ? 30 : 10;
}

/**
 * Five-fold cross-validation over the real images, repeated with other folds where there are few. Simulated images, and
 * those that made the backbone, train every head and are never judged.
 */
export async function crossValidate(
  examples: readonly Example[],
  shape: Shape,
  options: FitOptions,
): Promise<Validation> {
  const real = examples.filter(isJudged);
  const repeats = repeatsFor(real.length);
  const judged: Judged[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    judged.push(...(await judgeFolds(examples, dealFolds(real, FOLDS, `${options.seed}/${repeat}`), shape, options)));
  }
  return { name: 'cross-validation', judged, repeats };
}

/** Every group judged by a head that has seen none of it; undefined where fewer than two groups are known. */
export async function leaveGroupsOut(
  examples: readonly Example[],
  shape: Shape,
  options: FitOptions,
): Promise<Validation | undefined> {
  const real = examples.filter(isJudged);
  const dealt = dealGroups(real, groupFoldsFor(real.length));
  if (dealt === undefined) return undefined;
  const judged = await judgeFolds(examples, dealt.folds, shape, options);
  return { name: 'leave-one-group-out', judged, repeats: 1, groups: dealt.groups };
}

/** `folds` has one fold for each real example. */
async function judgeFolds(
  examples: readonly Example[],
  folds: readonly number[],
  shape: Shape,
  options: FitOptions,
): Promise<Judged[]> {
  const real = examples.filter(isJudged);
  const others = examples.filter((example) => !isJudged(example));
  const judged: Judged[] = [];
  for (const fold of new Set(folds.toSorted((a, b) => a - b))) {
    const seen = [...real.filter((_, at) => folds[at] !== fold), ...others];
    const judge = await fitJudge(seen, shape, options);
    real.forEach((example, at) => {
      if (folds[at] === fold) judged.push(judge(example, at));
    });
  }
  return judged.toSorted((a, b) => a.at - b.at);
}

/** Trains on `seen` and gives a function that judges other examples. */
async function fitJudge(seen: readonly Example[], shape: Shape, options: FitOptions): Promise<Judge> {
  const { head } = await fitHead(seen, shape, options);
  return judgeOf(head, chooseNeighbours(seen, head));
}

export type Judge = (example: Example, at: number) => Judged;

/** What a head and its outlier guard say of an example; `at` is its index among the real examples. */
export function judgeOf(head: Head, neighbours: Neighbours): Judge {
  const logits = logitsOf(head);
  return ({ label, embedding }, at) => ({
    at,
    label,
    logits: logits(embedding),
    similarity: nearestSimilarity(neighbours, unitVector(head, embedding)),
  });
}
