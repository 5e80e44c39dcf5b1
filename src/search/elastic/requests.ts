import { z } from 'zod';
import { isIngestError } from '../../domain/errors.ts';
import type { ElasticClient } from './client.ts';
import type { Clause } from './filter.ts';

const Hit = z
  .object({
    _id: z.string().default(''),
    _score: z.number().nullish(),
    _source: z.unknown().optional(),
    sort: z.array(z.unknown()).default([]),
    fields: z.record(z.string(), z.array(z.unknown())).default({}),
    matched_queries: z.array(z.string()).default([]),
  })
  .transform(({ _id: id, _score: score, _source: source, sort, fields, matched_queries: matched }) => ({
    id,
    score: score ?? 0,
    source,
    sort,
    fields,
    matched: new Set(matched),
  }));

/**
 * One hit as the server answers it: `matched` are the names of the clauses that it meets. `id` is empty where the request
 * asked for no stored field, which it is.
 */
export type RawHit = z.infer<typeof Hit>;

const SearchAnswer = z.object({
  hits: z.object({ total: z.object({ value: z.int() }).optional(), hits: z.array(Hit) }),
  aggregations: z.record(z.string(), z.unknown()).optional(),
});

/** The body of a search; only what we use of it. */
export interface SearchBody {
  query?: Clause;
  size: number;
  from?: number;
  sort?: readonly (string | Clause)[];
  min_score?: number;
  track_total_hits?: boolean;
  track_scores?: boolean;
  _source?: boolean | readonly string[];
  fields?: readonly string[];
  /** Values that stand in columns, read without the document. */
  docvalue_fields?: readonly string[];
  stored_fields?: '_none_';
  aggs?: Record<string, Clause>;
}

export interface SearchAnswered {
  /** 0 where the request did not ask for it. */
  total: number;
  hits: RawHit[];
  aggregations: Record<string, unknown>;
}

/** Searches the index in use. */
export type AskIndex = (body: SearchBody) => Promise<SearchAnswered>;

/** What a search can meet when the index behind the alias is changed while it runs; the next one finds the new index. */
const GONE = new Set([
  'index_not_found_exception',
  'search_phase_execution_exception',
  'search_context_missing_exception',
]);

/** Makes the function that searches `alias`; a search that lost its index under way is asked once more. */
export function createAsk(client: ElasticClient, alias: string): AskIndex {
  const once: AskIndex = async (body) => {
    const { body: answer } = await client.request(`search "${alias}"`, {
      method: 'POST',
      path: `/${encodeURIComponent(alias)}/_search`,
      // Half an answer would look like a whole one.
      query: { allow_partial_search_results: false },
      body,
    });
    const { hits, aggregations } = SearchAnswer.parse(answer);
    return { total: hits.total?.value ?? 0, hits: hits.hits, aggregations: aggregations ?? {} };
  };
  return async (body) => {
    try {
      return await once(body);
    } catch (error) {
      if (isIngestError(error) && error.code !== 'publish/refused' && GONE.has(String(error.context['type'])))
        return once(body);
      throw error;
    }
  };
}
