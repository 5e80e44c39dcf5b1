/** One found document and its score within its own list, 0 to 1. */
export interface Ranked<K> {
  key: K;
  score: number;
}

/** Each list is cut here before it is fused, so that every index fuses the same. */
export const FUSED_DEPTH = 500;
/** How fast the weight of a rank falls: G. Cormack et al., Reciprocal rank fusion, SIGIR 2009, found 60 good on all of TREC. */
const RANK_CONSTANT = 60;

/** Of the list by words; the rest is of the list by meaning. */
const WORDS_SHARE = 0.5;
/** Where the best by words has all that was asked for, so that nothing found by meaning alone comes before it. */
const EXACT_WORDS_SHARE = 2 / 3;
/** A score by words that is 1 but for rounding. */
const EXACT_SCORE = 0.999;

/**
 * Fuses what was found by words with what was found by meaning, best first: each document gets the weighted sum of its
 * reciprocal ranks, scaled so that the first of both lists scores 1. Documents of equal score within a list share a rank,
 * so that the order in which an index lists equals changes nothing. Lists must be sorted, best first.
 */
export function fuseRanks<K>(words: readonly Ranked<K>[], meaning: readonly Ranked<K>[]): Ranked<K>[] {
  const share = (words[0]?.score ?? 0) >= EXACT_SCORE ? EXACT_WORDS_SHARE : WORDS_SHARE;
  const sums = new Map<K, number>();
  for (const [list, weight] of [[words, share] as const, [meaning, 1 - share] as const]) {
    let rank = 0;
    for (const [at, { key, score }] of list.slice(0, FUSED_DEPTH).entries()) {
      if (at === 0 || score !== list[at - 1]?.score) rank = at;
      sums.set(key, (sums.get(key) ?? 0) + (weight * RANK_CONSTANT) / (RANK_CONSTANT + rank));
    }
  }
  return [...sums].map(([key, score]) => ({ key, score })).toSorted((a, b) => b.score - a.score);
}
