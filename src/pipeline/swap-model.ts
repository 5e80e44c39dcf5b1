import { IngestError } from '../domain/errors.ts';
import type { FailureData, WorkerModel } from './protocol.ts';

/** What became of asking a worker to use another model; `gone`: it ended before it answered. */
export type ModelAnswer = { kind: 'used' } | { kind: 'refused'; failure: FailureData } | { kind: 'gone' };

/** A worker that can be asked. */
export interface ModelUser {
  /** Answered when the batches that were sent before are made and the model is loaded. */
  use(model: WorkerModel): Promise<ModelAnswer>;
  kill(): void;
}

/** The workers of a pool, as far as their model goes. */
export interface ModelUsers {
  /** Those there are now. */
  workers(): ModelUser[];
  /** What workers are started with. */
  startsWith(): WorkerModel | undefined;
  startWith(model: WorkerModel): void;
}

/** A worker may end for another reason just when it is asked. */
const TRIES = 3;

/**
 * Lets all workers classify with `model`, each after the batches it was sent before. One worker tries it first; where that
 * one or a later one cannot load it, all have the model they had before. Throws `classify/model`.
 */
export async function swapModel(model: WorkerModel, users: ModelUsers): Promise<void> {
  const before = users.startsWith();
  const first = await tryFirst(model, users);
  // Workers that start from here on have the new model; all others are asked in the same turn of the event loop.
  users.startWith(model);
  const others = users.workers().filter((worker) => worker !== first);
  const answers = await Promise.all(others.map((worker) => worker.use(model)));
  const refused = answers.find((answer) => answer.kind === 'refused');
  if (refused === undefined) return;
  if (before !== undefined) await goBack(before, users);
  throw refusal(refused.failure);
}

async function tryFirst(model: WorkerModel, users: ModelUsers): Promise<ModelUser> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [worker] = users.workers();
    if (worker === undefined) break;
    const answer = await worker.use(model);
    if (answer.kind === 'used') return worker;
    if (answer.kind === 'refused') throw refusal(answer.failure);
  }
  throw new IngestError(
    'classify/model',
    'Taking another model into use, expected a worker that loads it, found that workers ended before they had.',
  );
}

async function goBack(before: WorkerModel, users: ModelUsers): Promise<void> {
  users.startWith(before);
  await Promise.all(
    users.workers().map(async (worker) => {
      // The next one to start in its place has the model before.
      if ((await worker.use(before)).kind === 'refused') worker.kill();
    }),
  );
}

function refusal({ message }: FailureData): IngestError {
  return new IngestError('classify/model', `Taking another model into use, a worker refused it: ${message}`);
}
