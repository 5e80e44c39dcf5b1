import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { closeQuietly, type FileId, type Module, openFile } from './hdf5-memory.ts';

/** A file of the library's in-memory file system whose bytes lie on the disk. */
interface DiskFile {
  /** Its name for the library. */
  name: string;
  /** Why the disk refused; the library itself says only that something failed. */
  fault(): Error | undefined;
  /** To be called when the library has closed the file, or given it up. */
  release(): void;
}

/** The parts of a node and its streams that decide where the bytes lie. Not documented API; tests hold it fast. */
interface Node {
  usedBytes: number;
  node_ops: { setattr(node: Node, attributes: { size?: number }): void };
  stream_ops: Record<'read' | 'write', Transfer>;
}

type Transfer = (stream: unknown, memory: Uint8Array, at: number, length: number, position: number) => number;

/** EIO of WASI. */
const INPUT_OUTPUT_ERROR = 29;

let mounted = 0;

/**
 * Opens an HDF5 file on the disk, lets `use`, which may wait, work on it and closes it. After a throw the file is of no
 * use; where the disk was the reason, its error is thrown.
 */
export async function withDiskFile(
  module: Module,
  path: string,
  use: (file: FileId) => void | Promise<void>,
): Promise<void> {
  mounted += 1;
  const disk = mountDiskFile(module, path, `/disk${mounted}.h5`);
  let file: FileId | undefined;
  try {
    file = openFile(module, disk.name);
    await use(file);
    const open = file;
    file = undefined;
    module.close_file(open);
  } catch (error) {
    throw disk.fault() ?? error;
  } finally {
    if (file !== undefined) closeQuietly(module, file);
    disk.release();
  }
}

/**
 * Lets the HDF5 library work on a file that exists on the disk, also beyond 4 GiB: this build of h5wasm has only an
 * in-memory file system, and that of h5wasm/node takes the whole disk for its own.
 * @throws Error of the system where the file cannot be opened.
 */
function mountDiskFile(module: Module, path: string, name: string): DiskFile {
  const { ErrnoError } = module.FS as unknown as { ErrnoError: new (code: number) => Error };
  const descriptor = openSync(path, 'r+');
  let fault: Error | undefined;
  const refuse = (error: unknown): never => {
    fault ??= error as Error;
    throw new ErrnoError(INPUT_OUTPUT_ERROR);
  };
  try {
    module.FS.writeFile(name, new Uint8Array());
    const node = module.FS.lookupPath(name, {}).node as unknown as Node;
    node.usedBytes = fstatSync(descriptor).size;
    const memory = node.node_ops;
    node.node_ops = {
      ...memory,
      setattr(target, { size, ...rest }) {
        memory.setattr(target, rest);
        if (size === undefined) return;
        attempt(() => ftruncateSync(descriptor, size), refuse);
        target.usedBytes = size;
      },
    };
    node.stream_ops = {
      ...node.stream_ops,
      read: (_, bytes, at, length, position) =>
        attempt(() => transfer(readSync, descriptor, { bytes, at, length, position }), refuse),
      write(_, bytes, at, length, position) {
        const written = attempt(() => transfer(writeSync, descriptor, { bytes, at, length, position }), refuse);
        node.usedBytes = Math.max(node.usedBytes, position + written);
        return written;
      },
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    name,
    fault: () => fault,
    release() {
      closeSync(descriptor);
      module.FS.unlink(name);
    },
  };
}

function attempt<T>(action: () => T, refuse: (error: unknown) => never): T {
  try {
    return action();
  } catch (error) {
    return refuse(error);
  }
}

/** Moves all of the bytes, or those up to the end of the file. */
function transfer(
  move: (descriptor: number, bytes: Uint8Array, at: number, length: number, position: number) => number,
  descriptor: number,
  { bytes, at, length, position }: { bytes: Uint8Array; at: number; length: number; position: number },
): number {
  let done = 0;
  while (done < length) {
    const moved = move(descriptor, bytes, at + done, length - done, position + done);
    if (moved === 0) break;
    done += moved;
  }
  return done;
}
