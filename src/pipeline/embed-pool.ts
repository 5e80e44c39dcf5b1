import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import type { Config } from '../config/schema.ts';
import type { Log } from '../log.ts';
import type { Augmentation } from '../train/augment.ts';
import type { EmbedOutcome } from '../train/dataset.ts';
import type { Embed } from '../train/gather-embeddings.ts';
import { createProcessPool, type ProcessPool, type Work } from './process-pool.ts';
import type { EmbedTask, WorkerBackbone } from './protocol.ts';

export interface EmbedPoolOptions {
  /** Worker processes at most. */
  count: number;
  memoryMiB: number;
  deadlineS: number;
  signal: AbortSignal;
  entry?: URL;
}

export interface EmbedPool {
  /**
   * Embeds files in worker processes, one answer a file in their order; one call at a time. A file that kills its worker, or takes longer than
   * the deadline, becomes an `error`. Throws where no worker can start, and the signal's reason when it is aborted.
   */
  embed: Embed;
  close(): Promise<void>;
}

/** What a worker is asked for at once: enough that no worker waits, few enough that the progress moves. */
const FILES_A_BATCH = 4;

/** The same decoding, preprocessing and processes as records are made with. No process starts before there is a file. */
export function createEmbedPool(
  backbone: WorkerBackbone,
  { count, memoryMiB, deadlineS, signal, entry }: EmbedPoolOptions,
  log: Log,
): EmbedPool {
  const settings = { backbone, memoryMiB };
  const work: Work<EmbedTask, EmbedOutcome> = {
    init: () => ({ type: 'init-embedder', settings }),
    ask: (id, tasks) => ({ type: 'embed', id, tasks }),
    results: (answer) => (answer.type === 'embedded' ? answer.results : []),
    failed: ({ file }, { message }) => ({ file, error: message }),
    bytes: ({ bytes = 0 }) => bytes,
    // A file that cannot be read is an answer; the workers write nothing.
    fatal: () => undefined,
  };
  let pool: ProcessPool<EmbedTask, EmbedOutcome> | undefined;
  let size = 0;
  return {
    async *embed(files, augmentations) {
      signal.throwIfAborted();
      const batches = inBatches(files, augmentations);
      if (batches.length === 0) return;
      const wanted = Math.min(count, batches.length);
      if (pool === undefined || size < wanted) {
        await pool?.close();
        // Embedders keep nothing on disk: their staging folder is never made.
        pool = createProcessPool(work, { count: wanted, deadlineS, staging: tmpdir(), entry }, log);
        size = wanted;
      }
      yield* inOrder(batches, pool, signal);
    },
    async close() {
      await pool?.close();
    },
  };
}

/** An {@link createEmbedPool} with as many workers as the config gives to records. */
export function openEmbedPool(
  { workers }: Readonly<Config>,
  backbone: WorkerBackbone,
  signal: AbortSignal,
  log: Log,
): EmbedPool {
  const { count = availableParallelism(), memoryMiB, deadlineS } = workers;
  return createEmbedPool(backbone, { count, memoryMiB, deadlineS, signal }, log);
}

function inBatches(files: readonly string[], augmentations: readonly Augmentation[]): EmbedTask[][] {
  const tasks = files.map((file) => ({ file, augmentations }));
  const count = Math.ceil(tasks.length / FILES_A_BATCH);
  return Array.from({ length: count }, (_, at) => tasks.slice(at * FILES_A_BATCH, (at + 1) * FILES_A_BATCH));
}

async function withSizes(tasks: readonly EmbedTask[]): Promise<EmbedTask[]> {
  return await Promise.all(
    tasks.map(async (task) => ({ ...task, bytes: (await stat(task.file).catch(() => undefined))?.size })),
  );
}

async function* inOrder(
  batches: readonly EmbedTask[][],
  pool: ProcessPool<EmbedTask, EmbedOutcome>,
  signal: AbortSignal,
): AsyncGenerator<EmbedOutcome> {
  const done = new AbortController();
  const aborted = once(signal, 'abort', done).then(() => signal.throwIfAborted());
  const waiting = batches.values();
  const underWay: Promise<EmbedOutcome[]>[] = [];
  const send = (): void => {
    const { value: batch } = waiting.next();
    if (batch === undefined) return;
    const answer = withSizes(batch).then((tasks) => pool.run(tasks));
    // A later one may fail while an earlier one is waited for; it is thrown when its turn comes.
    answer.catch(() => undefined);
    underWay.push(answer);
  };
  aborted.catch(() => undefined);
  try {
    for (let i = 0; i < pool.capacity; i++) send();
    for (let next = underWay.shift(); next !== undefined; next = underWay.shift()) {
      const outcomes = await Promise.race([next, aborted]);
      send();
      yield* outcomes ?? [];
    }
  } finally {
    done.abort();
  }
}
