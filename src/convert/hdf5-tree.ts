import type { SampleArray } from '../raster/picture.ts';

/**
 * An HDF5 file being written. Paths are absolute and every parent group must exist; creating what is there already throws.
 * Text is variable-length UTF-8: the one form that every reader and the NeXus validator take.
 */
export interface Hdf5Tree {
  group(path: string, nxClass: string): void;
  text(path: string, value: string): void;
  texts(path: string, values: readonly string[]): void;
  /** A float64 scalar; a field without `units` has no such attribute (the validator refuses "1"). */
  number(path: string, value: number, units?: string): void;
  /** A uint32 scalar. */
  count(path: string, value: number): void;
  /** An array of the element type of `data`, row-major. */
  array(path: string, data: SampleArray, shape: readonly number[]): void;
  /** An array of one dimension. */
  bytes(path: string, data: Uint8Array): void;
  /** A text attribute that many files share, such as a unit. */
  attribute(path: string, name: string, value: string): void;
  /** A text attribute that differs from file to file. */
  ownAttribute(path: string, name: string, value: string): void;
  /** Gives the text dataset that exists at `path` another value; other names of the same dataset change with it. */
  replaceText(path: string, value: string): void;
  /** Makes `path` another name of the dataset `existing`. h5wasm cannot create an enumeration: booleans are such links. */
  link(existing: string, path: string): void;
}

/** A box of an array: `count` samples in each direction from `offset` on. */
export interface Slab {
  data: SampleArray;
  count: readonly number[];
  offset: readonly number[];
}

/** A tree that can also give what exists other values of the same type and shape. */
export interface FillableTree extends Hdf5Tree {
  replaceTexts(path: string, values: readonly string[]): void;
  replaceArray(path: string, data: SampleArray): void;
  /** Makes an array of the element type of `like`, stored in boxes of `chunks`, and returns what fills it piece by piece. */
  slabs(path: string, like: SampleArray, shape: readonly number[], chunks: readonly number[]): (slab: Slab) => void;
}

/** A tree that also takes what comes piece by piece. */
export interface GrowingTree extends FillableTree {
  /** Room for pictures of one size, [pictures, rows, columns], of the sample type of `like`; `frame` brings their samples. */
  stack(path: string, like: SampleArray, shape: readonly [number, number, number]): void;
  /** Sets the samples of picture `index` of a stack. */
  frame(path: string, index: number, data: SampleArray, size: readonly [number, number]): void;
  /** Cuts what `stack` made room for. */
  resize(path: string, shape: readonly number[]): void;
  /** Whether anything stands at `path`. */
  has(path: string): boolean;
  /** Gives the text attribute that exists another value. */
  replaceAttribute(path: string, name: string, value: string): void;
  /** An attribute with a list of texts. */
  textsAttribute(path: string, name: string, values: readonly string[]): void;
  /** A uint32 attribute: the validator refuses signed indices of axes. */
  unsigned(path: string, name: string, value: number): void;
}
