// Not 'h5wasm/node': its file system is the disk, that of this build is memory.
import { ready } from 'h5wasm';
import { errorMessage } from '../domain/errors.ts';
import type { SampleArray } from '../raster/picture.ts';
import type { FillableTree } from './hdf5-tree.ts';

type Module = Awaited<typeof ready>;
type FileId = bigint;

/** Gives a buffer of at least `size` bytes, which may hold anything. */
export type Allocate = (size: number) => Uint8Array;

/** The HDF5 library, one instance a thread. */
export interface Hdf5 {
  /**
   * Opens a copy of the HDF5 file `base` in memory, lets `build` add to it and returns the bytes of the result, which
   * nothing will change afterwards. `sizeHint` is the expected size of the result in bytes: a good one saves copying.
   * Where that holds, the result lies in a buffer of `allocate`.
   * After a throw the file is gone and the next call is not affected.
   */
  write(base: Uint8Array, build: (tree: FillableTree) => void, sizeHint?: number, allocate?: Allocate): Uint8Array;
}

/** H5T_class_t of H5Tpublic.h. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
/** Of WebAssembly memory: what `H5T_VARIABLE` strings and their attribute metadata are made of. */
const POINTER_BYTES = 4;
const READ_WRITE = 1;
/** -1: the library's own choice of file format versions. */
const DEFAULT_LIBVER = -1;
/**
 * Larger arrays pass through WebAssembly memory, which never shrinks, in strips, and are stored in chunks, because h5wasm
 * can write a contiguous dataset only whole.
 */
const LARGEST_WHOLE_BYTES = 32 * 2 ** 20;
const STRIP_BYTES = 8 * 2 ** 20;
const CHUNK_BYTES = 2 ** 20;

type Metadata = Parameters<Module['create_dataset']>[3] & { chunks: bigint[] | null };

/** What the in-memory file system keeps of a file. */
interface MemoryNode {
  contents: Uint8Array | null;
  usedBytes: number;
  node_ops: { setattr(node: MemoryNode, attributes: { size?: number }): void };
}

let opened: Promise<Hdf5> | undefined;

/** The HDF5 library of this thread; the first call takes about 0.1 s. */
export function openHdf5(): Promise<Hdf5> {
  opened ??= ready.then((module) => {
    // Without this handler a failed call prints to stderr and goes on.
    module.activate_throwing_error_handler();
    return { write: fileWriter(module) };
  });
  return opened;
}

function fileWriter(module: Module): Hdf5['write'] {
  const scratch = scratchMemory(module);
  let written = 0;
  return (base, build, sizeHint = 0, allocate = newBytes) => {
    // A file that failed may stay open inside the library, so no name is used twice.
    written += 1;
    const name = `/${written}.h5`;
    module.FS.writeFile(name, base);
    const node = memoryNode(module, name);
    reserve(node, base, sizeHint, allocate);
    let file: FileId | undefined;
    let isComplete = false;
    try {
      file = module.open(name, READ_WRITE, false, DEFAULT_LIBVER, DEFAULT_LIBVER);
      build(hdf5Tree(module, file, scratch));
      module.close_file(file);
      const result = bytesOf(node, name);
      isComplete = true;
      return result;
    } catch (error) {
      throw new Error(readableDiagnosis(errorMessage(error)), { cause: error });
    } finally {
      if (!isComplete) discard(module, file, node);
      module.FS.unlink(name);
    }
  };
}

function newBytes(size: number): Uint8Array {
  return new Uint8Array(size);
}

/** After a throw something inside the file may still be open; then closing fails too, and the file is let go as it is. */
function discard(module: Module, file: FileId | undefined, node: MemoryNode): void {
  try {
    if (file !== undefined) module.close_file(file);
  } catch {
    // The throw that brought us here says what went wrong.
  }
  node.contents = null;
  node.usedBytes = 0;
}

/**
 * The file inside the in-memory file system. That is not documented API, here and in the next two functions; tests hold
 * it fast, and FS.readFile would copy every picture twice more.
 */
function memoryNode(module: Module, name: string): MemoryNode {
  return module.FS.lookupPath(name, {}).node as unknown as MemoryNode;
}

function bytesOf(node: MemoryNode, name: string): Uint8Array {
  if (node.contents === null) throw new Error(`the in-memory file ${name} is empty after closing`);
  return node.contents.subarray(0, node.usedBytes);
}

/**
 * Makes room at once for a file that is going to grow to `size` bytes: the file system would copy it to grow, and again when
 * HDF5 cuts it to size on closing.
 */
function reserve(node: MemoryNode, base: Uint8Array, size: number, allocate: Allocate): void {
  if (size <= base.length) return;
  const room = allocate(size);
  room.set(base);
  // What HDF5 leaves out between its pieces must not show what the buffer held before.
  room.fill(0, base.length);
  node.contents = room;
  const original = node.node_ops;
  node.node_ops = {
    ...original,
    setattr(target, { size: newSize, ...rest }) {
      const { contents, usedBytes } = target;
      if (newSize === undefined || contents === null || newSize > contents.length) {
        original.setattr(target, newSize === undefined ? rest : { ...rest, size: newSize });
        return;
      }
      contents.fill(0, newSize, Math.max(newSize, usedBytes));
      target.usedBytes = newSize;
      original.setattr(target, rest);
    },
  };
}

type Scratch = (size: number) => number;

