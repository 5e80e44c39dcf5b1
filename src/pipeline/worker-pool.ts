import { IngestError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import { createProcessPool, type PoolOptions, type ProcessPool, type Work } from './process-pool.ts';
import type { FailureData, FileResult, FileTask, WorkerModel, WorkerSettings } from './protocol.ts';
import { swapModel } from './swap-model.ts';

export interface WorkerPoolOptions extends PoolOptions {
  settings: WorkerSettings;
}

/** Makes records of files; a file that kills its worker alone is quarantined, and REPO that cannot be written ends it. */
export interface WorkerPool extends Omit<ProcessPool<FileTask, FileResult>, 'modelUsers'> {
  /**
   * Lets every worker classify with another model, between two batches: those sent before are made with the model before.
   * Throws `classify/model` where it does not load, and then the model before stays. One call at a time.
   */
  useModel(model: WorkerModel): Promise<void>;
}

/** Faults of the place we write to: every further file would meet them too. */
const FATAL_SYSTEM_CODES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT']);

export function createWorkerPool({ settings, ...options }: WorkerPoolOptions, log: Log): WorkerPool {
  let current = settings;
  const work: Work<FileTask, FileResult> = {
    init: () => ({ type: 'init', settings: current }),
    ask: (id, tasks) => ({ type: 'batch', id, tasks }),
    results: (answer) => (answer.type === 'batch-done' ? answer.results : []),
    failed: (task, { code, message }) => ({ kind: 'quarantined', task, ms: {}, code, reason: message }),
    bytes: ({ bytes = 0 }) => bytes,
    fatal: faultOfRepo,
  };
  const processes = createProcessPool(work, options, log);
  return {
    ...processes,
    useModel: (model) =>
      swapModel(model, {
        workers: () => processes.modelUsers(),
        startsWith: () => current.model,
        startWith: (next) => {
          current = { ...current, model: next };
        },
      }),
  };
}

function faultOfRepo({ systemCode = '', message }: FailureData): IngestError | undefined {
  if (!FATAL_SYSTEM_CODES.has(systemCode)) return undefined;
  return new IngestError('publish/folder', `REPO cannot be written: ${message}`, { retryable: true });
}
