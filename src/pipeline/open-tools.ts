import { mkdir } from 'node:fs/promises';
import { openModel } from '../classify/open-model.ts';
import { openNexusWriter } from '../convert/hdf5.ts';
import { loadNexusTemplate } from '../convert/nexus-template.ts';
import { limitSharp } from '../raster/sharp-limits.ts';
import { SOFTWARE } from '../software.ts';
import { createBufferPool } from './buffer-pool.ts';
import type { BatchTools } from './process-batch.ts';
import type { WorkerSettings } from './protocol.ts';

/** Opens what a worker keeps for its life: the HDF5 writer, the model, and a place to build records. */
export async function openTools(settings: WorkerSettings, staging: string): Promise<BatchTools> {
  limitSharp();
  await mkdir(staging, { recursive: true });
  const nexus = await openNexusWriter(await loadNexusTemplate(), {}, settings.compression);
  const { model } = settings;
  return {
    settings,
    staging,
    software: SOFTWARE,
    nexus,
    buffers: createBufferPool(),
    ...(model && { model: await openModel(model.folder, model) }),
  };
}
