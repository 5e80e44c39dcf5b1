import { IngestError } from '../domain/errors.ts';
import type { Place } from './place.ts';
import { createSlots } from './slots.ts';
import { createTokenBucket } from './token-bucket.ts';
import { checkWebdav } from './webdav-check.ts';
import { createCollections } from './webdav-collections.ts';
import { createFiles, type ParseMultistatus } from './webdav-files.ts';
import { createLink, type Send } from './webdav-link.ts';
import type { WebdavOptions } from './webdav-options.ts';
import { type UploadDeps, uploadFile } from './webdav-upload.ts';

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

  /** A wrong URL, or a disk that is not mounted on the server, must not look like a target without records. */
  async function requireRoot(signal: AbortSignal): Promise<void> {
    if (await files.isCollection('', signal)) return;
    const message = 'The collection of the configured URL is not there on the WebDAV server.';
    throw new IngestError('publish/unreachable', message, { retryable: true });
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
