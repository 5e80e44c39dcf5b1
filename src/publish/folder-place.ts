import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { IngestError, isIngestError } from '../domain/errors.ts';
import { fsyncFolder } from '../store/atomic-file.ts';
import { sha256OfFile } from '../store/content-hash.ts';
import { writeCopy } from './folder-copy.ts';
import { codeOf, folderFault } from './folder-faults.ts';
import type { Destination, Place, PlacedEntry } from './place.ts';
import { contentFile, type OutgoingFile } from './record-source.ts';
import { temporaryName } from './temporary-name.ts';

/** A folder, local or of a mounted share, as a place for records. */
export function createFolderPlace(root: string): Place {
  const at = (path: string): string => join(root, path);
  return {
    target: 'folder',
    readsKept: true,
    entries: async (folder) => {
      const entries = await listFolder(at(folder), folder);
      if (!entries) await requireRoot(root);
      return entries;
    },
    read: (path) => readOrUndefined(at(path), path),
    sha256: (path) => hashOf(at(path), path),
    bring: (file, to, signal) => bring(root, file, to, signal),
    remove: (path) => remove(at(path), path),
    check: async (signal) => {
      await requireRoot(root);
      const file = contentFile(temporaryName(randomBytes(32).toString('hex')), randomBytes(64));
      await bring(root, file, { folder: '.', entries: [] }, signal);
      await remove(at(file.name), file.name);
      return `${root} takes files: one was written, flushed, read back, renamed and removed.`;
    },
    close: () => Promise.resolve(),
  };
}

/** A share that is not mounted must not look like a target without records. */
async function requireRoot(root: string): Promise<void> {
  const isThere = await stat(root).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isThere) return;
  throw new IngestError('publish/unreachable', `The target folder ${root} is not there.`, { retryable: true });
}

async function bring(root: string, file: OutgoingFile, to: Destination, signal: AbortSignal): Promise<void> {
  await requireRoot(root);
  const folder = join(root, to.folder);
  // Where files were, and the folder is gone now, a record.json must not come to stand there alone.
  const heldFiles = to.entries.length > 0;
  if (!heldFiles) await tryTo(`make the folder "${to.folder}"`, () => mkdir(folder, { recursive: true }));
  const temporary = join(folder, temporaryName(file.sha256));
  try {
    await writeCopy(file, temporary, signal);
    // Of a share this may be read from this computer's own memory; of the disk behind it nobody can tell.
    const arrived = await hashOf(temporary, file.name);
    if (arrived !== file.sha256) throw corrupt(file, arrived);
    await tryTo(`rename to "${file.name}"`, () => rename(temporary, join(folder, file.name)));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await tryTo(`flush the folder "${to.folder}"`, () => fsyncFolder(folder));
}

async function remove(path: string, name: string): Promise<void> {
  await tryTo(`remove "${name}"`, () =>
    unlink(path).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    }),
  );
}

async function hashOf(path: string, name: string): Promise<string | undefined> {
  try {
    return await sha256OfFile(path);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw folderFault(`read "${name}"`, isIngestError(error) ? cause : error);
  }
}

async function listFolder(path: string, name: string): Promise<PlacedEntry[] | undefined> {
  const found = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw folderFault(`list "${name}"`, error);
  });
  if (!found) return undefined;
  const entries = found.map(async (entry): Promise<PlacedEntry | undefined> => {
    if (entry.isDirectory()) return { name: entry.name, bytes: 0, folder: true };
    // Removed by somebody between the listing and the look.
    const size = await stat(join(path, entry.name)).then(
      (file) => file.size,
      () => undefined,
    );
    return size === undefined ? undefined : { name: entry.name, bytes: size, folder: false };
  });
  return (await Promise.all(entries)).filter((entry) => entry !== undefined);
}

async function readOrUndefined(path: string, name: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw folderFault(`read "${name}"`, error);
  });
}

async function tryTo<T>(attempted: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw folderFault(attempted, isIngestError(error) && error.cause !== undefined ? error.cause : error);
  }
}

function corrupt({ name, sha256 }: OutgoingFile, arrived: string | undefined): IngestError {
  const message = `"${name}" reads with the SHA-256 ${arrived} in the target folder instead of ${sha256}.`;
  return new IngestError('publish/corrupt', message, { retryable: true, context: { file: name } });
}
