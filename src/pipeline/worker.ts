import { errorMessage, isIngestError } from '../domain/errors.ts';
import { createEmbedder } from './embedder.ts';
import { openTools, withModel } from './open-tools.ts';
import { type BatchTools, type CommitBatch, makeBatch } from './process-batch.ts';
import type { FailureData, WorkerRequest, WorkerResponse } from './protocol.ts';
import { maxRssMiB, signOfLife } from './signs-of-life.ts';

/**
 * A worker's conversation: requests in, responses out. Batches are made one after the other; while one is forced to
 * disk, the next is made. Another model is taken into use between two batches. A worker that was started with a network
 * alone embeds pictures instead. Knows nothing of the channel.
 */
export function createWorker(
  staging: string,
  send: (response: WorkerResponse) => void,
): (request: WorkerRequest) => Promise<void> {
  let tools: BatchTools | undefined;
  const embedder = createEmbedder(send);
  let making: Promise<void> = Promise.resolve();
  let committing: Promise<void> = Promise.resolve();

  async function commitAndSend(id: number, commit: CommitBatch): Promise<void> {
    try {
      const results = await commit();
      send({ type: 'batch-done', id, results, maxRssMiB: maxRssMiB() });
    } catch (error) {
      send({ type: 'failed', id, failure: failureData(error) });
    }
  }

  async function handle(request: WorkerRequest): Promise<void> {
    switch (request.type) {
      case 'init':
        tools = await openTools(request.settings, staging);
        send({ type: 'ready' });
        return;
      case 'init-embedder':
      case 'embed':
        await embedder(request);
        return;
      case 'batch': {
        if (!tools) throw new Error('a batch came before init');
        const { id } = request;
        const commit = await makeBatch(request.tasks, tools, signOfLife(id, send));
        await committing;
        committing = commitAndSend(id, commit);
        return;
      }
      case 'use-model':
        if (!tools) throw new Error('a model came before init');
        // Batches are made one after the other, and one that is on its way to disk needs no model any more.
        tools = await withModel(tools, request.model);
        send({ type: 'model-used' });
    }
  }

  return async (request) => {
    making = making
      .then(() => handle(request))
      .catch((error: unknown) => {
        const failure = failureData(error);
        if (request.type === 'use-model') return send({ type: 'model-refused', failure });
        send({ type: 'failed', ...('id' in request && { id: request.id }), failure });
      });
    await making;
    await committing;
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
