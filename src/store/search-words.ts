import { FIELD_EVIDENCE, LABEL_FLOOR, type TextField, termWeight } from '../search/evidence.ts';
import type { TermEvidence } from '../search/index-interface.ts';
import type { Meaning } from '../search/synonyms.ts';
import { spaced, spellings } from '../search/words.ts';
import { addScore, createScores, raiseScore, type Scores } from './scores.ts';
import type { Database, Statement } from './sqlite.ts';
import { createUnchangedCache } from './unchanged.ts';

/** What the words of a query found, and why. */
export interface WordScores {
  scores: Scores;
  /** The best evidence of each term that a document has any of. */
  explain(doc: number): TermEvidence[];
}

export type WordScorer = (terms: readonly Meaning[], allowed: Uint8Array | undefined) => WordScores;

/** In the order in which they take the credit where several give the same evidence. */
const FIELDS = Object.keys(FIELD_EVIDENCE) as TextField[];

/** Scores documents by words as `evidence.ts` defines it; `allowed` holds 1 at the numbers that pass the filters. */
export function createWordScorer(db: Database): WordScorer {
  const prepared = prepareStatements(db);
  return (terms, allowed) => {
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
    return { scores, explain: (doc) => terms.flatMap((term, index) => explained(term, found[index], doc)) };
  };
}

interface Prepared {
  count: Statement<[], number>;
  highest: Statement<[], number>;
  text: Statement<[string], number>;
  /** Documents with at least that score of a label, and their scores. */
  labelled(label: string, floor: number): { docs: readonly number[]; scores: readonly number[] };
}

/** Labels whose documents are kept while nothing changes, 16 bytes a document. */
const LABELS_KEPT = 32;

function prepareStatements(db: Database): Prepared {
  // One column at a time, in one order: arrays of numbers come out of SQLite three times as fast as arrays of rows.
  const labelled = (column: string): Statement<[string, number], number> =>
    db
      .prepare<[string, number], number>(
        `SELECT ${column} FROM document_labels
          WHERE label = (SELECT label FROM labels WHERE name = ?) AND score >= ? ORDER BY score, doc`,
      )
      .pluck();
  const docsOf = labelled('doc');
  const scoresOf = labelled('score');
  const cache = createUnchangedCache<ReturnType<Prepared['labelled']>>(db, LABELS_KEPT);
  return {
    count: db.prepare<[], number>('SELECT count(*) FROM documents').pluck(),
    highest: db.prepare<[], number>('SELECT ifnull(max(doc), 0) FROM documents').pluck(),
    text: db.prepare<[string], number>('SELECT rowid FROM document_text WHERE document_text MATCH ?').pluck(),
    labelled: (label, floor) => {
      const key = `${floor} ${label}`;
      const found = cache.get(key) ?? { docs: docsOf.all(label, floor), scores: scoresOf.all(label, floor) };
      cache.set(key, found);
      return found;
    },
  };
}

/** The sources of the scores are the fields in their order, behind them the labels of the term. */
function evidenceOf(prepared: Prepared, term: Meaning, best: Scores): Scores {
  // A label that is itself the question counts however small its score.
  const floor = term.words.length === 0 ? 0 : LABEL_FLOOR;
  FIELDS.forEach((field, source) => {
    if (term.words.length === 0) return;
    const docs = prepared.text.all(textExpression(term.words, field));
    for (const doc of docs) raiseScore(best, doc, FIELD_EVIDENCE[field], source);
  });
  term.labels.forEach(({ label, weight }, index) => {
    const { docs, scores } = prepared.labelled(label, floor);
    docs.forEach((doc, row) => raiseScore(best, doc, weight * (scores[row] ?? 0), FIELDS.length + index));
  });
  return best;
}

function explained({ words, labels }: Meaning, found: Scores | undefined, doc: number): TermEvidence[] {
  const evidence = found?.values[doc] ?? 0;
  if (found === undefined || evidence === 0) return [];
  const source = found.sources[doc] ?? 0;
  const where = FIELDS[source];
  const label = labels[source - FIELDS.length]?.label;
  const term = words.length > 0 ? words.join(' ') : (label ?? '');
  if (where !== undefined) return [{ term, evidence, where }];
  return label === undefined ? [] : [{ term, evidence, where: 'label', label }];
}

/**
 * The FTS5 expression for a term within a field: every word of it, in any usual spelling. Each is quoted, so that
 * nothing a person types is syntax.
 */
function textExpression(words: readonly string[], field: TextField): string {
  const all = words.map((word) => {
    const quoted = spellings(word).map((spelling) => `"${spaced(spelling).replaceAll('"', '""')}"`);
    return `(${quoted.join(' OR ')})`;
  });
  return `${field} : (${all.join(' AND ')})`;
}
