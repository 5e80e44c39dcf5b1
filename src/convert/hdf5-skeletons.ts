import type { SampleArray } from '../raster/picture.ts';
import { type Allocate, bytesOf, newBytes } from '../raster/samples.ts';
import { hdf5Checksum } from './hdf5-checksum.ts';
import type { Hdf5 } from './hdf5-file.ts';
import { SUPERBLOCK } from './hdf5-headers.ts';
import { planHeap, writeHeap, writeReference } from './hdf5-heap.ts';
import { storable } from './hdf5-memory.ts';
import {
  type ArrayPlace,
  blockMark,
  markedFile,
  type Span,
  sampleMark,
  type TextPlace,
  textMark,
} from './hdf5-places.ts';
import { type Plan, planOf } from './hdf5-plan.ts';
import type { Hdf5Tree } from './hdf5-tree.ts';

/**
 * Writes files on top of one base, as {@link Hdf5} does. Files of the same layout, that is with the same groups, fields,
 * units and kinds of arrays, whatever their values, are not built anew each time: the library makes a skeleton with marks
 * in the place of values once, and a file is the skeleton's bytes with its own values in these places and its arrays and
 * texts behind them (docs/adr/0007-nexus-from-a-template.md says what that saves).
 */
export interface SkeletonWriter {
  write(build: (tree: Hdf5Tree) => void, sizeHint?: number, allocate?: Allocate): Uint8Array;
}

/** A file with the form of a layout, and where in it the values of a plan stand, in the plan's order. */
interface Skeleton {
  bytes: Uint8Array;
  samples: number[];
  texts: TextPlace[];
  attributes: TextPlace[];
  arrays: ArrayPlace[];
}

/** A microscope writes few layouts, an archive some dozens, and a skeleton takes about 40 kB. */
const MOST_LAYOUTS = 128;

/** A writer on top of `base`, which must not change. */
export function skeletonWriter(hdf5: Hdf5, base: Uint8Array): SkeletonWriter {
  // In order of use; undefined stands for a layout of which not every value is found again.
  const skeletons = new Map<string, Skeleton | undefined>();
  const remember = (layout: string, skeleton: Skeleton | undefined): void => {
    skeletons.delete(layout);
    skeletons.set(layout, skeleton);
    const [oldest] = skeletons.keys();
    if (skeletons.size > MOST_LAYOUTS && oldest !== undefined) skeletons.delete(oldest);
  };
  return {
    write(build, sizeHint = 0, allocate = newBytes) {
      const plan = planOf(build, hdf5.compression);
      const { layout } = plan;
      const skeleton = skeletons.has(layout) ? skeletons.get(layout) : skeletonOf(hdf5, base, plan);
      remember(layout, skeleton);
      if (skeleton === undefined) return hdf5.write(base, build, base.length + sizeHint, allocate);
      if (plan.own.length === 0) return filled(skeleton, plan, allocate);
      const bytes = filled(skeleton, plan, newBytes);
      return hdf5.write(bytes, (tree) => run(plan.own, tree), bytes.length + sizeHint, allocate);
    },
  };
}

function run<Tree>(steps: readonly ((tree: Tree) => void)[], tree: Tree): void {
  for (const step of steps) step(tree);
}

/** The form of a plan with a mark for each value; undefined where one of the marks is not found again. */
function skeletonOf(hdf5: Hdf5, base: Uint8Array, plan: Plan): Skeleton | undefined {
  const samples = [...plan.samples].map(([path, data]) => ({ path, mark: sampleMark(path, data) }));
  const texts = [...plan.texts].map(([path, list]) => ({ path, marks: list.map((_, i) => textMark(`${path} ${i}`)) }));
  const attributes = plan.attributes.map((one) => ({ ...one, mark: textMark(`${one.path}@${one.name}`) }));
  const bytes = hdf5.write(base, (tree) => {
    run(plan.form, tree);
    for (const { path, name, mark } of attributes) tree.ownAttribute(path, name, mark);
    for (const { path, mark } of samples) tree.replaceArray(path, mark);
    for (const { path, marks } of texts) tree.replaceTexts(path, marks);
  });
  const file = markedFile(bytes);
  const skeleton = {
    bytes,
    samples: samples.map(({ mark }) => file.samples(mark)),
    texts: texts.flatMap(({ marks }) => marks.map((mark) => file.text(mark))),
    attributes: attributes.map(({ mark }) => file.attribute(mark)),
    arrays: [...plan.arrays].map(([path, { data }]) => file.array(blockMark(path, data))),
  };
  if (!isWhole(skeleton)) return undefined;
  file.clean();
  return skeleton;
}

function isWhole(
  skeleton: { [Key in keyof Skeleton]: Skeleton[Key] | (Skeleton[Key][number] | undefined)[] },
): skeleton is Skeleton {
  const { samples, texts, attributes, arrays } = skeleton;
  return [...samples, ...texts, ...attributes, ...arrays].every((place) => place !== undefined);
}

/** The skeleton with the values of a plan of its layout. */
function filled(skeleton: Skeleton, plan: Plan, allocate: Allocate): Uint8Array {
  const texts = [...[...plan.texts.values()].flat(), ...plan.attributes.map(({ text }) => text)].map(storable);
  const heap = planHeap(texts);
  const heapAt = aligned(skeleton.bytes.length);
  let end = heapAt + heap.bytes;
  const starts: number[] = [];
  for (const { data } of plan.arrays.values()) {
    starts.push(end);
    end = aligned(end + data.byteLength);
  }
  const bytes = allocate(end).subarray(0, end);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  bytes.set(skeleton.bytes);
  bytes.fill(0, skeleton.bytes.length, heapAt);
  const changed = new Map<number, Span>();
  const change = (...blocks: Span[]): void => {
    for (const block of blocks) changed.set(block.at, block);
  };
  const references = writeHeap(file, heapAt, heap);
  for (const [i, { at, block }] of [...skeleton.texts, ...skeleton.attributes].entries()) {
    const reference = references[i];
    if (reference) writeReference(file, at, reference);
    if (block) change(block);
  }
  let next = 0;
  for (const data of plan.samples.values()) bytes.set(bytesOf(data), skeleton.samples[next++]);
  next = 0;
  for (const array of plan.arrays.values()) {
    const place = skeleton.arrays[next] as ArrayPlace;
    const start = starts[next++] as number;
    placeArray(file, place, array, start);
    change(...place.blocks);
  }
  for (const block of changed.values()) seal(file, block);
  file.writeBigUInt64LE(BigInt(end), SUPERBLOCK.endOfFile);
  seal(file, { at: 0, bytes: SUPERBLOCK.checksum });
  return bytes;
}

/** Numbers of eight bytes can then be read where they stand. */
function aligned(at: number): number {
  return 8 * Math.ceil(at / 8);
}

function placeArray(
  file: Buffer,
  { address, bytes, shapes }: ArrayPlace,
  { data, shape }: { data: SampleArray; shape: readonly number[] },
  start: number,
): void {
  file.writeBigUInt64LE(BigInt(start), address);
  file.writeBigUInt64LE(BigInt(data.byteLength), bytes);
  for (const at of shapes) {
    for (const [i, length] of shape.entries()) file.writeBigUInt64LE(BigInt(length), at + 8 * i);
  }
  file.set(bytesOf(data), start);
  file.fill(0, start + data.byteLength, aligned(start + data.byteLength));
}

/** Writes a block's checksum behind it. */
function seal(file: Buffer, { at, bytes }: Span): void {
  file.writeUInt32LE(hdf5Checksum(file.subarray(at, at + bytes)), at + bytes);
}
