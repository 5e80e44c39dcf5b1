import type { AskedMeaning, EmbeddedPicture } from '../document.ts';
import { MEANING_FLOOR } from '../evidence.ts';
import { FUSED_DEPTH, fuseRanks } from '../fuse.ts';
import type { SearchQuery } from '../query.ts';
import type { Meaning } from '../synonyms.ts';
import { type Candidate, candidates, cosineOf, NEAREST, nearestQuery, rounded, wordsQuery } from './candidates.ts';
import { filterClauses } from './filter.ts';
import type { AskIndex } from './requests.ts';

/** Word hits whose similarity is computed too when a query has both; the rest scores too low to be shown. */
const WORDS_COMPARED = 1000;

/** A query and how its words weigh. */
export interface Asked {
  query: SearchQuery;
  terms: readonly Meaning[];
  shares: readonly number[];
}

/** Documents found in more than one way, best first, with the cosine of those that a vector found. */
export interface Blended {
  ranked: Candidate[];
  cosines: ReadonlyMap<string, number>;
}

/** By the mean of words and likeness (`evidence.ts`): the nearest pictures and the best by words. */
export async function blendLikeness(ask: AskIndex, asked: Asked, like: EmbeddedPicture): Promise<Blended> {
  const nearest = nearestQuery('image', like, filterClauses(asked.query));
  const [near, told] = await Promise.all([
    nearest === undefined ? [] : candidates(ask, nearest, NEAREST, cosineOf),
    bestByWords(ask, asked, WORDS_COMPARED),
  ]);
  const cosines = scoresOf(near);
  const others = told.map(({ id }) => id).filter((id) => !cosines.has(id));
  const rest = nearestQuery('image', like, [{ ids: { values: others } }], others.length);
  if (rest !== undefined && others.length > 0) {
    for (const { id, score } of await candidates(ask, rest, others.length, cosineOf)) cosines.set(id, score);
  }
  const byWords = scoresOf(told);
  const orders = ordersOf(near, told);
  const ranked = [...orders].map(([id, order]) => {
    const score = ((cosines.get(id) ?? 0) + (byWords.get(id) ?? 0)) / 2;
    return { id, order, score: rounded(score) };
  });
  return { ranked: inOrder(ranked.filter(({ score }) => score > 0)), cosines };
}

/** By meaning alone, or fused with the words by ranks (`fuse.ts`). */
export async function blendMeaning(ask: AskIndex, asked: Asked, meaning: AskedMeaning): Promise<Blended> {
  const { query } = asked;
  const nearest = nearestQuery('text', meaning, filterClauses(query), FUSED_DEPTH);
  const fused = query.rankBy === 'fused';
  const [found, told] = await Promise.all([
    nearest === undefined ? [] : candidates(ask, nearest, FUSED_DEPTH, cosineOf),
    fused ? bestByWords(ask, asked, FUSED_DEPTH) : [],
  ]);
  const near = found.filter(({ score }) => score >= (meaning.floor ?? MEANING_FLOOR));
  const cosines = scoresOf(near);
  if (!fused) return { ranked: near, cosines };
  const orders = ordersOf(near, told);
  const ranked = fuseRanks(told.map(toRanked), near.map(toRanked)).map(({ key, score }) => ({
    id: key,
    score: rounded(score),
    order: orders.get(key) ?? 0,
  }));
  return { ranked: inOrder(ranked), cosines };
}

async function bestByWords(ask: AskIndex, { query, terms, shares }: Asked, count: number): Promise<Candidate[]> {
  return candidates(ask, wordsQuery(query, terms, shares, { named: false }), count, rounded);
}

function scoresOf(found: readonly Candidate[]): Map<string, number> {
  return new Map(found.map(({ id, score }) => [id, score]));
}

function ordersOf(...lists: readonly (readonly Candidate[])[]): Map<string, number> {
  return new Map(lists.flat().map(({ id, order }) => [id, order]));
}

function toRanked({ id, score }: Candidate): { key: string; score: number } {
  return { key: id, score };
}

function inOrder(found: readonly Candidate[]): Candidate[] {
  return found.toSorted((a, b) => b.score - a.score || b.order - a.order);
}
