import { join } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import type { FailureData, WorkerAnswer, WorkerInit, WorkerRequest, WorkerResponse } from './protocol.ts';
import type { ModelAnswer, ModelUser } from './swap-model.ts';
import { startWorker, type WorkerEnd, type WorkerLink } from './worker-link.ts';

export interface PoolOptions {
  count: number;
  deadlineS: number;
  /** Folder of this run; each worker builds its records in a folder of its own below it. */
  staging: string;
  /** Script of a worker process; the default is ours. */
  entry?: URL | undefined;
}

/** What the workers of a pool do: the kinds of message for it, and what becomes of a task that kills its worker. */
export interface Work<Task, Result> {
  /** What a worker is started with from now on; it answers `ready`. */
  init(): WorkerInit;
  ask(id: number, tasks: Task[]): WorkerRequest;
  /** One result a task, in order. */
  results(answer: WorkerAnswer): Result[];
  failed(task: Task, failure: FailureData): Result;
  /** Of the task's file; a large one is given more time. */
  bytes(task: Task): number;
  /** The error that ends the pool, where every further task would fail as this one did. */
  fatal(failure: FailureData): IngestError | undefined;
}

export interface ProcessPool<Task, Result> {
  /**
   * Does a batch in one worker and resolves with one result a task, in order. A batch whose worker dies, hangs or fails
   * is done again one task at a time, and a task that does so alone has failed. Rejects only when no worker can do any
   * work: {@link Work.fatal}, no worker can start, the pool is closed.
   */
  run(tasks: Task[]): Promise<Result[]>;
  /** How many batches may be under way so that no worker waits for the next. */
  readonly capacity: number;
  /** Seconds from the start of the pool until its last worker was ready. */
  startupS(): number;
  /** Sum of each worker's own peak of resident memory, of all workers there have been. */
  peakRssMiB(): number;
  /** The workers there are now, as those that can be given another model. */
  modelUsers(): ModelUser[];
  close(): Promise<void>;
}

interface Job<Task, Result> {
  id: number;
  tasks: Task[];
  resolve: (results: Result[]) => void;
  reject: (error: BatchFailure | IngestError) => void;
}

interface Slot<Task, Result> {
  link: WorkerLink;
  ready: boolean;
  /** Sent and not answered: one is made, another may be on its way to disk, the others wait inside the worker. */
  jobs: Job<Task, Result>[];
  /** The job of which the worker last said that it works on it. */
  current?: number;
  timer?: NodeJS.Timeout;
  /** The deadline that passed. */
  overdueS?: number;
  maxRssMiB: number;
  user: ModelUser;
  /** Told what became of the model that the worker was asked to use. */
  onModel?: (answer: ModelAnswer) => void;
}

/** A batch that did not get through; `fatal` when no other batch would either. */
class BatchFailure extends Error {
  readonly failure: FailureData;

  constructor(failure: FailureData) {
    super(failure.message);
    this.failure = failure;
  }
}

const JOBS_A_WORKER = 3;
const MAX_DEATHS_BEFORE_READY = 3;
const CLOSE_GRACE_MS = 5000;

interface PoolState<Task, Result> {
  readonly options: PoolOptions;
  readonly work: Work<Task, Result>;
  readonly log: Log;
  readonly slots: Slot<Task, Result>[];
  readonly waiting: Job<Task, Result>[];
  nextId: number;
  /** Workers that ended in a row before they were ready. */
  stillborn: number;
  closed: boolean;
  readonly startedAt: number;
  startupS: number;
  /** Peak memory of the workers that have ended. */
  endedRssMiB: number;
  fatal?: IngestError;
}

