import type { AskedMeaning } from '../search/document.ts';
import { MEANING_FLOOR } from '../search/evidence.ts';
import { FUSED_DEPTH, fuseRanks, type Ranked } from '../search/fuse.ts';
import type { SearchQuery } from '../search/query.ts';
import { createMemoryReader, type Near } from './meanings-in-memory.ts';
import { type Ranking, rounded } from './ranking.ts';
import { addScore, bestDocuments, createScores } from './scores.ts';
import type { AllowedReader, Filter } from './search-filter.ts';
import { spaceNumber } from './search-vectors.ts';
import type { WordScores } from './search-words.ts';
import type { Database } from './sqlite.ts';
import { encodeVector } from './vector-codec.ts';

export type MeaningRanker = (query: SearchQuery, meaning: AskedMeaning, filter: Filter, words: WordScores) => Ranking;

/** Ranks by meaning alone, or fused with the words as `fuse.ts` does it. */
export function createMeaningRanker(db: Database, allowedOf: AllowedReader): MeaningRanker {
  const inMemory = createMemoryReader(db);
  const near = (meaning: AskedMeaning, filter: Filter): Near => {
    const encoded = encodeVector(meaning.vector);
    const space = spaceNumber(db, meaning);
    if (encoded === undefined || space === undefined) return NOTHING;
    return inMemory(space, encoded.int8, () => allowedOf(filter)) ?? scan(db, space, encoded.int8, filter);
  };
  return (query, meaning, filter, words) =>
    rankFound(query, nearest(near(meaning, filter), meaning.floor ?? MEANING_FLOOR), words);
}

function rankFound(query: SearchQuery, near: readonly Ranked<number>[], words: WordScores): Ranking {
  const cosines = new Map(near.map(({ key, score }) => [key, score]));
  const word = (doc: number): number => rounded(words.scores.values[doc] ?? 0);
  const byWords = (): Ranked<number>[] =>
    bestDocuments(words.scores, FUSED_DEPTH).map((doc) => ({ key: doc, score: word(doc) }));
  const kept = (query.rankBy === 'fused' ? fuseRanks(byWords(), near) : near)
    .map(({ key, score }) => ({ doc: key, score: rounded(score) }))
    .filter(({ score }) => score >= query.minScore)
    .toSorted((a, b) => b.score - a.score || b.doc - a.doc);
  const page = kept.slice(query.offset, query.offset + query.limit).map(({ doc, score }) => {
    const cosine = cosines.get(doc);
    return {
      doc,
      score,
      ...(word(doc) > 0 && { words: word(doc) }),
      ...(cosine !== undefined && { meaning: cosine }),
      terms: words.explain(doc),
    };
  });
  return { total: kept.length, page };
}

const NOTHING: Near = { docs: new Uint32Array(0), cosines: new Float64Array(0) };

/** The documents that mean nearest the same, nearest first, with their cosine; none below the floor. */
function nearest({ docs, cosines }: Near, floor: number): Ranked<number>[] {
  const scores = createScores(docs.reduce((highest, doc) => Math.max(highest, doc), 0));
  for (let at = 0; at < docs.length; at++) {
    const score = rounded(cosines[at] ?? 0);
    if (score >= floor) addScore(scores, docs[at] ?? 0, score);
  }
  return bestDocuments(scores, FUSED_DEPTH).map((doc) => ({ key: doc, score: scores.values[doc] ?? 0 }));
}

function scan(db: Database, space: number, int8: Buffer, { where, parameters }: Filter): Near {
  const filtered = where !== '';
  const rows = db
    .prepare<unknown[], [number, number]>(
      `SELECT m.doc, vec_distance_cosine(vec_int8(m.int8), vec_int8(?)) AS distance
        FROM meanings m ${filtered ? 'JOIN documents d ON d.doc = m.doc' : ''}
        WHERE m.space = ? ${filtered ? `AND ${where}` : ''} ORDER BY distance, m.doc DESC LIMIT ${FUSED_DEPTH}`,
    )
    .raw()
    .all(int8, space, ...parameters);
  return {
    docs: Uint32Array.from(rows, ([doc]) => doc),
    cosines: Float64Array.from(rows, ([, distance]) => 1 - distance),
  };
}
