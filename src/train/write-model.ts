import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../classify/model-folder.ts';
import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import { writeNewFolder } from '../store/new-folder.ts';

/**
 * Writes a model folder `ROOT/NAME/VERSION` so that it is there whole or not at all. A version is never written over.
 * Gives the folder; throws `train/model`.
 */
export async function writeModelFolder(
  root: string,
  { name, version }: { name: string; version: string },
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const folder = join(root, name, version);
  const taken = await stat(folder).catch(() => undefined);
  if (taken !== undefined) {
    throw new IngestError(
      'train/model',
      `Writing the model ${name} ${version}, found that this version is there already.`,
    );
  }
  try {
    await writeNewFolder(folder, files, MANIFEST_FILE);
    return folder;
  } catch (cause) {
    if (isIngestError(cause)) throw cause;
    throw new IngestError('train/model', `Writing the model ${name} ${version} failed: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