/** Starts worker processes, and another for each one that ends before {@link ProcessPool.close}. */
export function createProcessPool<Task, Result>(
  work: Work<Task, Result>,
  options: PoolOptions,
  log: Log,
): ProcessPool<Task, Result> {
  const pool: PoolState<Task, Result> = {
    options,
    work,
    log,
    slots: [],
    waiting: [],
    nextId: 0,
    stillborn: 0,
    closed: false,
    startedAt: performance.now(),
    startupS: 0,
    endedRssMiB: 0,
  };
  for (let i = 0; i < options.count; i++) spawn(pool);
  return {
    capacity: options.count * JOBS_A_WORKER,
    run: (tasks) => runWithRetry(pool, tasks),
    startupS: () => pool.startupS,
    peakRssMiB: () => pool.slots.reduce((sum, { maxRssMiB }) => sum + maxRssMiB, pool.endedRssMiB),
    modelUsers: () => pool.slots.map(({ user }) => user),
    close: () => closePool(pool),
  };
}

function spawn<Task, Result>(pool: PoolState<Task, Result>): void {
  const staging = join(pool.options.staging, String(pool.nextId++));
  const slot: Slot<Task, Result> = {
    ready: false,
    jobs: [],
    maxRssMiB: 0,
    user: {
      use: (model) =>
        new Promise((resolve) => {
          slot.onModel = resolve;
          slot.link.send({ type: 'use-model', model });
        }),
      kill: () => slot.link.kill(),
    },
    link: startWorker({ init: pool.work.init(), staging, entry: pool.options.entry }, pool.log, {
      response: (response) => onResponse(pool, slot, response),
      end: (end) => onEnd(pool, slot, end),
    }),
  };
  pool.slots.push(slot);
}

function onResponse<Task, Result>(
  pool: PoolState<Task, Result>,
  slot: Slot<Task, Result>,
  response: WorkerResponse,
): void {
  switch (response.type) {
    case 'ready':
      slot.ready = true;
      pool.startupS = (performance.now() - pool.startedAt) / 1000;
      pool.stillborn = 0;
      dispatch(pool);
      return;
    case 'started':
      slot.current = response.id;
      armDeadline(pool, slot);
      return;
    case 'batch-done':
    case 'embedded':
      slot.maxRssMiB = response.maxRssMiB;
      finish(pool, slot, response.id, (job) => job.resolve(pool.work.results(response)));
      return;
    case 'model-used':
      slot.onModel?.({ kind: 'used' });
      return;
    case 'model-refused':
      slot.onModel?.({ kind: 'refused', failure: response.failure });
      return;
    case 'failed':
      if (response.id !== undefined) {
        finish(pool, slot, response.id, (job) => job.reject(new BatchFailure(response.failure)));
      } else {
        stop(pool, new IngestError('pipeline/worker-crashed', `No worker could start: ${response.failure.message}`));
      }
  }
}

function finish<Task, Result>(
  pool: PoolState<Task, Result>,
  slot: Slot<Task, Result>,
  id: number,
  settle: (job: Job<Task, Result>) => void,
): void {
  const at = slot.jobs.findIndex((job) => job.id === id);
  const [job] = at < 0 ? [] : slot.jobs.splice(at, 1);
  if (job) settle(job);
  clearTimeout(slot.timer);
  if (slot.jobs.length > 0) armDeadline(pool, slot);
  dispatch(pool);
}

function armDeadline<Task, Result>(pool: PoolState<Task, Result>, slot: Slot<Task, Result>): void {
  clearTimeout(slot.timer);
  const seconds = secondsFor(
    slot.jobs.flatMap(({ tasks }) => tasks.map((task) => pool.work.bytes(task))),
    pool.options.deadlineS,
  );
  slot.timer = setTimeout(() => {
    slot.overdueS = seconds;
    slot.link.kill();
  }, seconds * 1000);
}

/**
 * Pictures too large for memory are read up to three times (SHA-256, survey, pixels) and written once: a share of
 * 100 Mbit/s reads about 12 MB/s, a third of which is left.
 */
const LARGE_BYTES_PER_S = 4e6;
/** Smaller files are read once. */
const LARGE_BYTES = 2 ** 26;

/** The largest file counts that is under way in the worker, for it may be on its way to disk while another is begun. */
function secondsFor(sizes: readonly number[], deadlineS: number): number {
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return largest < LARGE_BYTES ? deadlineS : deadlineS + Math.round(largest / LARGE_BYTES_PER_S);
}

