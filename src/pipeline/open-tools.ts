import { mkdir } from 'node:fs/promises';
import { type OpenModel, openModel } from '../classify/open-model.ts';
import { openNexusWriter } from '../convert/hdf5.ts';
import { loadNexusTemplate } from '../convert/nexus-template.ts';
import { IngestError } from '../domain/errors.ts';
import { limitSharp } from '../raster/sharp-limits.ts';
import { SOFTWARE } from '../software.ts';
import { createBufferPool } from './buffer-pool.ts';
import type { BatchTools } from './process-batch.ts';
import type { WorkerModel, WorkerSettings } from './protocol.ts';

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
    ...(model && { model: await openWorkerModel(model) }),
  };
}

/** The tools with another model, which labels every later batch; those given stay as they are where it does not open. */
export async function withModel(tools: BatchTools, model: WorkerModel): Promise<BatchTools> {
  const opened = await openWorkerModel(model);
  await tools.model?.close();
  return { ...tools, settings: { ...tools.settings, model }, model: opened };
}

async function openWorkerModel(model: WorkerModel): Promise<OpenModel> {
  const { folder, sha256, ...options } = model;
  const opened = await openModel(folder, options);
  if (sha256 === undefined || opened.sha256 === sha256) return opened;
  await opened.close();
  throw new IngestError(
    'classify/model',
    `Opening the model in ${folder}, expected SHA-256 ${sha256} of its model.json, found ${opened.sha256}: it was changed.`,
  );
}
