import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DecisionOptions } from '../classify/decide.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { Scored, ScoreRecords } from './score-records.ts';

export interface ScoreThreadData {
  repo: string;
  /** Of the model. */
  folder: string;
  options: DecisionOptions;
}

/** A failure as data: an Error loses its fields on the way between threads. */
export type ScoreReply = { scored: Scored[] } | { failure: string };

export interface ScoreThreads {
  score: ScoreRecords;
  close(): Promise<void>;
}

/**
 * Scores records in `count` threads (default: one a core), because to read and to score takes most of the time, and STATE
 * is written meanwhile.
 */
export function openScoreThreads(data: ScoreThreadData, count = availableParallelism()): ScoreThreads {
  // tsc rewrites the endings of imports, not of URLs.
  const entry = new URL(`./score-thread${extname(import.meta.filename)}`, import.meta.url);
  const threads = Array.from({ length: count }, () => new Worker(entry, { workerData: data }));
  return {
    async score(ids) {
      // Each gets its share at once: while STATE is written nobody hears that a thread wants more.
      const share = Math.ceil(ids.length / threads.length);
      const shares = threads.map((thread, at) => [thread, ids.slice(at * share, (at + 1) * share)] as const);
      return (await Promise.all(shares.map(([thread, part]) => ask(thread, part)))).flat();
    },
    close: async () => {
      await Promise.all(threads.map(async (thread) => await thread.terminate()));
    },
  };
}

async function ask(thread: Worker, ids: readonly ContentHash[]): Promise<Scored[]> {
  const reply = await new Promise<ScoreReply>((resolve) => {
    const settle = (answer: ScoreReply): void => {
      thread.off('message', settle).off('error', fail).off('exit', leave);
      resolve(answer);
    };
    const fail = (error: unknown): void => settle({ failure: errorMessage(error) });
    const leave = (code: number): void => settle({ failure: `the thread ended with ${code}` });
    thread.on('message', settle).on('error', fail).on('exit', leave);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    thread.postMessage(ids);
  });
  if ('scored' in reply) return reply.scored;
  throw new IngestError('classify/model', `Scoring records failed: ${reply.failure}`);
}
