import type { ModelManifest } from '../../classify/model-schema.ts';
import type { Dataset } from '../dataset.ts';
import { reportPage } from './page.ts';
import type { TrainingReport } from './training-report.ts';

export const PAGE_FILE = 'report.html';

/** Thirty of these are half a megabyte of the page; a larger one is no thumbnail. */
const THUMBNAIL_MAX_BYTES = 32 * 1024;

/** Makes the page with thumbnails of its errors; a picture that is gone or cannot be decoded by now is left out. */
export async function makePage(
  { report, manifest }: { report: TrainingReport; manifest: ModelManifest },
  { examples }: Dataset,
  deps: { thumbnail?(file: string): Promise<Uint8Array | undefined> },
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const fileOf = new Map(examples.map(({ sha256, file }) => [sha256, file]));
  const thumbnails = new Map<string, Uint8Array>();
  for (const { sha256 } of report.worstErrors) {
    signal?.throwIfAborted();
    const file = fileOf.get(sha256);
    const jpeg = file === undefined ? undefined : await deps.thumbnail?.(file).catch(() => undefined);
    if (jpeg !== undefined && jpeg.length <= THUMBNAIL_MAX_BYTES) thumbnails.set(sha256, jpeg);
  }
  return new TextEncoder().encode(reportPage({ report, manifest, thumbnails }));
}
