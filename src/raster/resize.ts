import sharp from 'sharp';
import { IngestError } from '../domain/errors.ts';
import { oneLine } from './foreign-error.ts';
import type { Grey8 } from './picture.ts';
import { plainBytes } from './samples.ts';
import { createShrinker } from './shrink.ts';
import { triangleReduce, triangleResize } from './triangle-resize.ts';

/** Up to this size (512 x 512) the plain loops were faster than a call of sharp, measured on one thread. */
const SMALL_PIXELS = 2 ** 18;
/** Beyond it a picture is so oblong that its shape is lost anyway. */
const MAX_GROWN_PIXELS = 2 ** 22;

/**
 * Resizes grey to exactly `width` x `height`, not keeping the aspect ratio, by a triangle filter that widens with the
 * reduction (antialiased): what Pillow calls BILINEAR. Small pictures, and those that grow, come out as Pillow's bit for
 * bit; large ones go through libvips, which averages whole pixels first and differs by about half a grey level on
 * average. Values are taken as they are: no gamma, no profile. The result is row-major; of equal size it is `grey.data`.
 */
export async function resizeGrey(grey: Grey8, width: number, height: number): Promise<Uint8Array> {
  const { widthPx, heightPx, data } = grey;
  if (widthPx === width && heightPx === height) return data;
  const grows = width > widthPx || height > heightPx;
  const intermediatePixels = Math.max(widthPx, width) * heightPx;
  if (intermediatePixels <= (grows ? MAX_GROWN_PIXELS : SMALL_PIXELS)) {
    return triangleResize(data, { width: widthPx, height: heightPx }, { width, height });
  }
  return await resizeWithSharp(grey, width, height);
}

async function resizeWithSharp({ widthPx, heightPx, data }: Grey8, width: number, height: number): Promise<Uint8Array> {
  try {
    const resized = await sharp(data, {
      raw: { width: widthPx, height: heightPx, channels: 1 },
      limitInputPixels: widthPx * heightPx,
    })
      .resize(width, height, { fit: 'fill', kernel: 'linear' })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (resized.info.channels !== 1) throw new Error(`expected 1 channel, found ${resized.info.channels}`);
    return plainBytes(resized.data);
  } catch (cause) {
    const message = `Resizing ${widthPx} x ${heightPx} to ${width} x ${height} failed: ${oneLine(cause)}.`;
    throw new IngestError('raster/unsupported', message, { cause });
  }
}

/** Resizes grey that comes row by row. */
export interface RowResizer {
  add(rows: Uint8Array): void;
  /** The result, row-major, when all rows have been given. */
  finish(): Uint8Array;
}

/**
 * As {@link resizeGrey} to something smaller, for pictures that are never in memory as a whole. libvips too averages boxes
 * first, down to twice the size that is wanted at least (its vips_resize with a gap of 2), and the triangle filter does
 * the rest: the results differ by rounding.
 */
export function rowResizer(from: { widthPx: number; heightPx: number }, width: number, height: number): RowResizer {
  const { widthPx, heightPx } = from;
  const isSmall = widthPx * heightPx <= SMALL_PIXELS;
  const boxed = (length: number, wanted: number): number =>
    isSmall ? 1 : Math.max(1, Math.floor(length / (wanted * 2)));
  const factorX = boxed(widthPx, width);
  const factorY = boxed(heightPx, height);
  const shrinker = createShrinker({ widthPx, heightPx, channels: 1, factorX, factorY });
  return {
    add: (rows) => shrinker.add(rows),
    finish() {
      const size = { width: shrinker.widthPx, height: shrinker.heightPx };
      const scale = { x: widthPx / factorX / width, y: heightPx / factorY / height };
      const shrunk = shrinker.finish();
      return isSmall
        ? triangleResize(shrunk, size, { width, height })
        : triangleReduce(shrunk, size, { width, height }, scale);
    },
  };
}
