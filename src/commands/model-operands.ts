import { loadModelFolder, type ModelFolder } from '../classify/model-folder.ts';
import { findStored } from '../classify/model-store.ts';
import { IngestError } from '../domain/errors.ts';
import type { ModelRef } from '../domain/record.ts';
import { modelInUse, modelRoots } from '../pipeline/model-in-use.ts';
import type { Settings } from './settings.ts';

/** The model that operands name, or without any the one in use; a lone version is one of the configured name. */
export async function operandModel(
  operands: readonly string[],
  { config }: Settings,
  state: string,
): Promise<ModelFolder> {
  if (operands.length === 0) return (await modelInUse(config, state)).model;
  if (operands.length > 2) throw new IngestError('usage', `expected one model, received ${operands.length} operands`);
  const { folder } = await findStored(operands, modelRoots(state), config.classify.model);
  return await loadModelFolder(folder);
}

/** As it is typed. */
export function modelName({ name, version }: ModelRef): string {
  return `${name}/${version}`;
}
