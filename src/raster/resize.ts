import { libvipsResizer, type RowResizer } from './libvips-resize.ts';
import type { Grey8 } from './picture.ts';
import { triangleResize } from './triangle-resize.ts';

/** Pictures up to this size (512 x 512) are resized as Pillow does it. */
const SMALL_PIXELS = 2 ** 18;
/** Beyond it a picture is so oblong that its shape is lost anyway. */
const MAX_GROWN_PIXELS = 2 ** 22;

/**
 * Resizes grey to exactly `width` x `height`, not keeping the aspect ratio, by a triangle filter that widens with the
 * reduction (antialiased): what Pillow calls BILINEAR. Small pictures, and those that grow, come out as Pillow's bit for
 * bit; large ones as those of libvips, which averages whole pixels first and differs by about half a grey level on
 * average. Values are taken as they are: no gamma, no profile. The result is row-major; of equal size it is `grey.data`.
 */
export function resizeGrey(grey: Grey8, width: number, height: number): Uint8Array {
  const { widthPx, heightPx, data } = grey;
  if (widthPx === width && heightPx === height) return data;
  const grows = width > widthPx || height > heightPx;
  if (grows && Math.max(widthPx, width) * heightPx <= MAX_GROWN_PIXELS) {
    return triangleResize(data, { width: widthPx, height: heightPx }, { width, height });
  }
  const resizer = rowResizer(grey, width, height);
  resizer.add(data);
  return resizer.finish();
}

/** As {@link resizeGrey} to something smaller, for pictures that are never in memory as a whole. */
export function rowResizer(from: { widthPx: number; heightPx: number }, width: number, height: number): RowResizer {
  const { widthPx, heightPx } = from;
  if (widthPx * heightPx > SMALL_PIXELS) return libvipsResizer(from, width, height);
  const grey = new Uint8Array(widthPx * heightPx);
  let given = 0;
  return {
    add(rows) {
      grey.set(rows, given);
      given += rows.length;
    },
    finish: () => triangleResize(grey, { width: widthPx, height: heightPx }, { width, height }),
  };
}
