import type { Grey8 } from '../raster/picture.ts';
import { type RowResizer, resizeGrey, rowResizer } from '../raster/resize.ts';

/**
 * Name of what {@link preprocess} does. It stands in every model and beside every stored embedding: vectors of another
 * preprocessing are not comparable, and another filter changes 1 to 7 % of the labels.
 */
export const PREPROCESSING = 'squash224-aa-v1';

/** Pixels of a side of the network's input. */
export const INPUT_SIZE = 224;

/**
 * The network's input of a picture: the whole of it (the caller cuts the data bar that the header states or the picture shows),
 * squashed to 224 x 224 by an antialiased triangle filter. Training and serving both come through here.
 */
export async function preprocess(grey: Grey8): Promise<Uint8Array> {
  return await resizeGrey(grey, INPUT_SIZE, INPUT_SIZE);
}

/** As {@link preprocess}, for a picture that is given row by row. */
export function preprocessRows(size: { widthPx: number; heightPx: number }): RowResizer {
  return rowResizer(size, INPUT_SIZE, INPUT_SIZE);
}
