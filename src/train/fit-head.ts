import type { Head } from '../classify/head.ts';
import { type Dataset, type Example, trainingSetOf } from './dataset.ts';
import { FULL_BATCH_MAX } from './descent.ts';
import { dealSides } from './split.ts';
import type { HeadTrainer, TrainingSet } from './trainer.ts';

/** How a head is fitted, the same for the one that is kept and for those of every validation. */
export interface FitOptions {
  trainer: HeadTrainer;
  c: number;
  seed: number;
  simulatedWeight: number;
  /** Units of a hidden layer; without it the head is a softmax regression. */
  hidden?: number;
  /** Most steps of a training. */
  steps?: number;
  signal?: AbortSignal;
}

/** A loss over fewer images says too little about when to stop. */
const WATCHED_MIN = 50;

export interface FittedHead {
  head: Head;
  /** Images that were not trained on because they decided when to stop; 0 where none did. */
  watched: number;
}

/**
 * Fits a head to examples. Of a set that is trained in mini-batches the validation side is kept out, and its loss decides
 * when to stop: a tenth of more than 1,024 images is not missed. A smaller set is fitted whole: a softmax regression runs
 * into the one minimum of its loss, which nothing is gained by stopping before, and a tenth of few images is both missed
 * and too few to tell.
 */
export async function fitHead(
  seen: readonly Example[],
  shape: Pick<Dataset, 'labels' | 'dim' | 'classWeights'>,
  { trainer, c, seed, simulatedWeight, hidden, steps, signal }: FitOptions,
): Promise<FittedHead> {
  const { fitted, watched } = keepWatched(seen, simulatedWeight);
  const setOf = (examples: readonly Example[]): TrainingSet => trainingSetOf(examples, shape, simulatedWeight);
  const head = await trainer.train(setOf(fitted), {
    c,
    seed,
    ...(hidden !== undefined && { hidden }),
    ...(steps !== undefined && { steps }),
    ...(watched.length > 0 && { validation: setOf(watched) }),
    ...(signal && { signal }),
  });
  return { head, watched: watched.length };
}

/**
 * Sets the validation side apart, where enough remains and every class of it is also trained on. Groups and nearly
 * identical images stay on one side.
 */
function keepWatched(
  seen: readonly Example[],
  simulatedWeight: number,
): { fitted: readonly Example[]; watched: readonly Example[] } {
  const all = { fitted: seen, watched: [] };
  if (seen.length < WATCHED_MIN || rowsOf(seen, simulatedWeight) <= FULL_BATCH_MAX) return all;
  const { sides } = dealSides(seen);
  const isAside = ({ sha256 }: Example): boolean => sides.get(sha256) === 'validation';
  const trained = new Set(seen.filter((example) => !isAside(example)).map(({ label }) => label));
  const isWatched = (example: Example): boolean => isAside(example) && trained.has(example.label);
  const watched = seen.filter(isWatched);
  const fitted = seen.filter((example) => !isWatched(example));
  const isEnough = watched.length >= WATCHED_MIN && rowsOf(fitted, simulatedWeight) > FULL_BATCH_MAX;
  return isEnough ? { fitted, watched } : all;
}

/** Rows of the training set that the examples make: one a view. */
function rowsOf(examples: readonly Example[], simulatedWeight: number): number {
  const used = examples.filter(({ simulated }) => !simulated || simulatedWeight > 0);
  return used.reduce((sum, { variants = [] }) => sum + 1 + variants.length, 0);
}
