import { termWeight } from '../search/evidence.ts';
import type { TermEvidence } from '../search/index-interface.ts';
import type { Meaning } from '../search/synonyms.ts';
import { addScore, createScores, type Scores } from './scores.ts';
import type { Database } from './sqlite.ts';
import { createTermEvidence } from './term-evidence.ts';

/** What the words of a query found, and why. */
export interface WordScores {
  scores: Scores;
  /** The best evidence of each term that a document has any of. */
  explain(doc: number): TermEvidence[];
}

export type WordScorer = (terms: readonly Meaning[], allowed: Uint8Array | undefined) => WordScores;

/** Scores documents by words as `evidence.ts` defines it; `allowed` holds 1 at the numbers that pass the filters. */
export function createWordScorer(db: Database): WordScorer {
  const evidence = createTermEvidence(db);
  const count = db.prepare<[], number>('SELECT count(*) FROM documents').pluck();
  const last = db.prepare<[], number>('SELECT ifnull(max(doc), 0) FROM documents').pluck();
  return (terms, allowed) => {
    const total = count.get() ?? 0;
    const highest = last.get() ?? 0;
    const found = terms.map((term) => ({ term, finding: evidence.find(term, highest) }));
    const weights = found.map(({ finding }) => termWeight(total, finding.docs.length));
    const sum = weights.reduce((left, right) => left + right, 0);
    const scores = createScores(highest);
    found.forEach(({ finding: { docs, values } }, index) => {
      const share = (weights[index] ?? 0) / sum;
      for (let at = 0; at < docs.length; at++) {
        const doc = docs[at] ?? 0;
        if (allowed === undefined || allowed[doc] === 1) addScore(scores, doc, share * (values[at] ?? 0));
      }
    });
    return {
      scores,
      explain: (doc) => found.flatMap(({ term, finding }) => evidence.explain(term, finding, doc) ?? []),
    };
  };
}
