import { join } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import type { FailureData, FileResult, FileTask, WorkerModel, WorkerResponse, WorkerSettings } from './protocol.ts';
import { type ModelAnswer, type ModelUser, swapModel } from './swap-model.ts';
import { startWorker, type WorkerEnd, type WorkerLink } from './worker-link.ts';

export interface PoolOptions {
  count: number;
  settings: WorkerSettings;
  /** This run's staging folder; each worker builds its records in a folder of its own below it. */
  staging: string;
  deadlineS: number;
  /** Script of a worker process; the default is ours. */
  entry?: URL;
}

export interface WorkerPool {
  /**
   * Processes a batch in one worker and resolves with one result a task, in order. A batch whose worker dies, hangs or
   * fails is done again one file at a time, and a file that does so alone is quarantined. Rejects only when no worker
   * can do any work: REPO cannot be written, a model cannot be opened, the pool is closed.
   */
  run(tasks: FileTask[]): Promise<FileResult[]>;
  /**
   * Lets every worker classify with another model, between two batches: those sent before are made with the model before.
   * Throws `classify/model` where it does not load, and then the model before stays. One call at a time.
   */
  useModel(model: WorkerModel): Promise<void>;
  /** How many batches may be under way so that no worker waits for the next. */
  readonly capacity: number;
  /** Seconds from the start of the pool until its last worker was ready. */
  startupS(): number;
  /** Sum of each worker's own peak of resident memory, of all workers there have been. */
  peakRssMiB(): number;
  close(): Promise<void>;
}

interface Job {
  id: number;
  tasks: FileTask[];
  resolve: (results: FileResult[]) => void;
  reject: (error: BatchFailure | IngestError) => void;
}

interface Slot {
  link: WorkerLink;
  ready: boolean;
  /** Sent and not answered: one is made, another may be on its way to disk, the others wait inside the worker. */
  jobs: Job[];
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
/** Faults of the place we write to: every further file would meet them too. */
const FATAL_SYSTEM_CODES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT']);

interface PoolState {
  readonly options: PoolOptions;
  /** What the next worker is started with. */
  settings: WorkerSettings;
  readonly log: Log;
  readonly slots: Slot[];
  readonly waiting: Job[];
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

export function createWorkerPool(options: PoolOptions, log: Log): WorkerPool {
  const pool: PoolState = {
    options,
    settings: options.settings,
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
    useModel: (model) =>
      swapModel(model, {
        workers: () => pool.slots.map(({ user }) => user),
        startsWith: () => pool.settings.model,
        startWith: (next) => (pool.settings = { ...pool.settings, model: next }),
      }),
    startupS: () => pool.startupS,
    peakRssMiB: () => pool.slots.reduce((sum, { maxRssMiB }) => sum + maxRssMiB, pool.endedRssMiB),
    close: () => closePool(pool),
  };
}

function spawn(pool: PoolState): void {
  const staging = join(pool.options.staging, String(pool.nextId++));
  const slot: Slot = {
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
    link: startWorker({ settings: pool.settings, staging, entry: pool.options.entry }, pool.log, {
      response: (response) => onResponse(pool, slot, response),
      end: (end) => onEnd(pool, slot, end),
    }),
  };
  pool.slots.push(slot);
}

function onResponse(pool: PoolState, slot: Slot, response: WorkerResponse): void {
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
      slot.maxRssMiB = response.maxRssMiB;
      finish(pool, slot, response.id, (job) => job.resolve(response.results));
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

function finish(pool: PoolState, slot: Slot, id: number, settle: (job: Job) => void): void {
  const at = slot.jobs.findIndex((job) => job.id === id);
  const [job] = at < 0 ? [] : slot.jobs.splice(at, 1);
  if (job) settle(job);
  clearTimeout(slot.timer);
  if (slot.jobs.length > 0) armDeadline(pool, slot);
  dispatch(pool);
}

function armDeadline(pool: PoolState, slot: Slot): void {
  clearTimeout(slot.timer);
  const seconds = secondsFor(slot, pool.options.deadlineS);
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
function secondsFor({ jobs }: Slot, deadlineS: number): number {
  const sizes = jobs.flatMap(({ tasks }) => tasks.map(({ bytes = 0 }) => bytes));
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return largest < LARGE_BYTES ? deadlineS : deadlineS + Math.round(largest / LARGE_BYTES_PER_S);
}

function onEnd(pool: PoolState, slot: Slot, end: WorkerEnd): void {
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

function dispatch(pool: PoolState): void {
  for (;;) {
    const slot = pool.slots
      .filter(({ ready, jobs }) => ready && jobs.length < JOBS_A_WORKER)
      .toSorted((a, b) => a.jobs.length - b.jobs.length)[0];
    const job = slot && pool.waiting.shift();
    if (!slot || !job) return;
    slot.jobs.push(job);
    if (slot.jobs.length === 1) armDeadline(pool, slot);
    slot.link.send({ type: 'batch', id: job.id, tasks: job.tasks });
  }
}

function stop(pool: PoolState, error: IngestError): void {
  pool.fatal ??= error;
  pool.closed = true;
  for (const job of [...pool.waiting.splice(0), ...pool.slots.flatMap(({ jobs }) => jobs.splice(0))])
    job.reject(pool.fatal);
  for (const { link } of pool.slots) link.kill();
}

function submit(pool: PoolState, tasks: FileTask[]): Promise<FileResult[]> {
  if (pool.closed)
    return Promise.reject(pool.fatal ?? new IngestError('pipeline/aborted', 'The worker pool is closed.'));
  return new Promise((resolve, reject) => {
    pool.waiting.push({ id: pool.nextId++, tasks, resolve, reject });
    dispatch(pool);
  });
}

async function closePool(pool: PoolState): Promise<void> {
  pool.closed = true;
  for (const { link } of pool.slots) link.disconnect();
  const deadline = Date.now() + CLOSE_GRACE_MS;
  while (pool.slots.length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const { link } of pool.slots) link.kill();
}

function overdueFailure(deadlineS: number): FailureData {
  return { code: 'pipeline/deadline', message: `it was not done within ${deadlineS} s` };
}

async function runWithRetry(pool: PoolState, tasks: FileTask[]): Promise<FileResult[]> {
  try {
    return await submit(pool, tasks);
  } catch (error) {
    const failure = survivable(pool, error);
    const [only] = tasks;
    if (tasks.length === 1 && only && failure.code !== 'pipeline/worker-crashed') return [quarantine(only, failure)];
  }
  const results: FileResult[] = [];
  for (const task of tasks) results.push(await runAlone(pool, task));
  return results;
}

async function runAlone(pool: PoolState, task: FileTask): Promise<FileResult> {
  try {
    return (await submit(pool, [task]))[0] as FileResult;
  } catch (error) {
    return quarantine(task, survivable(pool, error));
  }
}

/** The failure of one batch; a fault that every batch would meet ends the pool and is thrown. */
function survivable(pool: PoolState, error: unknown): FailureData {
  if (!(error instanceof BatchFailure)) throw error;
  if (FATAL_SYSTEM_CODES.has(error.failure.systemCode ?? '')) {
    const fatal = new IngestError('publish/folder', `REPO cannot be written: ${error.message}`, { retryable: true });
    stop(pool, fatal);
    throw fatal;
  }
  return error.failure;
}

function quarantine(task: FileTask, { code, message }: FailureData): FileResult {
  return { kind: 'quarantined', task, ms: {}, code, reason: message };
}
