import { createHash } from 'node:crypto';
import type { Example } from './dataset.ts';

export type Side = 'train' | 'validation' | 'test';

/** 80 / 10 / 10, as in the thesis behind this classifier. */
const TRAIN_BELOW = 0.8;
const VALIDATION_BELOW = 0.9;

/**
 * The side of an image, from its content hash alone: it keeps its side as the set grows, and copies of one picture never
 * stand on two sides.
 */
export function sideOf(sha256: string): Side {
  // 13 hex digits are 52 bits, all that a double holds exactly.
  const place = Number.parseInt(sha256.slice(0, 13), 16) / 2 ** 52;
  if (place < TRAIN_BELOW) return 'train';
  return place < VALIDATION_BELOW ? 'validation' : 'test';
}

/** In this order a block takes the side of its members: what was trained on once never becomes a test. */
const SIDES: readonly Side[] = ['train', 'validation', 'test'];

export interface DealtSides {
  /** Of each example, by content hash. */
  sides: Map<string, Side>;
  /** Indices of labels whose groups all fell outside the train side, so that they were moved there. */
  moved: number[];
}

/**
 * The side of every example, by its group where it has one, else by its content. A group keeps its side as the set grows.
 * Groups that share nearly identical pictures, and families of such pictures, stand on one side: the one nearest to
 * training that any of them has. A class whose groups would all be held back trains with them, because a class that is
 * not trained cannot be tested. Pictures of a fixed test list are on the test side, simulated
 * ones and those that the backbone was fitted to train.
 */
export function dealSides(examples: readonly Example[]): DealtSides {
  const sides = new Map<string, Side>();
  const split = examples.filter(({ testOnly, simulated }) => !testOnly && !simulated);
  const block = blocksOf(split);
  const sideOfBlock = new Map<string, Side>();
  split.forEach(({ sha256, group, tuned }, at) => {
    const own = tuned === true ? 'train' : sideOf(group === undefined ? sha256 : keyOf('group', group));
    const name = block[at] ?? sha256;
    const known = sideOfBlock.get(name) ?? own;
    sideOfBlock.set(name, SIDES.indexOf(own) < SIDES.indexOf(known) ? own : known);
  });
  const moved = moveWholeClasses(split, block, sideOfBlock);
  split.forEach(({ sha256 }, at) => sides.set(sha256, sideOfBlock.get(block[at] ?? sha256) ?? 'train'));
  for (const { sha256, testOnly, simulated } of examples) {
    if (testOnly) sides.set(sha256, 'test');
    else if (simulated) sides.set(sha256, 'train');
  }
  return { sides, moved };
}

function moveWholeClasses(
  examples: readonly Example[],
  block: readonly string[],
  sideOfBlock: Map<string, Side>,
): number[] {
  const moved: number[] = [];
  const labels = [...new Set(examples.map(({ label }) => label))].toSorted((a, b) => a - b);
  for (const label of labels) {
    const members = examples.flatMap((example, at) => (example.label === label ? [{ example, name: block[at] }] : []));
    if (members.some(({ example }) => example.group === undefined)) continue;
    const names = [...new Set(members.flatMap(({ name }) => name ?? []))];
    const seen = new Set(names.map((name) => sideOfBlock.get(name)));
    if (seen.has('train')) continue;
    const from: Side = seen.has('validation') ? 'validation' : 'test';
    for (const name of names) if (sideOfBlock.get(name) === from) sideOfBlock.set(name, 'train');
    moved.push(label);
  }
  return moved;
}

/** The name of the block of each example: all that are joined by groups and families. */
function blocksOf(examples: readonly Example[]): string[] {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    if (root !== name) parents.set(name, root);
    return root;
  };
  const names = examples.map((example) => {
    const own = example.group === undefined ? undefined : `group ${example.group}`;
    const family = example.family === undefined ? undefined : `family ${example.family}`;
    const name = own ?? family ?? example.sha256;
    if (own === undefined || family === undefined) return name;
    const [a, b] = [rootOf(own), rootOf(family)];
    if (a !== b) parents.set(a < b ? b : a, a < b ? a : b);
    return name;
  });
  return names.map(rootOf);
}

/**
 * Deals examples into `count` folds, each class evenly; another `round` deals them anew. A family of nearly identical
 * pictures lies in one fold. Gives a fold for each example.
 */
export function dealFolds(examples: readonly Example[], count: number, round: string): number[] {
  const units = new Map<string, { label: number; key: string }>();
  for (const { sha256, family, label } of examples) {
    const unit = family ?? sha256;
    if (!units.has(unit)) units.set(unit, { label, key: keyOf(round, unit) });
  }
  const foldOf = new Map<string, number>();
  [...units]
    .toSorted(([, a], [, b]) => a.label - b.label || (a.key < b.key ? -1 : 1))
    .forEach(([unit], turn) => foldOf.set(unit, turn % count));
  return examples.map(({ sha256, family }) => foldOf.get(family ?? sha256) ?? 0);
}

/** Up to this many groups each is left out alone; more are dealt into as many folds, whole groups at a time. */
const GROUP_FOLDS_MAX = 30;

/**
 * A fold for each example such that a group is never in two, nor groups that share nearly identical pictures; undefined
 * where examples lack a group or share one.
 */
export function dealGroups(
  examples: readonly Example[],
  foldsMax = GROUP_FOLDS_MAX,
): { folds: number[]; groups: number } | undefined {
  const groups = new Set(examples.map(({ group }) => group));
  if (groups.has(undefined) || groups.size < 2) return undefined;
  const block = blocksOf(examples);
  const nameOf = new Map<string, string>();
  examples.forEach(({ group = '' }, at) => {
    const known = nameOf.get(block[at] ?? '');
    if (known === undefined || group < known) nameOf.set(block[at] ?? '', group);
  });
  if (nameOf.size < 2) return undefined;
  const order = [...nameOf].toSorted(([, a], [, b]) => (keyOf('groups', a) < keyOf('groups', b) ? -1 : 1));
  const foldOf = new Map(order.map(([name], turn) => [name, turn % foldsMax]));
  return { folds: examples.map((_, at) => foldOf.get(block[at] ?? '') ?? 0), groups: groups.size };
}

function keyOf(round: string, identity: string): string {
  return createHash('sha256').update(`${round}/${identity}`).digest('hex');
}
