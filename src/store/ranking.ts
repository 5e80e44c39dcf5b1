import type { TermEvidence } from '../search/index-interface.ts';

/**
 * A matching document before its row is read. `similarity` is there where the query has `like`, `words` and `meaning` as
 * in a hit's `matched`.
 */
export interface RankedDocument {
  doc: number;
  score?: number;
  similarity?: number;
  words?: number;
  meaning?: number;
  terms: TermEvidence[];
}

export interface Ranking {
  total: number;
  /** The page that was asked for, in its order. */
  page: RankedDocument[];
}

/** Sums in another order differ in the last digits; what is equal shall compare equal. */
export function rounded(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}
