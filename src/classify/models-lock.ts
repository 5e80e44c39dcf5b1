import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { IngestError } from '../domain/errors.ts';
import { openLock } from '../store/sqlite.ts';

const LOCK_FILE = 'models.lock';
/** What is done under the lock reads and writes one small file. */
const PATIENCE_MS = 5000;
const RETRY_MS = 25;

/**
 * Does `work` while no other process changes what stands beside the models of this folder (which of them is promoted, the
 * shared test list). The folder is made where it is not there. Throws `store/locked`.
 */
export async function withModelsLock<Result>(modelsFolder: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(modelsFolder, { recursive: true });
  const deadline = performance.now() + PATIENCE_MS;
  const file = join(modelsFolder, LOCK_FILE);
  let lock = openLock(file, 0);
  // SQLite's own patience would keep this process from letting go of a lock that it holds itself.
  while (lock === undefined && performance.now() < deadline) {
    await pause(RETRY_MS);
    lock = openLock(file, 0);
  }
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
