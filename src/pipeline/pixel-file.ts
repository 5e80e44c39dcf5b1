import { rm, stat } from 'node:fs/promises';
import type { NexusWriter } from '../convert/hdf5.ts';
import type { NexusFacts } from '../convert/nexus-input.ts';
import type { StoredFile } from '../publish/publish-record.ts';
import { sha256OfFile } from '../store/content-hash.ts';

/** An HDF5 file in the staging folder that has the pixels of a picture too large for memory, and nothing else yet. */
export interface PixelFile {
  path: string;
  palette: Uint8Array | undefined;
}

/** Adds to the file all that is not pixels, and says what an artefact's list says of it. */
export async function finishPieces(
  { path, palette }: PixelFile,
  facts: NexusFacts,
  nexus: Pick<NexusWriter, 'finish'>,
): Promise<StoredFile> {
  await nexus.finish(path, facts, palette);
  const [{ size }, sha256] = await Promise.all([stat(path), sha256OfFile(path)]);
  return { path, bytes: size, sha256 };
}

/** Removes the file where it has not become part of a record. */
export async function discardPixels({ pixels }: { pixels: object | PixelFile }): Promise<void> {
  if ('path' in pixels) await rm(pixels.path, { force: true });
}
