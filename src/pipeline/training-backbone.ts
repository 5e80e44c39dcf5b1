import { join } from 'node:path';
import { findBackbone, readBackboneFile } from '../classify/backbone-folder.ts';
import type { InferenceBackend } from '../classify/backend.ts';
import { type ModelFolder, readBackbone } from '../classify/model-folder.ts';
import { openBackbone } from '../classify/open-backbone.ts';
import type { ModelRef } from '../domain/record.ts';
import type { BackboneSource } from '../train/retrain.ts';

/** A network that is open, and what a training must know of it. */
export interface TrainingBackbone {
  backbone: BackboneSource;
  backend: InferenceBackend;
  /** The model that it is of. */
  parent?: ModelRef;
}

/** Folder of the backbones that were imported. */
export function backbonesFolder(state: string): string {
  return join(state, 'backbones');
}

/** Opens the backbone of a model, to train another head on it; throws `classify/model`. */
export async function backboneOfModel(model: ModelFolder): Promise<TrainingBackbone> {
  const { inputSize, backbone } = model.manifest;
  const face = backbone.interface;
  const backend = await openBackbone(await readBackbone(model), { interface: face, inputSize });
  const file = join(model.folder, backbone.file);
  return { backbone: { name: backbone.name, file, inputSize, interface: face }, backend, parent: model.ref };
}

/** Opens an imported backbone by its name; throws `classify/model`. */
export async function importedBackbone(state: string, name: string): Promise<TrainingBackbone> {
  const found = await findBackbone(backbonesFolder(state), name);
  const { inputSize, file, interface: face } = found.descriptor;
  const backend = await openBackbone(await readBackboneFile(found), { interface: face, inputSize });
  return { backbone: { name, file: join(found.folder, file), inputSize, interface: face }, backend };
}
