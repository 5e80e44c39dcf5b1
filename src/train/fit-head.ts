import type { Head } from '../classify/head.ts';
import { type ClassWeights, type Dataset, type Example, trainingSetOf } from './dataset.ts';
import { FULL_BATCH_MAX } from './descent.ts';
import { sideOf } from './split.ts';
import type { HeadTrainer, TrainingSet } from './trainer.ts';

/** How a head is fitted, the same for the one that is kept and for those of every validation. */
export interface FitOptions {
  trainer: HeadTrainer;
  c: number;
  seed: number;
  simulatedWeight: number;
  /** Default `none`. */
  classWeights?: ClassWeights;
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
  shape: Pick<Dataset, 'labels' | 'dim'>,
  { trainer, c, seed, simulatedWeight, classWeights, hidden, steps, signal }: FitOptions,
): Promise<FittedHead> {
  const { fitted, watched } = keepWatched(seen, simulatedWeight);
  const setOf = (examples: readonly Example[]): TrainingSet =>
    trainingSetOf(examples, shape, simulatedWeight, classWeights);
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

function isAside({ sha256, simulated }: Example): boolean {
  return !simulated && sideOf(sha256) === 'validation';
}

/** Sets the validation side apart, where enough remains and every class of it is also trained on. */
function keepWatched(
  seen: readonly Example[],
  simulatedWeight: number,
): { fitted: readonly Example[]; watched: readonly Example[] } {
  const trained = new Set(seen.filter((example) => !isAside(example)).map(({ label }) => label));
  const isWatched = (example: Example): boolean => isAside(example) && trained.has(example.label);
  const watched = seen.filter(isWatched);
  const fitted = seen.filter((example) => !isWatched(example));
  const used = fitted.filter(({ simulated }) => !simulated || simulatedWeight > 0);
  const isEnough = watched.length >= WATCHED_MIN && used.length > FULL_BATCH_MAX;
  return isEnough ? { fitted, watched } : { fitted: seen, watched: [] };
}
