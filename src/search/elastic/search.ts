import type { EmbeddedPicture } from '../document.ts';
import type { MatchReason, SearchHit, SearchResult } from '../index-interface.ts';
import type { SearchQuery } from '../query.ts';
import { type Asked, type Blended, blendLikeness, blendMeaning } from './blend.ts';
import {
  BY_SCORE,
  cosineOf,
  leastScore,
  NEAREST,
  nearestQuery,
  rounded,
  scoreOfCosine,
  sharesOf,
  wordsQuery,
} from './candidates.ts';
import { type Clause, filterClauses } from './filter.ts';
import { toHit } from './hits.ts';
import type { AskIndex, RawHit, SearchBody } from './requests.ts';
import { HIT_FIELDS } from './source.ts';
import { explain, explainingClauses, rankingTerms } from './word-query.ts';

const NEWEST = [{ acquired: { order: 'desc', missing: '_last' } }, { order: 'desc' }] as const;
const ORDERS = {
  newest: NEWEST,
  oldest: [{ acquired: { order: 'asc', missing: '_last' } }, { order: 'asc' }],
  name: [{ 'name.folded': 'asc' }, { order: 'asc' }],
} as const;

/** Answers a query as `evidence.ts` and `fuse.ts` define it. */
export async function searchElastic(ask: AskIndex, query: SearchQuery): Promise<SearchResult> {
  const { like, meaning, rankBy, sort } = query;
  const terms = rankingTerms(query);
  if (terms.length === 0) return like === undefined ? listing(ask, query) : nearestPictures(ask, query, like);
  const asked = { query, terms, shares: await sharesOf(ask, terms) };
  if (like !== undefined) return blended(ask, asked, await blendLikeness(ask, asked, like));
  if (meaning === undefined || rankBy === 'words' || sort !== 'relevance') return byWords(ask, asked);
  return blended(ask, asked, await blendMeaning(ask, asked, meaning));
}

async function listing(ask: AskIndex, query: SearchQuery): Promise<SearchResult> {
  const { total, hits } = await ask({
    query: { bool: { filter: filterClauses(query) } },
    ...pageOf(query),
    // Without words there is no relevance: the newest first.
    sort: query.sort === 'relevance' ? NEWEST : ORDERS[query.sort],
  });
  return { total, hits: hits.map((hit) => toHit(hit)) };
}

async function byWords(ask: AskIndex, { query, terms, shares }: Asked): Promise<SearchResult> {
  const { total, hits } = await ask({
    query: wordsQuery(query, terms, shares, { named: true }),
    ...pageOf(query),
    ...(query.minScore > 0 && { min_score: leastScore(query.minScore) }),
  });
  return {
    total,
    hits: hits.map((raw) => {
      const { matched, score } = explained(raw, { query, terms, shares });
      return { ...toHit(raw, matched), score };
    }),
  };
}

async function nearestPictures(ask: AskIndex, query: SearchQuery, like: EmbeddedPicture): Promise<SearchResult> {
  const { offset, limit, minScore } = query;
  const nearest = nearestQuery('image', like, filterClauses(query));
  if (nearest === undefined) return { total: 0, hits: [] };
  const least = Math.max(leastScore(minScore), -leastScore(0));
  const { total, hits } = await ask({
    query: nearest,
    ...pageOf({ ...query, offset: Math.min(offset, NEAREST), limit: Math.max(0, Math.min(limit, NEAREST - offset)) }),
    min_score: scoreOfCosine(least),
  });
  return {
    // Each shard finds as many.
    total: Math.min(total, NEAREST),
    hits: hits.map((raw) => {
      const similarity = cosineOf(raw.score);
      return { ...toHit(raw, { terms: [], similarity }), score: similarity };
    }),
  };
}

async function blended(ask: AskIndex, asked: Asked, { ranked, cosines }: Blended): Promise<SearchResult> {
  const { query, terms } = asked;
  const kept = ranked.filter(({ score }) => score >= query.minScore);
  const scores = new Map(kept.map(({ id, score }) => [id, score]));
  const byRelevance = query.sort === 'relevance';
  const { offset, limit } = query;
  const shown = byRelevance ? kept.slice(offset, offset + limit) : kept;
  if (shown.length === 0) return { total: kept.length, hits: [] };
  const ids: Clause = { ids: { values: shown.map(({ id }) => id) } };
  const { hits } = await ask({
    query: { bool: { filter: [ids], should: explainingClauses(terms) } },
    ...pageOf(byRelevance ? { ...query, offset: 0 } : query),
    track_total_hits: false,
  });
  const found = hits.map((raw) => {
    const { matched, score: words } = explained(raw, asked);
    const cosine = cosines.get(raw.id);
    const how = query.like === undefined ? meant(words, cosine) : { similarity: cosine ?? 0 };
    return { ...toHit(raw, { ...matched, ...how }), score: scores.get(raw.id) ?? 0 };
  });
  const places = new Map(shown.map(({ id }, place) => [id, place]));
  const place = ({ id }: SearchHit): number => places.get(id) ?? 0;
  return { total: kept.length, hits: byRelevance ? found.toSorted((a, b) => place(a) - place(b)) : found };
}

function meant(words: number, meaning: number | undefined): Partial<MatchReason> {
  return { ...(words > 0 && { words }), ...(meaning !== undefined && { meaning }) };
}

/** Why words found a document, and its score by them: the server's are single floats, good for the order only. */
function explained(raw: RawHit, { terms, shares }: Asked): { matched: MatchReason; score: number } {
  const evidence = explain(terms, raw.matched, toHit(raw).labels);
  const score = evidence.reduce((sum, one, number) => sum + (shares[number] ?? 0) * (one?.evidence ?? 0), 0);
  return { matched: { terms: evidence.filter((one) => one !== undefined) }, score: rounded(score) };
}

/** What every search for a page asks for. */
function pageOf({ offset, limit, sort }: SearchQuery): SearchBody {
  return {
    from: offset,
    size: limit,
    sort: sort === 'relevance' ? BY_SCORE : ORDERS[sort],
    track_total_hits: true,
    track_scores: true,
    _source: HIT_FIELDS,
  };
}
