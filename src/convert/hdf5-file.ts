// Not 'h5wasm/node': its file system is the disk, that of this build is memory.
import { ready } from 'h5wasm';
import { errorMessage, isIngestError } from '../domain/errors.ts';
import { type Allocate, bytesOf, newBytes } from '../raster/samples.ts';
import { arrayTree } from './hdf5-arrays.ts';
import { withDiskFile } from './hdf5-disk.ts';
import {
  closeQuietly,
  type FileId,
  FLOAT64,
  fill,
  fillTexts,
  type Metadata,
  type Module,
  openFile,
  type Scratch,
  scratchMemory,
  storable,
  TEXT,
  textList,
  UINT32,
} from './hdf5-memory.ts';
import type { Compression } from './hdf5-storage.ts';
import type { FillableTree, GrowingTree } from './hdf5-tree.ts';

/** The HDF5 library, one instance a thread. */
export interface Hdf5 {
  /** How it stores pixels. */
  readonly compression: Compression;
  /**
   * Opens a copy of the HDF5 file `base` in memory, lets `build` add to it and returns the bytes of the result, which
   * nothing will change afterwards. `sizeHint` is the expected size of the result in bytes: a good one saves copying.
   * Where that holds, the result lies in a buffer of `allocate`.
   * After a throw the file is gone and the next call is not affected.
   */
  write(base: Uint8Array, build: (tree: FillableTree) => void, sizeHint?: number, allocate?: Allocate): Uint8Array;
  /** As `write`, for what comes piece by piece; the result lies in memory of its own. Other files may be written meanwhile. */
  extend(base: Uint8Array, build: (tree: GrowingTree) => Promise<void>, sizeHint?: number): Promise<Uint8Array>;
  /**
   * Lets `build`, which may wait, add to an HDF5 file on the disk; memory does not grow with the file. After a throw the
   * file is of no use. Errors of the disk are thrown as they are.
   */
  extendOnDisk(path: string, build: (tree: GrowingTree) => void | Promise<void>): Promise<void>;
}

/** What the in-memory file system keeps of a file. */
interface MemoryNode {
  contents: Uint8Array | null;
  usedBytes: number;
  node_ops: { setattr(node: MemoryNode, attributes: { size?: number }): void };
}

const opened = new Map<Compression, Promise<Hdf5>>();

/** The HDF5 library of this thread, which stores pixels as `compression` says; the first call takes about 0.1 s. */
export function openHdf5(compression: Compression = 'none'): Promise<Hdf5> {
  const known = opened.get(compression);
  if (known) return known;
  const hdf5 = ready.then((module) => {
    // Without this handler a failed call prints to stderr and goes on.
    module.activate_throwing_error_handler();
    return fileWriter(module, compression);
  });
  opened.set(compression, hdf5);
  return hdf5;
}

/** A file that is being written: `close` gives its bytes, `drop` lets it go and says why. */
interface OpenFile {
  tree: GrowingTree;
  close(): Uint8Array;
  drop(reason: unknown): Error;
}

function fileWriter(module: Module, compression: Compression): Hdf5 {
  const scratch = scratchMemory(module);
  const open = fileOpener(module, scratch, compression);
  return {
    compression,
    write(base, build, sizeHint = 0, allocate = newBytes) {
      const file = open(base, sizeHint, allocate);
      try {
        build(file.tree);
        return file.close();
      } catch (error) {
        throw file.drop(error);
      }
    },
    async extend(base, build, sizeHint = 0) {
      const file = open(base, sizeHint, newBytes);
      try {
        await build(file.tree);
        return file.close();
      } catch (error) {
        throw file.drop(error);
      }
    },
    async extendOnDisk(path, build) {
      try {
        await withDiskFile(module, path, (file) => build(hdf5Tree(module, file, scratch, compression)));
      } catch (error) {
        throw isSystemError(error) || isIngestError(error) ? error : readable(error);
      }
    },
  };
}

type FileOpener = (base: Uint8Array, sizeHint: number, allocate: Allocate) => OpenFile;

function fileOpener(module: Module, scratch: Scratch, compression: Compression): FileOpener {
  let written = 0;
  return (base, sizeHint, allocate) => {
    // A file that failed may stay open inside the library, so no name is used twice.
    written += 1;
    const name = `/${compression}-${written}.h5`;
    module.FS.writeFile(name, base);
    const node = memoryNode(module, name);
    reserve(node, base, sizeHint, allocate);
    const drop = (reason: unknown, file?: FileId): Error => {
      discard(module, file, node);
      module.FS.unlink(name);
      return readable(reason);
    };
    let file: FileId;
    try {
      file = openFile(module, name);
    } catch (error) {
      throw drop(error);
    }
    return {
      tree: hdf5Tree(module, file, scratch, compression),
      close() {
        module.close_file(file);
        const result = contentsOf(node, name);
        module.FS.unlink(name);
        return result;
      },
      drop: (reason) => drop(reason, file),
    };
  };
}

/** Whether an error is one of the operating system's, such as a full disk. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function readable(error: unknown): Error {
  return new Error(readableDiagnosis(errorMessage(error)), { cause: error });
}

function discard(module: Module, file: FileId | undefined, node: MemoryNode): void {
  if (file !== undefined) closeQuietly(module, file);
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

function contentsOf(node: MemoryNode, name: string): Uint8Array {
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

function hdf5Tree(module: Module, file: FileId, scratch: Scratch, compression: Compression): GrowingTree {
  const attribute: FillableTree['attribute'] = (path, name, value) => {
    module.create_vlen_str_attribute(file, path, name, [storable(value)], TEXT);
  };
  const scalarDataset = (path: string, metadata: Metadata, value: Float64Array | Uint32Array) => {
    module.create_dataset(file, path, fill(module, scratch, bytesOf(value)), metadata);
  };
  const text: FillableTree['text'] = (path, value) => {
    module.create_vlen_str_dataset(file, path, [storable(value)], TEXT);
  };
  const replace = (path: string, pointer: bigint) => {
    module.set_dataset_data(file, path, null, null, null, pointer);
  };
  const arrays = arrayTree({ module, file, scratch, compression });
  const unsigned: GrowingTree['unsigned'] = (path, name, value) => {
    module.create_attribute(file, path, name, fill(module, scratch, bytesOf(Uint32Array.of(value))), UINT32);
  };
  return {
    unsigned,
    has: (path) => exists(module, file, path),
    replaceAttribute(path, name, value) {
      module.delete_attribute(file, path, name);
      attribute(path, name, value);
    },
    textsAttribute(path, name, values) {
      module.create_vlen_str_attribute(file, path, name, values.map(storable), textList(values.length));
    },
    ...arrays,
    attribute,
    ownAttribute: attribute,
    bytes: (path, data) => arrays.array(path, data, [data.length]),
    group(path, nxClass) {
      module.create_group(file, path, false);
      attribute(path, 'NX_class', nxClass);
    },
    text,
    texts(path, values) {
      module.create_vlen_str_dataset(file, path, values.map(storable), textList(values.length));
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
    replaceArray: (path, data) => replace(path, fill(module, scratch, bytesOf(data))),
    link(existing, path) {
      module.create_hard_link(file, existing, path);
    },
  };
}

/** Asked of the parent: the library throws at a name that is not there. */
function exists(module: Module, file: FileId, path: string): boolean {
  const parts = path.split('/').slice(1);
  return parts.every((name, i) => module.get_names(file, `/${parts.slice(0, i).join('/')}`, false).includes(name));
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
