import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { InferenceBackend } from '../classify/backend.ts';
import { preprocess } from '../classify/preprocess.ts';
import { errorMessage } from '../domain/errors.ts';
import { harvest } from '../metadata/harvest.ts';
import { VENDOR_TAG_NUMBERS } from '../metadata/vendor-tags.ts';
import { decodePicture } from '../raster/decode-picture.ts';
import { type PictureView, viewPicture } from '../raster/view-picture.ts';
import { sha256Hex } from '../store/content-hash.ts';
import type { EmbedOutcome } from '../train/dataset.ts';
import { readerInto, readTiffFacts } from './tiff-facts.ts';

const MAX_PIXEL_BYTES = 512 * 2 ** 20;

/** The network's input for a picture file, exactly as the pipeline makes it: without its data bar. */
export async function networkImage(bytes: Uint8Array, fileName: string): Promise<Uint8Array> {
  return await preprocess((await viewFile(bytes, fileName)).area);
}

/** A picture file as people and the network see it; its data bar is where the header or the picture says. */
export async function viewFile(bytes: Uint8Array, fileName: string): Promise<PictureView> {
  const { picture, tiff } = await decodePicture(bytes, { maxPixelBytes: MAX_PIXEL_BYTES });
  const { widthPx, heightPx } = picture.facts;
  const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
  const image = { widthPx, heightPx };
  const { dataBarHeightPx } = harvest({ fileName, ...facts, sidecars: [], image, readAt: readerInto(bytes) });
  return viewPicture(picture, dataBarHeightPx);
}

/**
 * Embeds picture files one after the other, in order. A file that cannot be decoded becomes an `error`, and the others
 * go on.
 */
export async function* embedFiles(
  files: Iterable<string>,
  backend: InferenceBackend,
  signal: AbortSignal,
): AsyncGenerator<EmbedOutcome> {
  for (const file of files) {
    signal.throwIfAborted();
    try {
      const bytes = await readFile(file);
      const embedding = await backend.embed(await networkImage(bytes, basename(file)), 1);
      yield { file, sha256: sha256Hex(bytes), embedding };
    } catch (error) {
      yield { file, error: errorMessage(error) };
    }
  }
}
