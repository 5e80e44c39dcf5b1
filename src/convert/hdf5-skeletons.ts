import type { SampleArray } from '../raster/picture.ts';
import type { Allocate } from '../raster/samples.ts';
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
  /** Sets the values and creates what no other file shares. */
  values: Step[];
}

/** A microscope writes few layouts, and a skeleton takes about 60 kB. */
const MOST_LAYOUTS = 32;
/** Larger arrays are pixels: to keep them in a skeleton would copy them twice. */
const LARGEST_SHARED_BYTES = 64 * 1024;

/** A writer on top of `base`, which must not change. */
export function skeletonWriter(hdf5: Hdf5, base: Uint8Array): SkeletonWriter {
  // In order of use; undefined stands for a layout that was seen once.
  const skeletons = new Map<string, Uint8Array | undefined>();
  const remember = (layout: string, skeleton: Uint8Array | undefined): void => {
    skeletons.delete(layout);
    skeletons.set(layout, skeleton);
    const [oldest] = skeletons.keys();
    if (skeletons.size > MOST_LAYOUTS && oldest !== undefined) skeletons.delete(oldest);
  };
  return {
    write(build, sizeHint = 0, allocate) {
      const { layout, form, values } = planOf(build);
      const isNew = !skeletons.has(layout);
      if (isNew) {
        remember(layout, undefined);
        return hdf5.write(base, build, base.length + sizeHint, allocate);
      }
      const skeleton = skeletons.get(layout) ?? hdf5.write(base, (tree) => run(form, tree));
      remember(layout, skeleton);
      return hdf5.write(skeleton, (tree) => run(values, tree), skeleton.length + sizeHint, allocate);
    },
  };
}

function run(steps: readonly Step[], tree: FillableTree): void {
  for (const step of steps) step(tree);
}

function planOf(build: (tree: Hdf5Tree) => void): Plan {
  const plan: Plan = { layout: '', form: [], values: [] };
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
      value((tree) => tree.replaceArray(path, Float64Array.of(number)));
    },
    count(path, count) {
      form(`count ${path}`, (tree) => tree.count(path, 0));
      value((tree) => tree.replaceArray(path, Uint32Array.of(count)));
    },
    array(path, data, shape) {
      if (data.byteLength > LARGEST_SHARED_BYTES) return ownArray(path, (tree) => tree.array(path, data, shape));
      form(`array ${path} ${typeName(data)} ${shape.join()}`, (tree) => tree.array(path, data, shape));
      value((tree) => tree.replaceArray(path, data));
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
