import type { SampleArray } from '../raster/picture.ts';
import { bytesOf } from '../raster/samples.ts';
import { arrayMetadata, type FileId, fill, type Module, type Scratch } from './hdf5-memory.ts';
import {
  arrayStorage,
  type ChunkedStorage,
  type Compression,
  chunked,
  LARGEST_WHOLE_BYTES,
  stackStorage,
  stripRows,
} from './hdf5-storage.ts';
import type { GrowingTree } from './hdf5-tree.ts';

interface OpenLibrary {
  module: Module;
  file: FileId;
  scratch: Scratch;
  compression: Compression;
}

type ArrayTree = Pick<GrowingTree, 'array' | 'slabs' | 'stack' | 'frame' | 'resize'>;

/** Makes a dataset of `shape` whose samples, of the type of `like`, follow in parts. */
type Space = (path: string, like: SampleArray, shape: readonly number[], storage: ChunkedStorage) => void;
/** Sets the samples of a block: where it begins and how long it is, one number a dimension. */
type Part = (path: string, data: SampleArray, offset: readonly number[], count: readonly number[]) => void;

/** Hands out `data` in strips of whole chunks along its first dimension. */
function writeParts(
  data: SampleArray,
  [rows = 0, ...rest]: readonly number[],
  chunkRows: number,
  write: (strip: SampleArray, row: number, rows: number) => void,
): void {
  const rowSamples = rest.reduce((product, length) => product * length, 1);
  const step = stripRows(rowSamples * data.BYTES_PER_ELEMENT, chunkRows);
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row);
    write(data.subarray(row * rowSamples, (row + count) * rowSamples), row, count);
  }
}

/** What writes samples into the file that is open, laid out as hdf5-storage.ts says. */
export function arrayTree({ module, file, scratch, compression }: OpenLibrary): ArrayTree {
  const array: ArrayTree['array'] = (path, data, shape) => {
    const storage = arrayStorage(shape, data.BYTES_PER_ELEMENT, compression);
    if (data.byteLength > LARGEST_WHOLE_BYTES && storage) {
      const rest = shape.slice(1);
      space(path, data, shape, storage);
      writeParts(data, shape, storage.chunks[0] ?? 1, (strip, row, rows) => {
        part(path, strip, [row, ...rest.map(() => 0)], [rows, ...rest]);
      });
    } else module.create_dataset(file, path, fill(module, scratch, bytesOf(data)), arrayMetadata(data, shape, storage));
  };
  const space: Space = (path, like, shape, storage) => {
    const full = shape.map(BigInt);
    const empty = arrayMetadata(like, [0, ...shape.slice(1)], storage);
    module.create_dataset(file, path, 0n, { ...empty, maxshape: full, total_size: 0 });
    module.resize_dataset(file, path, full);
  };
  const part: Part = (path, data, offset, count) => {
    const strides = count.map(() => 1n);
    const pointer = fill(module, scratch, bytesOf(data));
    module.set_dataset_data(file, path, count.map(BigInt), offset.map(BigInt), strides, pointer);
  };
  return {
    array,
    slabs(path, like, shape, chunks) {
      space(path, like, shape, chunked([...chunks], compression));
      return ({ data, offset, count }) => part(path, data, offset, count);
    },
    stack(path, like, shape) {
      space(path, like, shape, stackStorage(shape, like.BYTES_PER_ELEMENT, compression));
    },
    frame(path, index, data, size) {
      const { chunks } = stackStorage([1, ...size], data.BYTES_PER_ELEMENT, compression);
      writeParts(data, size, chunks[1] ?? 1, (strip, row, rows) => {
        part(path, strip, [index, row, 0], [1, rows, size[1]]);
      });
    },
    resize(path, shape) {
      module.resize_dataset(file, path, shape.map(BigInt));
    },
  };
}
