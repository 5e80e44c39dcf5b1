import { LABEL_FLOOR, termWeight } from '../search/evidence.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Meaning } from '../search/synonyms.ts';
import { addScore, bestDocuments, createScores, raiseScore, type Scores } from './scores.ts';
import { type Filter, filterOf } from './search-filter.ts';
import { nearestDocuments, similarities } from './search-vectors.ts';
import type { Database, Statement } from './sqlite.ts';
import { FIELD_GROUPS, textExpression } from './text-expression.ts';

/** A matching document before its row is read. `similarity` is there where the query has `like`. */
export interface RankedDocument {
  doc: number;
  score?: number;
  similarity?: number;
}

export interface Ranking {
  total: number;
  /** The page that was asked for, in its order. */
  page: RankedDocument[];
}

/** Word hits whose similarity is computed too when a query has both; the rest scores too low to be shown. */
const WORDS_COMPARED = 1000;

/** Finds and orders the documents of a query as `evidence.ts` defines it. */
export function createRanker(db: Database): (query: SearchQuery) => Ranking {
  const prepared = prepareStatements(db);
  return (query) => {
    const filter = filterOf(query);
    const terms = rankingTerms(query);
    if (terms.length === 0 && query.like === undefined) return listing(db, query, filter);
    const words = terms.length === 0 ? undefined : scoreWords(prepared, terms, allowedDocuments(db, filter));
    if (query.like === undefined) return pageOf(db, query, words);
    const { scores, similarity } = blend(db, query, filter, words);
    const { total, page } = pageOf(db, query, scores);
    return { total, page: page.map((one) => ({ ...one, similarity: rounded(similarity.get(one.doc) ?? 0) })) };
  };
}

/** A label asked for as a filter is what ranks when there are no words. */
export function rankingTerms(query: SearchQuery): readonly Meaning[] {
  if (query.terms.length > 0 || query.labels.length === 0 || query.like !== undefined) return query.terms;
  return [{ words: [], labels: query.labels.map((label) => ({ label, weight: 1 })) }];
}

interface Prepared {
  count: Statement<[], number>;
  highest: Statement<[], number>;
  text: Statement<[string], number>;
  labelled: Statement<[string, number], number>;
  labelScores: Statement<[string, number], number>;
}

function prepareStatements(db: Database): Prepared {
  // One column at a time, in one order: arrays of numbers come out of SQLite three times as fast as arrays of rows.
  const labelled = (column: string): Statement<[string, number], number> =>
    db
      .prepare<[string, number], number>(
        `SELECT ${column} FROM document_labels
          WHERE label = (SELECT label FROM labels WHERE name = ?) AND score >= ? ORDER BY score, doc`,
      )
      .pluck();
  return {
    count: db.prepare<[], number>('SELECT count(*) FROM documents').pluck(),
    highest: db.prepare<[], number>('SELECT ifnull(max(doc), 0) FROM documents').pluck(),
    text: db.prepare<[string], number>('SELECT rowid FROM document_text WHERE document_text MATCH ?').pluck(),
    labelled: labelled('doc'),
    labelScores: labelled('score'),
  };
}

function scoreWords(prepared: Prepared, terms: readonly Meaning[], allowed: Uint8Array | undefined): Scores {
  const total = prepared.count.get() ?? 0;
  const highest = prepared.highest.get() ?? 0;
  const found = terms.map((term) => evidenceOf(prepared, term, createScores(highest)));
  const weights = found.map(({ docs }) => termWeight(total, docs.length));
  const sum = weights.reduce((left, right) => left + right, 0);
  const scores = createScores(highest);
  found.forEach(({ docs, values }, index) => {
    const share = (weights[index] ?? 0) / sum;
    for (const doc of docs) {
      if (allowed === undefined || allowed[doc] === 1) addScore(scores, doc, share * (values[doc] ?? 0));
    }
  });
  for (const doc of scores.docs) scores.values[doc] = rounded(scores.values[doc] ?? 0);
  return scores;
}

function evidenceOf(prepared: Prepared, term: Meaning, best: Scores): Scores {
  const floor = term.words.length === 0 ? 0 : LABEL_FLOOR;
  for (const { label, weight } of term.labels) {
    const scores = prepared.labelScores.all(label, floor);
    prepared.labelled.all(label, floor).forEach((doc, index) => raiseScore(best, doc, weight * (scores[index] ?? 0)));
  }
  if (term.words.length === 0) return best;
  for (const [evidence, fields] of FIELD_GROUPS) {
    for (const doc of prepared.text.all(textExpression(term, fields))) raiseScore(best, doc, evidence);
  }
  return best;
}

/** The nearest pictures and the best by words together; the score is the mean where there are words. */
function blend(
  db: Database,
  query: SearchQuery,
  filter: Filter,
  words: Scores | undefined,
): { scores: Scores; similarity: Map<number, number> } {
  const nearest = query.like === undefined ? [] : nearestDocuments(db, query.like, filter);
  const bestWords = words === undefined ? [] : bestDocuments(words, WORDS_COMPARED);
  const candidates = [...new Set([...nearest, ...bestWords])];
  const similarity = query.like === undefined ? new Map() : similarities(db, candidates, query.like);
  const scores = createScores(candidates.reduce((highest, doc) => Math.max(highest, doc), 0));
  for (const doc of candidates) {
    const near = similarity.get(doc) ?? 0;
    addScore(scores, doc, rounded(words === undefined ? near : (near + (words.values[doc] ?? 0)) / 2));
  }
  return { scores, similarity };
}

function allowedDocuments(db: Database, { where, parameters }: Filter): Uint8Array | undefined {
  if (where === '') return undefined;
  const highest = db.prepare<[], number>('SELECT ifnull(max(doc), 0) FROM documents').pluck().get() ?? 0;
  const docs = db.prepare<unknown[], number>(`SELECT d.doc FROM documents d WHERE ${where}`).pluck();
  const allowed = new Uint8Array(highest + 1);
  for (const doc of docs.all(...parameters)) allowed[doc] = 1;
  return allowed;
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
  const total = db.prepare<unknown[], number>(`SELECT count(*) ${from}`).pluck().get(...parameters) ?? 0;
  const docs = db
    .prepare<unknown[], number>(`SELECT d.doc ${from} ORDER BY ${ORDERS[query.sort]} LIMIT ? OFFSET ?`)
    .pluck()
    .all(...parameters, query.limit, query.offset);
  return { total, page: docs.map((doc) => ({ doc })) };
}

function pageOf(db: Database, query: SearchQuery, found: Scores | undefined): Ranking {
  const { values, docs } = found ?? createScores(0);
  const kept = query.minScore > 0 ? docs.filter((doc) => (values[doc] ?? 0) >= query.minScore) : docs;
  const page =
    query.sort === 'relevance'
      ? bestDocuments({ values, docs: kept }, query.offset + query.limit).slice(query.offset)
      : inOrder(db, kept, query);
  return { total: kept.length, page: page.map((doc) => ({ doc, score: values[doc] ?? 0 })) };
}

function inOrder(db: Database, docs: readonly number[], query: SearchQuery): number[] {
  const statement = db.prepare<[string, number, number], number>(
    `SELECT d.doc FROM json_each(?) AS wanted JOIN documents d ON d.doc = wanted.value
      ORDER BY ${ORDERS[query.sort]} LIMIT ? OFFSET ?`,
  );
  return statement.pluck().all(JSON.stringify(docs), query.limit, query.offset);
}

/** Sums in another order differ in the last digits; what is equal shall compare equal. */
function rounded(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}
