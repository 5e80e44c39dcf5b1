import type { RowResizer } from '../raster/libvips-resize.ts';
import type { Grey8 } from '../raster/picture.ts';
import { resizeGrey, rowResizer } from '../raster/resize.ts';

/** Pixels of a side of the input of the shipped networks. */
export const INPUT_SIZE = 224;

/** Sides that a network may ask for: below lies no micrograph, above no network that anybody uses on whole pictures. */
export const INPUT_SIZES = { min: 32, max: 1024 } as const;

/**
 * Name of what {@link preprocess} does for a network of this input size. It stands in every model and beside every stored
 * embedding: vectors of another preprocessing are not comparable, and another filter changes 1 to 7 % of the labels.
 */
export function preprocessingOf(inputSize: number): string {
  return `squash${inputSize}-aa-v1`;
}

/** The preprocessing of the shipped networks. */
export const PREPROCESSING = preprocessingOf(INPUT_SIZE);

/** Whether this program can make the input of a network that states these. */
export function hasPreprocessing(name: string, inputSize: number): boolean {
  return isInputSize(inputSize) && name === preprocessingOf(inputSize);
}

export function isInputSize(size: number): boolean {
  return Number.isInteger(size) && size >= INPUT_SIZES.min && size <= INPUT_SIZES.max;
}

/**
 * The network's input of a picture: the whole of it (the caller cuts the data bar that the header states or the picture shows),
 * squashed to a square by an antialiased triangle filter. Training and serving both come through here.
 */
export function preprocess(grey: Grey8, inputSize: number = INPUT_SIZE): Uint8Array {
  return resizeGrey(grey, inputSize, inputSize);
}

/** As {@link preprocess}, for a picture that is given row by row. */
export function preprocessRows(
  size: { widthPx: number; heightPx: number },
  inputSize: number = INPUT_SIZE,
): RowResizer {
  return rowResizer(size, inputSize, inputSize);
}
