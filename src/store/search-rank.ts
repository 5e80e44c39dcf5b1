import type { EmbeddedPicture } from '../search/document.ts';
import type { TermEvidence } from '../search/index-interface.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Meaning } from '../search/synonyms.ts';
import { type Ranking, rounded } from './ranking.ts';
import { addScore, bestDocuments, createScores, type Scores } from './scores.ts';
import { createAllowedReader, type Filter, filterOf } from './search-filter.ts';
import { createMeaningRanker } from './search-meaning.ts';
import { nearestDocuments, similarities } from './search-vectors.ts';
import { createWordScorer } from './search-words.ts';
import type { Database } from './sqlite.ts';

/** Word hits whose similarity is computed too when a query has both; the rest scores too low to be shown. */
const WORDS_COMPARED = 1000;

/** Finds and orders the documents of a query as `evidence.ts` defines it. */
export function createRanker(db: Database): (query: SearchQuery) => Ranking {
  const scoreWords = createWordScorer(db);
  const allowedOf = createAllowedReader(db);
  const rankMeaning = createMeaningRanker(db, allowedOf);
  return (query) => {
    const filter = filterOf(query);
    const terms = rankingTerms(query);
    if (terms.length === 0 && query.like === undefined) return listing(db, query, filter);
    const words = terms.length === 0 ? undefined : scoreWords(terms, allowedOf(filter));
    const explain = (doc: number): TermEvidence[] => words?.explain(doc) ?? [];
    if (query.meaning !== undefined && query.rankBy !== 'words') {
      return rankMeaning(query, query.meaning, filter, words ?? { scores: createScores(0), explain });
    }
    if (query.like === undefined) {
      const { total, page } = pageOf(db, query, words?.scores);
      return { total, page: page.map((one) => ({ ...one, terms: explain(one.doc) })) };
    }
    const { scores, similarity } = blend(db, query.like, filter, words?.scores);
    const { total, page } = pageOf(db, query, scores);
    const near = (doc: number): number => rounded(similarity.get(doc) ?? 0);
    return { total, page: page.map((one) => ({ ...one, similarity: near(one.doc), terms: explain(one.doc) })) };
  };
}

/** A label asked for as a filter is what ranks when there are no words. */
function rankingTerms(query: SearchQuery): readonly Meaning[] {
  if (query.terms.length > 0 || query.labels.length === 0 || query.like !== undefined) return query.terms;
  return [{ words: [], labels: query.labels.map((label) => ({ label, weight: 1 })) }];
}

/** The nearest pictures and the best by words together; the score is the mean where there are words. */
function blend(
  db: Database,
  like: EmbeddedPicture,
  filter: Filter,
  words: Scores | undefined,
): { scores: Scores; similarity: Map<number, number> } {
  const nearest = nearestDocuments(db, like, filter);
  const bestWords = words === undefined ? [] : bestDocuments(words, WORDS_COMPARED);
  const candidates = [...new Set([...nearest, ...bestWords])];
  const similarity = similarities(db, candidates, like);
  const scores = createScores(candidates.reduce((highest, doc) => Math.max(highest, doc), 0));
  for (const doc of candidates) {
    const near = similarity.get(doc) ?? 0;
    addScore(scores, doc, words === undefined ? near : (near + (words.values[doc] ?? 0)) / 2);
  }
  return { scores, similarity };
}

const ORDERS = {
  // Without words there is no relevance: the newest first.
  relevance: 'd.acquired_s DESC NULLS LAST, d.doc DESC',
  newest: 'd.acquired_s DESC NULLS LAST, d.doc DESC',
  oldest: 'd.acquired_s ASC NULLS LAST, d.doc ASC',
  name: 'd.name COLLATE NOCASE ASC, d.doc ASC',
} as const;

function listing(db: Database, query: SearchQuery, { where, parameters }: Filter): Ranking {
  const from = `FROM documents d ${where === '' ? '' : `WHERE ${where}`}`;
  const total =
    db
      .prepare<unknown[], number>(`SELECT count(*) ${from}`)
      .pluck()
      .get(...parameters) ?? 0;
  const docs = db
    .prepare<unknown[], number>(`SELECT d.doc ${from} ORDER BY ${ORDERS[query.sort]} LIMIT ? OFFSET ?`)
    .pluck()
    .all(...parameters, query.limit, query.offset);
  return { total, page: docs.map((doc) => ({ doc, terms: [] })) };
}

function pageOf(db: Database, query: SearchQuery, found: Scores | undefined): Ranking {
  const { values, docs } = found ?? createScores(0);
  for (const doc of docs) values[doc] = rounded(values[doc] ?? 0);
  const kept = query.minScore > 0 ? docs.filter((doc) => (values[doc] ?? 0) >= query.minScore) : docs;
  const page =
    query.sort === 'relevance'
      ? bestDocuments({ values, docs: kept }, query.offset + query.limit).slice(query.offset)
      : inOrder(db, kept, query);
  return { total: kept.length, page: page.map((doc) => ({ doc, score: values[doc] ?? 0, terms: [] })) };
}

function inOrder(db: Database, docs: readonly number[], query: SearchQuery): number[] {
  const statement = db.prepare<[string, number, number], number>(
    `SELECT d.doc FROM json_each(?) AS wanted JOIN documents d ON d.doc = wanted.value
      ORDER BY ${ORDERS[query.sort]} LIMIT ? OFFSET ?`,
  );
  return statement.pluck().all(JSON.stringify(docs), query.limit, query.offset);
}
