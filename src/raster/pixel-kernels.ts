import { growTo, openKernels } from './compiled-kernels.ts';

/** What assembly/kernels.ts exports; every number is an integer, and those named after memory are byte offsets. */
interface Kernels {
  memory: WebAssembly.Memory;
  shrinkRows(
    source: number,
    width: number,
    rows: number,
    factor: number,
    pending: number,
    scratch: number,
    sums: number,
    target: number,
  ): number;
  shrinkColumns(source: number, width: number, rows: number, factor: number, columns: number, target: number): void;
  resizeRows(
    source: number,
    width: number,
    rows: number,
    columns: number,
    starts: number,
    weights: number,
    most: number,
    bits: number,
    target: number,
  ): void;
  resizeColumns(
    source: number,
    width: number,
    rows: number,
    starts: number,
    counts: number,
    weights: number,
    most: number,
    bits: number,
    target: number,
  ): void;
  rangeOfWords(source: number, length: number): number;
  mapBytes(source: number, length: number, table: number, target: number): void;
  mapWords(source: number, length: number, table: number, target: number): void;
  countLevels(source: number, length: number, first: number, step: number, counts: number): void;
  sumSquares(source: number, stride: number, size: number, width: number, rows: number, target: number): void;
  halve(source: number, width: number, rows: number, target: number): void;
  laplacianEnergy(source: number, width: number, rows: number): number;
  countNoise(
    source: number,
    width: number,
    rows: number,
    shift: number,
    last: number,
    scratch: number,
    counts: number,
  ): void;
  countStrokes(
    source: number,
    width: number,
    rows: number,
    ink: number,
    ground: number,
    longest: number,
    white: number,
    black: number,
  ): void;
}

/** A vector, so that none lies across two lines of the processor's cache. */
const ALIGNED_BYTES = 16;
/** Pictures pass through the kernels' memory, which never shrinks, in pieces of about this size; whole rows at least. */
export const PIECE_BYTES = 2 ** 20;

let opened: Kernels | undefined;

/** The kernels of this thread; the first call takes some milliseconds. */
export function pixelKernels(): Kernels {
  opened ??= openKernels('pixel-kernels.wasm') as unknown as Kernels;
  return opened;
}

/**
 * Where in the kernels' memory blocks of these sizes, in bytes, may lie, and that memory as bytes. Whatever was laid out
 * before is given up: nobody may wait between this and the end of a use. Blocks hold what they held, not zeros.
 */
export function layOut<const Sizes extends readonly number[]>(
  ...sizes: Sizes
): { at: { [Index in keyof Sizes]: number }; heap: Uint8Array } {
  const { memory } = pixelKernels();
  let end = 0;
  const at = sizes.map((size) => {
    const start = end;
    end = ALIGNED_BYTES * Math.ceil((start + size) / ALIGNED_BYTES);
    return start;
  });
  growTo(memory, end);
  return { at: at as { [Index in keyof Sizes]: number }, heap: new Uint8Array(memory.buffer) };
}

/** Rows of `rowBytes` bytes that pass through the kernels' memory at once, one at least. */
export function pieceRows(rowBytes: number): number {
  return Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
}
