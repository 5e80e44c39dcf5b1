import type { ready } from 'h5wasm';
import type { SampleArray } from '../raster/picture.ts';
import type { ChunkedStorage } from './hdf5-storage.ts';

export type Module = Awaited<typeof ready>;
export type FileId = bigint;

/** H5T_class_t of H5Tpublic.h. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
/** Of WebAssembly memory: what `H5T_VARIABLE` strings and their attribute metadata are made of. */
const POINTER_BYTES = 4;

export type Metadata = Parameters<Module['create_dataset']>[3] &
  Partial<Omit<ChunkedStorage, 'chunks'>> & { chunks: bigint[] | null };

const READ_WRITE = 1;
/** -1: the library's own choice of file format versions. */
const DEFAULT_LIBVER = -1;

/** Opens a file of the library's file system to be changed. */
export function openFile(module: Module, name: string): FileId {
  return module.open(name, READ_WRITE, false, DEFAULT_LIBVER, DEFAULT_LIBVER);
}

/** After a throw something inside the file may still be open; then closing fails too, and the file is let go as it is. */
export function closeQuietly(module: Module, file: FileId): void {
  try {
    module.close_file(file);
  } catch {
    // The throw that brought us here says what went wrong.
  }
}

export type Scratch = (size: number) => number;

/** A block of WebAssembly memory of at least so many bytes, the same one on every call until a larger one is needed. */
export function scratchMemory(module: Module): Scratch {
  let pointer = 0;
  let capacity = 0;
  return (size) => {
    if (size <= capacity) return pointer;
    if (pointer !== 0) module['_free'](pointer);
    capacity = Math.max(size, 2 ** 16);
    pointer = module['_malloc'](capacity);
    if (pointer !== 0) return pointer;
    capacity = 0;
    throw new Error(`no ${size} bytes of WebAssembly memory are left`);
  };
}

const UTF8 = 1;

function scalar(type: number, size: number, signed: boolean): Metadata {
  const form = { type, size, signed, vlen: type === STRING, cset: UTF8, littleEndian: true };
  return { ...form, shape: [], maxshape: null, chunks: null, total_size: 1 };
}

export const TEXT = scalar(STRING, POINTER_BYTES, false);
export const FLOAT64 = scalar(FLOAT, 8, true);
export const UINT32 = scalar(INTEGER, 4, false);

export function textList(length: number): Metadata {
  return { ...TEXT, shape: [BigInt(length)], total_size: length };
}

/** HDF5 ends a text at the first NUL, which would cut it short in silence. */
export function storable(value: string): string {
  return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

export function fill(module: Module, scratch: Scratch, data: Uint8Array): bigint {
  const pointer = scratch(data.length);
  // Asked for anew each time: growing the memory detaches the view.
  module.HEAPU8.set(data, pointer);
  return BigInt(pointer);
}

const utf8 = new TextEncoder();

/** A pointer to pointers to UTF-8 texts, as H5Dwrite takes variable-length strings. */
export function fillTexts(module: Module, scratch: Scratch, values: readonly string[]): bigint {
  const texts = values.map(storable);
  const longest = texts.reduce((total, text) => total + text.length * 3 + 1, 0);
  const pointer = scratch(POINTER_BYTES * texts.length + longest);
  const heap = module.HEAPU8;
  const pointers = new DataView(heap.buffer, pointer);
  let start = pointer + POINTER_BYTES * texts.length;
  for (const [i, text] of texts.entries()) {
    pointers.setUint32(i * POINTER_BYTES, start, true);
    start += utf8.encodeInto(text, heap.subarray(start, start + text.length * 3)).written;
    heap[start] = 0;
    start += 1;
  }
  return BigInt(pointer);
}

export function arrayMetadata(data: SampleArray, shape: readonly number[], storage?: ChunkedStorage): Metadata {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const isSigned =
    isFloat ||
    data instanceof Int8Array ||
    data instanceof Int16Array ||
    data instanceof Int32Array ||
    data instanceof BigInt64Array;
  const metadata = scalar(isFloat ? FLOAT : INTEGER, data.BYTES_PER_ELEMENT, isSigned);
  const layout = storage && { ...storage, chunks: storage.chunks.map(BigInt) };
  return { ...metadata, shape: shape.map(BigInt), total_size: data.length, ...layout };
}
