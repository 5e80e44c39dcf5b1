import { createHash } from 'node:crypto';
import type { SampleArray } from '../raster/picture.ts';
import { type Allocate, bytesOf } from '../raster/samples.ts';
import type { Hdf5 } from './hdf5-file.ts';
import type { FillableTree, Hdf5Tree } from './hdf5-tree.ts';

/**
 * Writes files on top of one base, as {@link Hdf5} does. Files of the same layout, that is with the same groups, fields,
 * units and shapes, whatever their values, are not built anew each time: the second makes a skeleton of empty values,
 * and from then on only values are set, which takes half as long.
 */
export interface SkeletonWriter {
  write(build: (tree: Hdf5Tree) => void, sizeHint?: number, allocate?: Allocate): Uint8Array;
}

type Step = (tree: FillableTree) => void;

interface Plan {
  layout: string;
  /** Makes what the files of a layout share; leaves texts empty, so that none of one file stays in another. */
  form: Step[];
  /** Sets the texts and creates what no other file shares. */
  values: Step[];
  /** Numbers and small arrays, by path. */
  samples: Map<string, SampleArray>;
}

/** A file with the form of a layout; its numbers are set in its bytes. */
interface Skeleton {
  bytes: Uint8Array;
  /** Where in `bytes` the samples at a path begin; of those that were not found the library is asked. */
  places: Map<string, number>;
}

/** A microscope writes few layouts, and a skeleton takes about 60 kB. */
const MOST_LAYOUTS = 32;
/** Larger arrays are pixels: to keep them in a skeleton would copy them twice. */
const LARGEST_SHARED_BYTES = 64 * 1024;

/** A writer on top of `base`, which must not change. */
export function skeletonWriter(hdf5: Hdf5, base: Uint8Array): SkeletonWriter {
  // In order of use; undefined stands for a layout that was seen once.
  const skeletons = new Map<string, Skeleton | undefined>();
  const remember = (layout: string, skeleton: Skeleton | undefined): void => {
    skeletons.delete(layout);
    skeletons.set(layout, skeleton);
    const [oldest] = skeletons.keys();
    if (skeletons.size > MOST_LAYOUTS && oldest !== undefined) skeletons.delete(oldest);
  };
  return {
    write(build, sizeHint = 0, allocate) {
      const plan = planOf(build);
      const { layout } = plan;
      const isNew = !skeletons.has(layout);
      if (isNew) {
        remember(layout, undefined);
        return hdf5.write(base, build, base.length + sizeHint, allocate);
      }
      const skeleton = skeletons.get(layout) ?? skeletonOf(hdf5, base, plan);
      remember(layout, skeleton);
      const size = skeleton.bytes.length + sizeHint;
      const bytes = hdf5.write(skeleton.bytes, (tree) => setValues(tree, plan, skeleton), size, allocate);
      for (const [path, at] of skeleton.places) bytes.set(bytesOf(plan.samples.get(path) as SampleArray), at);
      return bytes;
    },
  };
}

function setValues(tree: FillableTree, { values, samples }: Plan, { places }: Skeleton): void {
  run(values, tree);
  for (const [path, data] of samples) if (!places.has(path)) tree.replaceArray(path, data);
}

/** Samples of fewer bytes may stand in the file by chance. */
const LEAST_MARK_BYTES = 4;

/**
 * The form with a mark in the place of all samples that stands nowhere else in the file. HDF5 keeps such datasets in one
 * piece and never moves them, and to open 15 of them by name took a fifth of the time of a file.
 */
function skeletonOf(hdf5: Hdf5, base: Uint8Array, { form, samples }: Plan): Skeleton {
  const marks = new Map([...samples].map(([path, data]) => [path, markOf(path, data)]));
  const bytes = hdf5.write(base, (tree) => {
    run(form, tree);
    for (const [path, mark] of marks) tree.replaceArray(path, mark);
  });
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, number>();
  for (const [path, mark] of marks) {
    const sought = bytesOf(mark);
    const at = sought.length < LEAST_MARK_BYTES ? -1 : file.indexOf(sought);
    if (at >= 0 && file.indexOf(sought, at + 1) < 0) places.set(path, at);
  }
  return { bytes, places };
}

/** Samples of the type and number of `data` whose bytes are the SHA-256 of their path, over and over. */
function markOf(path: string, data: SampleArray): SampleArray {
  const mark = data.slice();
  const bytes = bytesOf(mark);
  const digest = createHash('sha256').update(path).digest();
  for (let at = 0; at < bytes.length; at += digest.length) bytes.set(digest.subarray(0, bytes.length - at), at);
  return mark;
}

function run(steps: readonly Step[], tree: FillableTree): void {
  for (const step of steps) step(tree);
}

function planOf(build: (tree: Hdf5Tree) => void): Plan {
  const plan: Plan = { layout: '', form: [], values: [], samples: new Map() };
  build(planningTree(plan));
  return plan;
}

/** A tree that writes nothing and notes what it is told. */
function planningTree(plan: Plan): Hdf5Tree {
  const own = new Set<string>();
  const form = (what: string, step: Step): void => {
    plan.layout += `${what}\n`;
    plan.form.push(step);
  };
  const value = (step: Step): void => void plan.values.push(step);
  const ownArray = (path: string, step: Step): void => {
    own.add(path);
    value(step);
  };
  return {
    group: (path, nxClass) => form(`group ${path} ${nxClass}`, (tree) => tree.group(path, nxClass)),
    link: (existing, path) => form(`link ${path} ${existing}`, (tree) => tree.link(existing, path)),
    word: (path, word) => form(`word ${path} ${word}`, (tree) => tree.word(path, word)),
    text(path, text) {
      form(`text ${path}`, (tree) => tree.text(path, ''));
      value((tree) => tree.replaceText(path, text));
    },
    texts(path, texts) {
      const empty = texts.map(() => '');
      form(`texts ${path} ${texts.length}`, (tree) => tree.texts(path, empty));
      value((tree) => tree.replaceTexts(path, texts));
    },
    number(path, number, units) {
      form(`number ${path} ${units}`, (tree) => tree.number(path, 0, units));
      plan.samples.set(path, Float64Array.of(number));
    },
    count(path, count) {
      form(`count ${path}`, (tree) => tree.count(path, 0));
      plan.samples.set(path, Uint32Array.of(count));
    },
    array(path, data, shape) {
      if (data.byteLength > LARGEST_SHARED_BYTES) return ownArray(path, (tree) => tree.array(path, data, shape));
      form(`array ${path} ${typeName(data)} ${shape.join()}`, (tree) => tree.array(path, data, shape));
      plan.samples.set(path, data);
    },
    bytes: (path, data) => ownArray(path, (tree) => tree.bytes(path, data)),
    attribute(path, name, text) {
      const step: Step = (tree) => tree.attribute(path, name, text);
      if (own.has(path)) value(step);
      else form(`attribute ${path} ${name} ${text}`, step);
    },
    ownAttribute: (path, name, text) => value((tree) => tree.ownAttribute(path, name, text)),
    replaceText: (path, text) => value((tree) => tree.replaceText(path, text)),
  };
}

function typeName(data: SampleArray): string {
  return data.constructor.name;
}
