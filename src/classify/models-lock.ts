import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { openLock } from '../store/sqlite.ts';

const LOCK_FILE = 'models.lock';
/** What is done under the lock reads and writes one small file. */
const PATIENCE_MS = 5000;

/**
 * Does `work` while no other process changes what stands beside the models of this folder (which of them is promoted, the
 * shared test list). The folder is made where it is not there. Throws `store/locked`.
 */
export async function withModelsLock<Result>(modelsFolder: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(modelsFolder, { recursive: true });
  const lock = openLock(join(modelsFolder, LOCK_FILE), PATIENCE_MS);
  if (lock === undefined) {
    throw new IngestError(
      'store/locked',
      `Changing what stands in ${modelsFolder}, found another process at it for ${PATIENCE_MS / 1000} s. Try again.`,
      { retryable: true },
    );
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
