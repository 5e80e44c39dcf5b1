import { dirname } from 'node:path/posix';
import type { Destination } from '../place.ts';
import { corruptFault, rootFault, statusOf } from './faults.ts';
import { type WebdavFiles, withSlash } from './files.ts';
import type { WebdavLink } from './link.ts';

/** Makes collections once, and again where somebody removed one. */
export interface WebdavCollections {
  ensure(folder: string, signal: AbortSignal): Promise<void>;
  /**
   * Runs a request that needs a collection. Servers say of a missing one 404, 409 (Apache) or 500 (nginx), and the same
   * of other troubles: only where it is really missing it is made again, and the request runs once more. One that held
   * files when it was looked at is not made again: a record.json must not come to stand there alone.
   */
  inside<T>(to: Destination, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

const MISSING_PARENT = [404, 409, 500];

export function createCollections(link: WebdavLink, files: WebdavFiles): WebdavCollections {
  // Promises, so that files that go into one collection at the same time wait for one MKCOL.
  const made = new Map<string, Promise<void>>();

  const makeOne = (folder: string, signal: AbortSignal): Promise<void> => makeCollection(link, files, folder, signal);

  async function ensure(folder: string, signal: AbortSignal): Promise<void> {
    if (folder === '' || folder === '.') return;
    const known = made.get(folder);
    if (!known) {
      const making = make(folder, signal);
      made.set(folder, making);
      making.catch(() => made.delete(folder));
      return making;
    }
    const isMade = await known.then(
      () => true,
      () => false,
    );
    if (isMade) return;
    // The one who asked first failed, perhaps because it was stopped; that is no answer for us.
    signal.throwIfAborted();
    return ensure(folder, signal);
  }

  /** The collection itself first: of a new record nearly always only this one is missing. */
  async function make(folder: string, signal: AbortSignal): Promise<void> {
    try {
      await makeOne(folder, signal);
    } catch (error) {
      const parent = dirname(folder);
      if (!MISSING_PARENT.includes(statusOf(error) ?? 0)) throw error;
      if (parent === '.') throw (await files.isCollection('', signal)) ? error : rootFault();
      forget(parent);
      await ensure(parent, signal);
      await makeOne(folder, signal);
    }
  }

  function forget(folder: string): void {
    for (let path = folder; path !== '.'; path = dirname(path)) made.delete(path);
  }

  return {
    ensure,
    inside: async ({ folder, entries }, signal, work) => {
      const heldFiles = entries.length > 0;
      if (!heldFiles) await ensure(folder, signal);
      const known = made.get(folder);
      /** Another file that met the same makes the collection anew, or has done so. */
      const isMadeAnew = (): boolean => made.get(folder) !== known;
      try {
        return await work();
      } catch (error) {
        if (folder === '' || !MISSING_PARENT.includes(statusOf(error) ?? 0)) throw error;
        const isThere = !isMadeAnew() && (await files.isCollection(folder, signal));
        if (isThere && !isMadeAnew()) throw error;
      }
      if (!isMadeAnew()) forget(folder);
      if (heldFiles) throw corruptFault(folder, 'the collection and its files were removed meanwhile');
      await ensure(folder, signal);
      return work();
    },
  };
}

/** 405 says that something of this name is there. Where two make it at the same moment, Apache answers 403 to one. */
async function makeCollection(
  link: WebdavLink,
  files: WebdavFiles,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await link.request({ method: 'MKCOL', path: withSlash(folder), signal, expected: [405], take: () => undefined });
  } catch (error) {
    if (statusOf(error) !== 403 || !(await files.isCollection(folder, signal))) throw error;
  }
}
