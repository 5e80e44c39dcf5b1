import { basename } from 'node:path';
import { hasHeaderInside } from '../metadata/header-inside.ts';
import { VENDOR_TAG_NUMBERS } from '../metadata/vendor-tags.ts';
import { type FileSource, openFileSource } from '../raster/file-source.ts';
import { SNIFF_BYTES, sniff } from '../raster/sniff.ts';
import { tiffCompleteness } from '../raster/tiff-complete.ts';
import { readTiff } from '../raster/tiff-directory.ts';
import type { Completeness } from '../watcher/settle.ts';
import type { BesideFile } from '../watcher/watch-event.ts';
import type { PictureKind } from './protocol.ts';
import { readTiffFacts } from './tiff-facts.ts';

export interface CompletePictureOptions {
  /** How long a picture without a readable header inside waits for its sidecar, from when it fell quiet. */
  sidecarGraceMs: number;
  accept: readonly PictureKind[];
}

/** Whether a picture is whole, and its sidecar there, or not to be waited for any longer. */
export async function completePicture(
  path: string,
  { sidecarGraceMs, accept }: CompletePictureOptions,
  { quietMs, hasSidecar }: BesideFile,
): Promise<Completeness> {
  const source = await openFileSource(path);
  try {
    const found = await tiffCompleteness(source);
    if (!found.complete) return { complete: false, reason: found.reason };
    if (quietMs >= sidecarGraceMs || !(await wantsSidecar(path, source, accept)) || (await hasSidecar())) {
      return { complete: true };
    }
    const seconds = sidecarGraceMs / 1000;
    const reason = `it has no header inside that can be read, and waits up to ${seconds} s for its sidecar`;
    return { complete: false, reason, againMs: sidecarGraceMs - quietMs };
  } finally {
    await source.close();
  }
}

/** A picture that will become a record, and in which none of our readers finds a header. A damaged one is not waited for. */
async function wantsSidecar(path: string, source: FileSource, accept: readonly PictureKind[]): Promise<boolean> {
  const kind = sniff(await source.read(0, Math.min(SNIFF_BYTES, source.size)));
  if (!accept.some((accepted) => accepted === kind)) return false;
  if (kind !== 'tiff') return true;
  const tiff = await readTiff(source).catch(() => undefined);
  if (!tiff) return false;
  return !hasHeaderInside({ fileName: basename(path), ...(await readTiffFacts(tiff, VENDOR_TAG_NUMBERS)) });
}
