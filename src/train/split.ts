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

/** Deals examples into `count` folds, each class evenly; another `round` deals them anew. Gives a fold for each example. */
export function dealFolds(examples: readonly Example[], count: number, round: string): number[] {
  const folds: number[] = Array.from({ length: examples.length }, () => 0);
  examples
    .map((example, at) => ({ at, label: example.label, key: keyOf(round, example.sha256) }))
    .toSorted((a, b) => a.label - b.label || (a.key < b.key ? -1 : 1))
    .forEach(({ at }, turn) => {
      folds[at] = turn % count;
    });
  return folds;
}

/** Up to this many groups each is left out alone; more are dealt into as many folds, whole groups at a time. */
const GROUP_FOLDS_MAX = 30;

/** A fold for each example such that a group is never in two; undefined where examples lack a group or share one. */
export function dealGroups(
  examples: readonly Example[],
  foldsMax = GROUP_FOLDS_MAX,
): { folds: number[]; groups: number } | undefined {
  const groups = new Set(examples.map(({ group }) => group));
  if (groups.has(undefined) || groups.size < 2) return undefined;
  const order = [...groups].toSorted((a, b) => (keyOf('groups', a ?? '') < keyOf('groups', b ?? '') ? -1 : 1));
  const foldOf = new Map(order.map((group, turn) => [group, turn % foldsMax]));
  return { folds: examples.map(({ group }) => foldOf.get(group) ?? 0), groups: groups.size };
}

function keyOf(round: string, identity: string): string {
  return createHash('sha256').update(`${round}/${identity}`).digest('hex');
}
