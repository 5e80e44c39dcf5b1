import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import { classifyBatch } from './classify-batch.ts';
import { openModel } from './open-model.ts';

/** Opens a model and classifies one made-up picture with it. Throws `classify/model` where that does not work. */
export async function tryModel(folder: string): Promise<void> {
  const model = await openModel(folder);
  try {
    const side = model.backend.inputSize;
    const ramp = Uint8Array.from({ length: side * side }, (_, at) => at % 256);
    await classifyBatch([ramp], model);
  } catch (cause) {
    if (!isIngestError(cause, 'classify/inference')) throw cause;
    throw new IngestError('classify/model', `Trying the model in ${folder}, it failed: ${errorMessage(cause)}`, {
      cause,
    });
  } finally {
    await model.close();
  }
}
