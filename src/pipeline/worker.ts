import { errorMessage, isIngestError } from '../domain/errors.ts';
import { openTools } from './open-tools.ts';
import { type BatchTools, processBatch } from './process-batch.ts';
import type { FailureData, WorkerRequest, WorkerResponse } from './protocol.ts';

/** A worker's conversation: requests in, responses out, one batch at a time. Knows nothing of the channel. */
export function createWorker(
  staging: string,
  send: (response: WorkerResponse) => void,
): (request: WorkerRequest) => Promise<void> {
  let tools: BatchTools | undefined;
  let turn: Promise<void> = Promise.resolve();

  async function handle(request: WorkerRequest): Promise<void> {
    switch (request.type) {
      case 'init':
        tools = await openTools(request.settings, staging);
        send({ type: 'ready' });
        return;
      case 'batch': {
        if (!tools) throw new Error('a batch came before init');
        const { id } = request;
        const results = await processBatch(request.tasks, tools, (path) => send({ type: 'started', id, path }));
        for (const result of results) send({ type: 'result', id, result });
        send({ type: 'batch-done', id, maxRssMiB: process.resourceUsage().maxRSS / 1024 });
      }
    }
  }

  return (request) => {
    turn = turn
      .then(() => handle(request))
      .catch((error: unknown) => send({ type: 'failed', failure: failureData(error) }));
    return turn;
  };
}

/** An error as data, for the other side of a process boundary. */
export function failureData(error: unknown): FailureData {
  const systemCode = systemCodeOf(error);
  return {
    ...(systemCode !== undefined && { systemCode }),
    code: isIngestError(error) ? error.code : 'pipeline/worker-crashed',
    message: errorMessage(error),
    ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
  };
}

function systemCodeOf(error: unknown): string | undefined {
  if (isIngestError(error)) return systemCodeOf(error.cause);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
