import type { SampleArray } from '../raster/picture.ts';
import { blockMark, LEAST_MARK_BYTES } from './hdf5-places.ts';
import { arrayStorage, type Compression } from './hdf5-storage.ts';
import type { FillableTree, Hdf5Tree } from './hdf5-tree.ts';

type Step = (tree: FillableTree) => void;

/** An attribute whose text differs from file to file. */
interface OwnAttribute {
  path: string;
  name: string;
  text: string;
}

interface OwnArray {
  data: SampleArray;
  shape: readonly number[];
}

/** A tree that was noted instead of being written. */
export interface Plan {
  /** Equal for files of the same groups, fields, units and kinds of arrays, whatever their values. */
  layout: string;
  /** Makes what the files of a layout share, with a mark for each of `arrays` and without `attributes`. */
  form: Step[];
  /** By path. */
  texts: Map<string, readonly string[]>;
  /** Numbers and short arrays, whose shape is a part of the layout, by path. */
  samples: Map<string, SampleArray>;
  /** Arrays whose shape is not a part of the layout, each in one block, by path. */
  arrays: Map<string, OwnArray>;
  attributes: OwnAttribute[];
  /** Makes what can only be made anew in each file. */
  own: Step[];
}

/** Shorter arrays, such as a position, are of the same length in many files. */
const LONG_BYTES = 64;

/** Notes what `build` does; arrays are stored as `compression` says. */
export function planOf(build: (tree: Hdf5Tree) => void, compression: Compression): Plan {
  const plan: Plan = {
    layout: '',
    form: [],
    texts: new Map(),
    samples: new Map(),
    arrays: new Map(),
    attributes: [],
    own: [],
  };
  build(planningTree(plan, compression));
  return plan;
}

function planningTree(plan: Plan, compression: Compression): Hdf5Tree {
  const own = new Set<string>();
  const form = (what: string, step: Step): void => {
    plan.layout += `${what}\n`;
    plan.form.push(step);
  };
  const array: Hdf5Tree['array'] = (path, data, shape) => {
    const isBlock = arrayStorage(shape, data.BYTES_PER_ELEMENT, compression) === undefined;
    if (!isBlock || data.byteLength < LEAST_MARK_BYTES) {
      own.add(path);
      plan.own.push((tree) => tree.array(path, data, shape));
    } else if (data.byteLength < LONG_BYTES) {
      form(`array ${path} ${typeName(data)} ${shape.join()}`, (tree) => tree.array(path, data, shape));
      plan.samples.set(path, data);
    } else {
      form(`block ${path} ${typeName(data)} ${shape.length}`, (tree) => makeBlock(tree, path, data, shape.length));
      plan.arrays.set(path, { data, shape });
    }
  };
  return {
    array,
    group: (path, nxClass) => form(`group ${path} ${nxClass}`, (tree) => tree.group(path, nxClass)),
    link: (existing, path) => form(`link ${path} ${existing}`, (tree) => tree.link(existing, path)),
    ...planningTexts(plan, form),
    number(path, number, units) {
      form(`number ${path} ${units}`, (tree) => tree.number(path, 0, units));
      plan.samples.set(path, Float64Array.of(number));
    },
    count(path, count) {
      form(`count ${path}`, (tree) => tree.count(path, 0));
      plan.samples.set(path, Uint32Array.of(count));
    },
    bytes: (path, data) => array(path, data, [data.length]),
    attribute(path, name, text) {
      const step: Step = (tree) => tree.attribute(path, name, text);
      if (own.has(path)) plan.own.push(step);
      // Quoted: a name of a file in it may hold an end of line.
      else form(`attribute ${path} ${name} ${JSON.stringify(text)}`, step);
    },
    ownAttribute(path, name, text) {
      plan.layout += `own attribute ${path} ${name}\n`;
      plan.attributes.push({ path, name, text });
    },
  };
}

function planningTexts(
  plan: Plan,
  form: (what: string, step: Step) => void,
): Pick<Hdf5Tree, 'text' | 'texts' | 'replaceText'> {
  return {
    text(path, text) {
      form(`text ${path}`, (tree) => tree.text(path, ''));
      plan.texts.set(path, [text]);
    },
    texts(path, texts) {
      const empty = texts.map(() => '');
      form(`texts ${path} ${texts.length}`, (tree) => tree.texts(path, empty));
      plan.texts.set(path, texts);
    },
    replaceText(path, text) {
      plan.layout += `replaced ${path}\n`;
      plan.texts.set(path, [text]);
    },
  };
}

/** Makes what stands for an array in a skeleton: a mark, of as many dimensions. */
function makeBlock(tree: FillableTree, path: string, data: SampleArray, dimensions: number): void {
  const mark = blockMark(path, data);
  tree.array(path, mark, [...Array.from({ length: dimensions - 1 }, () => 1), mark.length]);
}

function typeName(data: SampleArray): string {
  return data.constructor.name;
}
