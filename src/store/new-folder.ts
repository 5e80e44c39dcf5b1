import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fsyncFolder, writeFileAtomic } from './atomic-file.ts';

/**
 * Writes a folder that is not there yet so that it appears whole or not at all: a temporary folder beside it, whose leading
 * dot keeps it out of lists, then a rename. `last` is written after the other files. Nothing is left behind by a failure,
 * which is thrown as it comes; a folder that is there already makes the rename fail.
 */
export async function writeNewFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  last: string,
): Promise<void> {
  const parent = dirname(folder);
  const temporary = join(parent, `.${basename(folder)}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(temporary, { recursive: true });
    const inOrder = Object.entries(files).toSorted(([a], [b]) => Number(a === last) - Number(b === last));
    for (const [file, bytes] of inOrder) await writeFileAtomic(join(temporary, file), bytes, { fsync: true });
    await rename(temporary, folder);
    await fsyncFolder(parent);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}
