import { basename, dirname, relative, sep } from 'node:path';
import type { Label } from '../domain/record.ts';
import type { FileState } from '../domain/states.ts';
import { candidateRules } from '../watcher/candidate.ts';
import { systemClock } from '../watcher/clock.ts';
import { createSidecarFinder } from '../watcher/find-sidecars.ts';
import { createNameInside } from './name-inside.ts';
import { openTools, withModel } from './open-tools.ts';
import { taskOf } from './plan-files.ts';
import { processBatch } from './process-batch.ts';
import type { FileResult, FileTask, WorkerModel, WorkerSettings } from './protocol.ts';
import { userFilesOf } from './user-files.ts';

export interface StdioRequest {
  /** Absolute. */
  path: string;
  /** Folder whose structure the record keeps; without it the file's own. */
  inbox?: string;
  redo: boolean;
}

/** What became of a file, without pixels or vectors: those are in REPO. */
export interface StdioResult {
  file: string;
  state: FileState;
  reason: string;
  record?: string;
  sha256?: string;
  labels?: Pick<Label, 'label' | 'score'>[];
  decision?: string;
}

export interface StdioWorker {
  /** One result a request, in order. Faults of one file do not touch the others. */
  process(requests: StdioRequest[]): Promise<StdioResult[]>;
  /** Classifies with another model from now on; throws where it does not load, and the model before stays. */
  useModel(model: WorkerModel): Promise<void>;
}

/** A worker for other schedulers: it has no ledger; that a record exists is told by REPO itself. */
export async function openStdioWorker(settings: WorkerSettings, staging: string): Promise<StdioWorker> {
  let tools = await openTools(settings, staging);
  const sidecars = createSidecarFinder(candidateRules(['tiff', 'jpeg', 'png']), systemClock, createNameInside());
  const userFiles = userFilesOf();
  const toTask = async ({ path, inbox = dirname(path), redo }: StdioRequest): Promise<FileTask> => {
    const relativePath = relative(inbox, path).split(sep).join('/');
    const safe = relativePath.startsWith('..') ? basename(path) : relativePath;
    const userContext = await userFiles(safe === relativePath ? inbox : dirname(path)).of(safe);
    const found = { path, relativePath: safe, sidecars: await sidecars.find(path) };
    return taskOf(found, inbox, { redo, ...(userContext && { userContext }) });
  };
  return {
    async process(requests) {
      const tasks = await Promise.all(requests.map(toTask));
      return (await processBatch(tasks, tools, () => undefined)).map(stdioResult);
    },
    async useModel(model) {
      tools = await withModel(tools, model);
    },
  };
}

function stdioResult(result: FileResult): StdioResult {
  const file = result.task.path;
  switch (result.kind) {
    case 'written':
    case 'exists': {
      const { record, folder, kind } = result;
      return {
        file,
        state: kind === 'written' ? 'done' : 'skipped',
        reason: kind === 'written' ? `record made, revision ${record.revision}` : 'its record was found in REPO',
        record: folder,
        sha256: record.id,
        labels: record.classification.labels.map(({ label, score }) => ({ label, score })),
        decision: record.classification.decision,
      };
    }
    case 'skipped':
    case 'quarantined':
      return { file, state: result.kind, reason: result.reason };
    case 'unsettled':
      return { file, state: 'waiting', reason: result.reason };
  }
}
