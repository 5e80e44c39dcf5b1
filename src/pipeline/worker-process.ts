import type { WorkerRequest } from './protocol.ts';
import { watchMemory } from './watch-memory.ts';
import { createWorker } from './worker.ts';

/** Entry of a pool worker: `node worker-process.js STAGING MEMORY_MIB`, requests and responses over IPC. */
const [staging, memoryMiB] = process.argv.slice(2);
if (process.send === undefined || staging === undefined) {
  throw new Error('worker-process is started by the worker pool only');
}
watchMemory(Number(memoryMiB));
const handle = createWorker(staging, (response) => process.send?.(response));
process.on('message', (request: WorkerRequest) => void handle(request));
// The parent has gone (killed, perhaps): what was begun in the staging folder is swept by the next run.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent decides when a worker ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
