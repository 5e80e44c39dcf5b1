import type { WorkerSettings } from '../../src/pipeline/protocol.ts';

/** Settings of a worker that classifies nothing, as the config's defaults make them. */
export function workerSettings(repo: string, changed: Partial<WorkerSettings> = {}): WorkerSettings {
  return {
    repo,
    accept: ['tiff'],
    durability: 'batch',
    instrument: {},
    publish: { operator: false },
    jpeg: { quality: 90 },
    pages: 'all',
    compression: 'none',
    crate: true,
    memoryMiB: 1536,
    ...changed,
  };
}
