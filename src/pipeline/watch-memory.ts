import { Worker } from 'node:worker_threads';

/** Exit line on stderr by which the parent tells a worker that outgrew its memory from one that crashed. */
export const MEMORY_EXCEEDED = 'semantiff-worker-memory-exceeded';

const INTERVAL_MS = 100;

/**
 * Ends this process with SIGKILL when its resident memory passes `limitMiB`. The check runs in a thread of its own, so
 * that a decoder stuck in native code is caught too. The thread does not keep the process alive.
 */
export function watchMemory(limitMiB: number): void {
  const source = `
    const { writeSync } = require('node:fs');
    const limit = ${limitMiB} * 2 ** 20;
    setInterval(() => {
      const rss = process.memoryUsage.rss();
      if (rss <= limit) return;
      writeSync(2, '${MEMORY_EXCEEDED} ' + Math.round(rss / 2 ** 20) + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }, ${INTERVAL_MS});`;
  new Worker(source, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 }, execArgv: [] }).unref();
}
