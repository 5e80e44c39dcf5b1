import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../classify/model-folder.ts';
import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import { fsyncFolder, writeFileAtomic } from '../store/atomic-file.ts';

/**
 * Writes a model folder `ROOT/NAME/VERSION` so that it is there whole or not at all: a temporary folder beside it, then a
 * rename. A version is never written over. Gives the folder; throws `train/model`.
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
  // The leading dot keeps a half-written model out of every list of versions.
  const temporary = join(root, name, `.${version}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(temporary, { recursive: true });
    const inOrder = Object.entries(files).toSorted(
      ([a], [b]) => Number(a === MANIFEST_FILE) - Number(b === MANIFEST_FILE),
    );
    for (const [file, bytes] of inOrder) await writeFileAtomic(join(temporary, file), bytes, { fsync: true });
    await rename(temporary, folder);
    await fsyncFolder(join(root, name));
    return folder;
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (isIngestError(cause)) throw cause;
    throw new IngestError('train/model', `Writing the model ${name} ${version} failed: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