function onEnd<Task, Result>(pool: PoolState<Task, Result>, slot: Slot<Task, Result>, end: WorkerEnd): void {
  clearTimeout(slot.timer);
  pool.slots.splice(pool.slots.indexOf(slot), 1);
  pool.endedRssMiB += slot.maxRssMiB;
  slot.onModel?.({ kind: 'gone' });
  const current = slot.jobs.find(({ id }) => id === slot.current) ?? slot.jobs[0];
  const others = slot.jobs.filter((job) => job !== current);
  pool.waiting.unshift(...others);
  current?.reject(new BatchFailure(slot.overdueS === undefined ? end : overdueFailure(slot.overdueS)));
  if (pool.closed) return;
  pool.log.warn({ pid: slot.link.pid, ...end, overdue: slot.overdueS !== undefined }, 'a worker ended');
  if (!slot.ready && ++pool.stillborn >= MAX_DEATHS_BEFORE_READY) {
    stop(pool, new IngestError('pipeline/worker-crashed', `No worker could start: ${end.message}`));
    return;
  }
  spawn(pool);
}

function dispatch<Task, Result>(pool: PoolState<Task, Result>): void {
  for (;;) {
    const slot = pool.slots
      .filter(({ ready, jobs }) => ready && jobs.length < JOBS_A_WORKER)
      .toSorted((a, b) => a.jobs.length - b.jobs.length)[0];
    const job = slot && pool.waiting.shift();
    if (!slot || !job) return;
    slot.jobs.push(job);
    if (slot.jobs.length === 1) armDeadline(pool, slot);
    slot.link.send(pool.work.ask(job.id, job.tasks));
  }
}

function stop<Task, Result>(pool: PoolState<Task, Result>, error: IngestError): void {
  pool.fatal ??= error;
  pool.closed = true;
  const lost = [...pool.waiting.splice(0), ...pool.slots.flatMap(({ jobs }) => jobs.splice(0))];
  for (const job of lost) job.reject(pool.fatal);
  for (const { link } of pool.slots) link.kill();
}

function submit<Task, Result>(pool: PoolState<Task, Result>, tasks: Task[]): Promise<Result[]> {
  if (pool.closed)
    return Promise.reject(pool.fatal ?? new IngestError('pipeline/aborted', 'The worker pool is closed.'));
  return new Promise((resolve, reject) => {
    pool.waiting.push({ id: pool.nextId++, tasks, resolve, reject });
    dispatch(pool);
  });
}

async function closePool<Task, Result>(pool: PoolState<Task, Result>): Promise<void> {
  pool.closed = true;
  for (const { link } of pool.slots) link.disconnect();
  const deadline = Date.now() + CLOSE_GRACE_MS;
  while (pool.slots.length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const { link } of pool.slots) link.kill();
}

function overdueFailure(deadlineS: number): FailureData {
  return { code: 'pipeline/deadline', message: `it was not done within ${deadlineS} s` };
}

async function runWithRetry<Task, Result>(pool: PoolState<Task, Result>, tasks: Task[]): Promise<Result[]> {
  try {
    return await submit(pool, tasks);
  } catch (error) {
    const failure = survivable(pool, error);
    const [only] = tasks;
    if (tasks.length === 1 && only && failure.code !== 'pipeline/worker-crashed')
      return [pool.work.failed(only, failure)];
  }
  const results: Result[] = [];
  for (const task of tasks) results.push(await runAlone(pool, task));
  return results;
}

async function runAlone<Task, Result>(pool: PoolState<Task, Result>, task: Task): Promise<Result> {
  try {
    return (await submit(pool, [task]))[0] as Result;
  } catch (error) {
    return pool.work.failed(task, survivable(pool, error));
  }
}

/** The failure of one batch; a fault that every batch would meet ends the pool and is thrown. */
function survivable<Task, Result>(pool: PoolState<Task, Result>, error: unknown): FailureData {
  if (!(error instanceof BatchFailure)) throw error;
  const fatal = pool.work.fatal(error.failure);
  if (fatal === undefined) return error.failure;
  stop(pool, fatal);
  throw fatal;
}
