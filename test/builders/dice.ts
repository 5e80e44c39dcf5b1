import { seededRandom } from '../../src/train/seeded-random.ts';

/** Chance that repeats itself: the same seed gives the same throws on every machine. */
export interface Dice {
  /** A whole number from 0 to below `count`. */
  below: (count: number) => number;
  chance: (probability: number) => boolean;
  pick: <Item>(items: readonly Item[]) => Item;
}

export function dice(seed: number): Dice {
  const random = seededRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  return {
    below,
    chance: (probability) => random() < probability,
    pick: (items) => {
      if (items.length === 0) throw new Error('Nothing to pick from.');
      return items[below(items.length)] as (typeof items)[number];
    },
  };
}
