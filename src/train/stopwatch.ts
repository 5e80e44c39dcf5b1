import { performance } from 'node:perf_hooks';
import type { ModelRef } from '../domain/record.ts';
import { writeFileAtomic } from '../store/atomic-file.ts';

/** Seconds of each part of a training, in thousandths; they never go into a model folder, whose bytes they would change. */
export interface TrainingSeconds {
  /** Reading, hashing and embedding the pictures that were not in the cache. */
  embeddings: number;
  /** Cross-validation, left-out groups, choice of weights and thresholds. */
  validation: number;
  /** The head that is kept. */
  head: number;
  /** Figures, learning curve, plots and thumbnails. */
  report: number;
}

/** Adds up the time that parts of a training take. */
export interface Stopwatch {
  readonly seconds: TrainingSeconds;
  time<T>(part: keyof TrainingSeconds, work: () => Promise<T>): Promise<T>;
}

export function createStopwatch(): Stopwatch {
  const seconds: TrainingSeconds = { embeddings: 0, validation: 0, head: 0, report: 0 };
  return {
    seconds,
    async time(part, work) {
      const start = performance.now();
      try {
        return await work();
      } finally {
        seconds[part] = Number((seconds[part] + (performance.now() - start) / 1000).toFixed(3));
      }
    },
  };
}

export function sumOf(a: TrainingSeconds, b: TrainingSeconds): TrainingSeconds {
  const sum = (part: keyof TrainingSeconds): number => Number((a[part] + b[part]).toFixed(3));
  return {
    embeddings: sum('embeddings'),
    validation: sum('validation'),
    head: sum('head'),
    report: sum('report'),
  };
}

export interface Timing {
  ref: ModelRef;
  images: number;
  /** Images whose embedding was in the cache. */
  cached: number;
  seconds: TrainingSeconds;
}

/**
 * Writes `VERSION.timing.json` beside the model folder `folder`, not into it: the folder is the same for the same images
 * and seed, the time is not. Throws `store/io`.
 */
export async function writeTiming(folder: string, { ref, ...measured }: Timing): Promise<void> {
  const json = JSON.stringify({ model: ref, ...measured }, undefined, 2);
  await writeFileAtomic(`${folder}.timing.json`, new TextEncoder().encode(`${json}\n`), { fsync: false });
}
