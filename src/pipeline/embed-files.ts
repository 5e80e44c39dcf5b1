import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { InferenceBackend } from '../classify/backend.ts';
import { embedImages } from '../classify/embed-images.ts';
import { preprocess } from '../classify/preprocess.ts';
import { errorMessage } from '../domain/errors.ts';
import { harvest } from '../metadata/harvest.ts';
import { VENDOR_TAG_NUMBERS } from '../metadata/vendor-tags.ts';
import { decodePicture } from '../raster/decode-picture.ts';
import { type PictureView, viewPicture } from '../raster/view-picture.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { type Augmentation, turnSquare } from '../train/augment.ts';
import type { EmbedOutcome } from '../train/dataset.ts';
import type { EmbedTask } from './protocol.ts';
import { readerInto, readTiffFacts } from './tiff-facts.ts';

const MAX_PIXEL_BYTES = 512 * 2 ** 20;

/** The network's input for a picture file, exactly as the pipeline makes it: without its data bar. */
export async function networkImage(bytes: Uint8Array, fileName: string, inputSize: number): Promise<Uint8Array> {
  return preprocess((await viewFile(bytes, fileName)).area, inputSize);
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

/** The network's input for a picture, and for each view of it that is asked for, in their order. */
async function networkViews(
  bytes: Uint8Array,
  fileName: string,
  inputSize: number,
  augmentations: readonly Augmentation[],
): Promise<Uint8Array[]> {
  const { area, grey } = await viewFile(bytes, fileName);
  const plain = preprocess(area, inputSize);
  const views: Uint8Array[] = [plain];
  for (const augmentation of augmentations) {
    const withBar = augmentation === 'with-data-bar';
    views.push(withBar ? preprocess(grey, inputSize) : turnSquare(plain, inputSize, augmentation));
  }
  return views;
}

/** Embeds a picture file, decoded once for all its views. One that cannot be decoded becomes an `error`. */
export async function embedFile({ file, augmentations }: EmbedTask, backend: InferenceBackend): Promise<EmbedOutcome> {
  try {
    const bytes = await readFile(file);
    const views = await networkViews(bytes, basename(file), backend.inputSize, augmentations);
    // One picture a batch: what is trained on is bit for bit what any batch of the pipeline gives.
    const [embedding = new Float32Array(0), ...others] = await embedImages(views, backend, 1);
    const variants = new Map(augmentations.map((name, at) => [name, others[at] ?? embedding] as const));
    return { file, sha256: sha256Hex(bytes), embedding, ...(variants.size > 0 && { variants }) };
  } catch (error) {
    return { file, error: errorMessage(error) };
  }
}
