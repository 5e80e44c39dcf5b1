import type { Place } from '../place.ts';
import { createSlots } from '../slots.ts';
import { createTokenBucket } from '../token-bucket.ts';
import { checkWebdav } from './check.ts';
import { createCollections } from './collections.ts';
import { rootFault } from './faults.ts';
import { createFiles, type ParseMultistatus } from './files.ts';
import { createLink, type Send } from './link.ts';
import type { WebdavOptions } from './options.ts';
import { type UploadDeps, uploadFile } from './upload.ts';

/** A WebDAV collection as a place for records. */
export function createWebdavPlace(
  options: WebdavOptions,
  wire: { send: Send; parse: ParseMultistatus; close: () => void },
): Place {
  const link = createLink(options, wire.send);
  const files = createFiles(link, wire.parse);
  const bucket = options.maxBytesPerS === undefined ? undefined : createTokenBucket(options.maxBytesPerS);
  const collections = createCollections(link, files);
  const deps: UploadDeps = { link, files, collections, verify: options.verify, bucket };
  const inSlot = createSlots(options.parallel);

  async function requireRoot(signal: AbortSignal): Promise<void> {
    if (await files.isCollection('', signal)) return;
    throw rootFault();
  }

  return {
    target: 'webdav',
    readsKept: options.verify === 'readback',
    entries: async (folder, signal) => {
      const entries = await files.entries(folder, signal);
      if (!entries) await requireRoot(signal);
      return entries;
    },
    read: (path, signal) => files.read(path, signal),
    sha256: (path, signal) => inSlot(() => files.sha256(path, signal)),
    bring: (file, to, signal) => inSlot(() => uploadFile(deps, file, to, signal)),
    remove: (path, signal) => files.remove(path, signal),
    check: async (signal) => {
      await requireRoot(signal);
      return checkWebdav(deps, signal);
    },
    close: () => Promise.resolve(wire.close()),
  };
}
