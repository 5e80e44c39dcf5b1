/*
 * The loops over pixels that take most of the time of a picture, in AssemblyScript with SIMD; `npm run kernels` compiles
 * them to assets/pixel-kernels.wasm. They work on memory that src/raster/pixel-kernels.ts lays out: every pointer is a
 * byte offset, bytes are unsigned, and nothing is allocated. What each is for stands where it is called.
 */

export { countNoise, halve, laplacianEnergy, sumSquares } from './detail';
export { resizeColumns, resizeRows, shrinkColumns, shrinkRows } from './resize';
export { countLevels, mapBytes, mapWords, rangeOfWords } from './stretch';
export { countStrokes } from './strokes';
