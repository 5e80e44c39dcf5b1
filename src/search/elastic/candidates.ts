import type { EmbeddedPicture, EmbeddedText } from '../document.ts';
import type { SearchQuery } from '../query.ts';
import type { Meaning } from '../synonyms.ts';
import { type VectorFamily, vectorField } from './fields.ts';
import { type Clause, filterClauses } from './filter.ts';
import type { AskIndex } from './requests.ts';
import { isComparable } from './source.ts';
import { matchingClause, scoringClause, termShares } from './word-query.ts';

/** A document that may be shown: its score within one kind of evidence, and when it was indexed. */
export interface Candidate {
  id: string;
  score: number;
  order: number;
}

/** Best first, of equals the one indexed later. */
export const BY_SCORE = ['_score', { order: 'desc' }] as const;

/** Pictures and texts that are compared; as many as the embedded index takes. */
export const NEAREST = 500;

/** Of the graph's search: with twice as many looked at, the true nearest are among them (measured in the tests). */
const LOOKED_AT = 2;

/** Scores beyond this digit differ with the order in which sums are made; what is equal shall compare equal. */
export function rounded(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

/** Half a unit of the last digit that {@link rounded} keeps. */
const HALF_UNIT = 5e-7;

/** The least raw score that counts as at least `minScore` once rounded. */
export function leastScore(minScore: number): number {
  return minScore - HALF_UNIT;
}

/** The share of each term: rare terms tell more. The weight of a single term is its own measure and needs no counting. */
export async function sharesOf(ask: AskIndex, terms: readonly Meaning[]): Promise<number[]> {
  if (terms.length <= 1) return terms.map(() => 1);
  const filters = Object.fromEntries(terms.map((term, number) => [String(number), matchingClause(term)]));
  const { total, aggregations } = await ask({
    size: 0,
    track_total_hits: true,
    aggs: { terms: { filters: { filters } } },
  });
  const { buckets } = aggregations['terms'] as { buckets: Record<string, { doc_count: number }> };
  return termShares(
    total,
    terms.map((_, number) => buckets[String(number)]?.doc_count ?? 0),
  );
}

/** The query for words under the filters; `named` where hits shall be explained. */
export function wordsQuery(
  query: SearchQuery,
  terms: readonly Meaning[],
  shares: readonly number[],
  how: { named: boolean },
): Clause {
  return { bool: { must: [scoringClause(terms, shares, how)], filter: filterClauses(query) } };
}

/**
 * The nearest vectors under filters. Its scores are (1 + cosine) / 2 of the float vectors: the graph of 8-bit ones only
 * chooses them. Undefined where nothing can be near: a vector without
 * direction.
 */
export function nearestQuery(
  family: VectorFamily,
  { space, vector }: EmbeddedPicture | EmbeddedText,
  filter: readonly Clause[],
  count: number = NEAREST,
): Clause | undefined {
  if (!isComparable(vector)) return undefined;
  return {
    knn: {
      field: vectorField(family, vector.length),
      query_vector: [...vector],
      k: count,
      num_candidates: count * LOOKED_AT,
      rescore_vector: { oversample: 1 },
      filter: [...filter, { term: { [`${family}_space`]: space } }],
    },
  };
}

/** The cosine, cut at 0, that a score of {@link nearestQuery} stands for. */
export function cosineOf(score: number): number {
  return Math.min(1, Math.max(0, rounded(2 * score - 1)));
}

/** The raw score of {@link nearestQuery} for a cosine. */
export function scoreOfCosine(cosine: number): number {
  return (1 + cosine) / 2;
}

/** The best of a query with their scores, without reading a document: a thousand of them would cost more than the search. */
export async function candidates(
  ask: AskIndex,
  query: Clause,
  count: number,
  scoreOf: (raw: number) => number,
): Promise<Candidate[]> {
  const { hits } = await ask({
    query,
    size: count,
    sort: BY_SCORE,
    track_total_hits: false,
    stored_fields: '_none_',
    docvalue_fields: ['id'],
  });
  return hits
    .map(({ fields, sort: [score, order] }) => ({
      id: String(fields['id']?.[0]),
      score: scoreOf(Number(score)),
      order: Number(order),
    }))
    .filter(({ score }) => score > 0);
}