/** A block of WebAssembly memory of at least so many bytes, the same one on every call until a larger one is needed. */
function scratchMemory(module: Module): Scratch {
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

const TEXT = scalar(STRING, POINTER_BYTES, false);
const FLOAT64 = scalar(FLOAT, 8, true);
const UINT32 = scalar(INTEGER, 4, false);

function hdf5Tree(module: Module, file: FileId, scratch: Scratch): FillableTree {
  const attribute: FillableTree['attribute'] = (path, name, value) => {
    module.create_vlen_str_attribute(file, path, name, [storable(value)], TEXT);
  };
  const scalarDataset = (path: string, metadata: Metadata, value: Float64Array | Uint32Array) => {
    module.create_dataset(file, path, fill(module, scratch, bytes(value)), metadata);
  };
  const text: FillableTree['text'] = (path, value) => {
    module.create_vlen_str_dataset(file, path, [storable(value)], TEXT);
  };
  const replace = (path: string, pointer: bigint) => {
    module.set_dataset_data(file, path, null, null, null, pointer);
  };
  const array: FillableTree['array'] = (path, data, shape) => {
    if (data.byteLength > LARGEST_WHOLE_BYTES) writeStrips(module, file, scratch, path, data, shape);
    else module.create_dataset(file, path, fill(module, scratch, bytes(data)), arrayMetadata(data, shape));
  };
  return {
    array,
    attribute,
    ownAttribute: attribute,
    bytes: (path, data) => array(path, data, [data.length]),
    group(path, nxClass) {
      module.create_group(file, path, false);
      attribute(path, 'NX_class', nxClass);
    },
    text,
    word: text,
    texts(path, values) {
      const metadata = { ...TEXT, shape: [BigInt(values.length)], total_size: values.length };
      module.create_vlen_str_dataset(file, path, values.map(storable), metadata);
    },
    number(path, value, units) {
      scalarDataset(path, FLOAT64, Float64Array.of(value));
      if (units !== undefined) attribute(path, 'units', units);
    },
    count(path, value) {
      scalarDataset(path, UINT32, Uint32Array.of(value));
    },
    replaceText: (path, value) => replace(path, fillTexts(module, scratch, [value])),
    replaceTexts: (path, values) => replace(path, fillTexts(module, scratch, values)),
    replaceArray: (path, data) => replace(path, fill(module, scratch, bytes(data))),
    link(existing, path) {
      module.create_hard_link(file, existing, path);
    },
  };
}

/** HDF5 ends a text at the first NUL, which would cut it short in silence. */
function storable(value: string): string {
  return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

function bytes(data: SampleArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function fill(module: Module, scratch: Scratch, data: Uint8Array): bigint {
  const pointer = scratch(data.length);
  // Asked for anew each time: growing the memory detaches the view.
  module.HEAPU8.set(data, pointer);
  return BigInt(pointer);
}

const utf8 = new TextEncoder();

/** A pointer to pointers to UTF-8 texts, as H5Dwrite takes variable-length strings. */
function fillTexts(module: Module, scratch: Scratch, values: readonly string[]): bigint {
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

function arrayMetadata(data: SampleArray, shape: readonly number[]): Metadata {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const isSigned =
    isFloat ||
    data instanceof Int8Array ||
    data instanceof Int16Array ||
    data instanceof Int32Array ||
    data instanceof BigInt64Array;
  const metadata = scalar(isFloat ? FLOAT : INTEGER, data.BYTES_PER_ELEMENT, isSigned);
  return { ...metadata, shape: shape.map(BigInt), total_size: data.length };
}

function writeStrips(
  module: Module,
  file: FileId,
  scratch: Scratch,
  path: string,
  data: SampleArray,
  shape: readonly number[],
): void {
  const [rows = 0, ...rest] = shape;
  const rowSamples = rest.reduce((product, length) => product * length, 1);
  const rowBytes = rowSamples * data.BYTES_PER_ELEMENT;
  const fitting = (limit: number) => Math.min(rows, Math.max(1, Math.floor(limit / rowBytes)));
  const stripRows = fitting(STRIP_BYTES);
  const full = shape.map(BigInt);
  const chunks = [fitting(CHUNK_BYTES), ...rest].map(BigInt);
  const empty: Metadata = { ...arrayMetadata(data, [0, ...rest]), maxshape: full, chunks };
  module.create_dataset(file, path, 0n, empty);
  module.resize_dataset(file, path, full);
  const strides = full.map(() => 1n);
  const zeros = full.map(() => 0n);
  for (let row = 0; row < rows; row += stripRows) {
    const count = Math.min(stripRows, rows - row);
    const strip = data.subarray(row * rowSamples, (row + count) * rowSamples);
    const offset = [BigInt(row), ...zeros.slice(1)];
    const pointer = fill(module, scratch, bytes(strip));
    module.set_dataset_data(file, path, [BigInt(count), ...full.slice(1)], offset, strides, pointer);
  }
}

/** The innermost line of an HDF5-DIAG stack, which says what went wrong; any other message as it is. */
function readableDiagnosis(message: string): string {
  const lines = [...message.matchAll(/^\s*#\d+: \S+ line \d+ in (\w+)\(\): (.+)$/gm)];
  const outer = lines[0];
  const inner = lines.at(-1);
  if (outer === undefined || inner === undefined) return message;
  const [, call = '', what = ''] = outer;
  return outer === inner ? `${call}: ${what}` : `${call}: ${what} (${inner[2] ?? ''})`;
}
