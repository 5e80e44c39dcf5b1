import { readFileSync } from 'node:fs';

/** Both src/raster and dist/raster lie two levels below the root of the package. */
const ASSETS = new URL('../../assets/', import.meta.url);
const PAGE_BYTES = 65_536;

/** Instantiates compiled kernels of `assets/`, which takes some milliseconds. */
export function openKernels(fileName: string): object {
  const compiled = new WebAssembly.Module(readFileSync(new URL(fileName, ASSETS)));
  return new WebAssembly.Instance(compiled).exports;
}

/** Grows a kernel's memory to so many bytes at least. Views of it from before are then empty. */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}
