import type { IssueCode } from '../domain/issue.ts';
import type { QuantityRange } from '../domain/quantity-range.ts';
import type { Decision } from '../domain/record.ts';
import type { AskedMeaning, EmbeddedPicture } from './document.ts';
import type { RangeField } from './range-fields.ts';
import type { Meaning } from './synonyms.ts';

export const SORT_ORDERS = ['relevance', 'newest', 'oldest', 'name'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/** What free words may rank by. */
export const RANKINGS = ['words', 'meaning', 'fused'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** A span of the instrument's wall clock in seconds since 1970; `untilS` itself is not part of it. */
export interface TimeSpan {
  fromS?: number | undefined;
  untilS?: number | undefined;
}

/** A query as an index answers it: filters are exact, terms and `like` rank. */
export interface SearchQuery {
  terms: readonly Meaning[];
  /** One of these labels first, or with at least `LABEL_FILTER_SCORE`. Empty: any. */
  labels: readonly string[];
  /** Part of the name, case ignored. */
  vendor?: string | undefined;
  instrument?: string | undefined;
  detector?: string | undefined;
  decisions: readonly Decision[];
  /** With at least one of these issues. Empty: any. */
  issues: readonly IssueCode[];
  /** With none of these. */
  withoutIssues: readonly IssueCode[];
  ranges: Partial<Record<RangeField, QuantityRange>>;
  acquired?: TimeSpan | undefined;
  like?: EmbeddedPicture | undefined;
  /** Of the free words. Absent: they are looked for as words only. */
  meaning?: AskedMeaning | undefined;
  /**
   * What free words rank by: as words, by their meaning, or both fused (`fuse.ts`). Without `meaning`, beside `like` and in
   * another order than by relevance always `words`.
   */
  rankBy: Ranking;
  /** Leaves out what scores less, 0 to 1. */
  minScore: number;
  sort: SortOrder;
  limit: number;
  offset: number;
}
