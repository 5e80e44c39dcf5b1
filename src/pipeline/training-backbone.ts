import { join } from 'node:path';
import { findBackbone, readBackboneFile } from '../classify/backbone-folder.ts';
import { type ModelFolder, readBackbone } from '../classify/model-folder.ts';
import type { ModelRef } from '../domain/record.ts';
import type { WorkerBackbone } from './protocol.ts';

/** A network to train on: its file was looked at, and is opened where pictures are embedded. */
export interface TrainingBackbone {
  backbone: WorkerBackbone & { name: string };
  /** The model that it is of. */
  parent?: ModelRef;
}

/** Folder of the backbones that were imported. */
export function backbonesFolder(state: string): string {
  return join(state, 'backbones');
}

/** The backbone of a model, to train another head on it; throws `classify/model` where its file was changed. */
export async function backboneOfModel(model: ModelFolder): Promise<TrainingBackbone> {
  const { inputSize, backbone } = model.manifest;
  await readBackbone(model);
  const { name, sha256, interface: face } = backbone;
  return {
    backbone: { name, file: join(model.folder, backbone.file), sha256, inputSize, interface: face },
    parent: model.ref,
  };
}

/** An imported backbone by its name; throws `classify/model` where there is none, or its file was changed. */
export async function importedBackbone(state: string, name: string): Promise<TrainingBackbone> {
  const found = await findBackbone(backbonesFolder(state), name);
  await readBackboneFile(found);
  const { inputSize, file, sha256, interface: face } = found.descriptor;
  return { backbone: { name, file: join(found.folder, file), sha256, inputSize, interface: face } };
}
