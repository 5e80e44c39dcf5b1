import { FIELD_EVIDENCE, LABEL_FLOOR, type TextField } from '../search/evidence.ts';
import type { TermEvidence } from '../search/index-interface.ts';
import type { Meaning } from '../search/synonyms.ts';
import { spaced, spellings } from '../search/words.ts';
import { type NumberList, prepareNumberList } from './number-list.ts';
import type { Database, Statement } from './sqlite.ts';
import { createUnchangedCache } from './unchanged.ts';

/** The best evidence of one term, document by document in rising order. */
export interface TermFinding {
  docs: Uint32Array;
  values: Float64Array;
  /** The place in {@link TIERS}, behind them that of the term's label. */
  sources: Uint8Array;
}

export interface TermEvidenceReader {
  find(term: Meaning, highest: number): TermFinding;
  /** What a document offers for the term, undefined where it has nothing. */
  explain(term: Meaning, found: TermFinding, doc: number): TermEvidence | undefined;
}

/**
 * Fields of equal evidence together, the best first: one list is read for all of them. Within a tier they stand in the
 * order in which they take the credit.
 */
const FIELDS = Object.keys(FIELD_EVIDENCE) as TextField[];
const TIERS = [...new Set(Object.values(FIELD_EVIDENCE))]
  .toSorted((a, b) => b - a)
  .map((evidence) => ({ evidence, fields: FIELDS.filter((field) => FIELD_EVIDENCE[field] === evidence) }));

/** Kept while nothing changes: findings of terms at 13 bytes, documents of labels at 16 bytes a document. */
const TERMS_KEPT = 16;
const LABELS_KEPT = 32;

/** Finds the evidence of terms in fields and labels; what was found is kept until the database changes. */
export function createTermEvidence(db: Database): TermEvidenceReader {
  const prepared = prepareStatements(db);
  const cache = createUnchangedCache<TermFinding>(db, TERMS_KEPT);
  return {
    find: (term, highest) => {
      const key = JSON.stringify(term);
      const found = cache.get(key) ?? evidenceOf(prepared, term, highest);
      cache.set(key, found);
      return found;
    },
    explain: (term, found, doc) => explained(prepared, term, found, doc),
  };
}

interface Prepared {
  text: NumberList;
  /** Whether a document matches. */
  stands: Statement<[string, number], number>;
  /** Documents with at least that score of a label, and their scores. */
  labelled(label: string, floor: number): { docs: readonly number[]; scores: readonly number[] };
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
  const docsOf = labelled('doc');
  const scoresOf = labelled('score');
  const cache = createUnchangedCache<ReturnType<Prepared['labelled']>>(db, LABELS_KEPT);
  return {
    text: prepareNumberList(db, 'rowid', 'FROM document_text WHERE document_text MATCH ?'),
    // Numbers are bound as REAL, and FTS5 passes over a rowid that is none: without the cast any document stands.
    stands: db
      .prepare<[string, number], number>(
        'SELECT 1 FROM document_text WHERE document_text MATCH ? AND rowid = CAST(? AS INTEGER)',
      )
      .pluck(),
    labelled: (label, floor) => {
      const key = `${floor} ${label}`;
      const found = cache.get(key) ?? { docs: docsOf.all(label, floor), scores: scoresOf.all(label, floor) };
      cache.set(key, found);
      return found;
    },
  };
}

function evidenceOf(prepared: Prepared, term: Meaning, highest: number): TermFinding {
  const values = new Float64Array(highest + 1);
  const sources = new Uint8Array(highest + 1);
  const raise = (doc: number, value: number, source: number): void => {
    // What gave the best evidence first keeps the credit.
    if (value <= (values[doc] ?? 0)) return;
    values[doc] = value;
    sources[doc] = source;
  };
  for (const [tier, docs] of documentsOfTiers(prepared, term.words).entries()) {
    for (const doc of docs) raise(doc, TIERS[tier]?.evidence ?? 0, tier);
  }
  // A label that is itself the question counts however small its score.
  const floor = term.words.length === 0 ? 0 : LABEL_FLOOR;
  term.labels.forEach(({ label, weight }, index) => {
    const { docs, scores } = prepared.labelled(label, floor);
    docs.forEach((doc, row) => raise(doc, weight * (scores[row] ?? 0), TIERS.length + index));
  });
  return compact(values, sources);
}

function compact(values: Float64Array, sources: Uint8Array): TermFinding {
  const docs = new Uint32Array(values.length);
  let count = 0;
  for (let doc = 0; doc < values.length; doc++) if ((values[doc] ?? 0) > 0) docs[count++] = doc;
  const found = docs.slice(0, count);
  const finding = { docs: found, values: new Float64Array(count), sources: new Uint8Array(count) };
  for (let at = 0; at < count; at++) {
    finding.values[at] = values[found[at] ?? 0] ?? 0;
    finding.sources[at] = sources[found[at] ?? 0] ?? 0;
  }
  return finding;
}

/** Of each tier; the weaker ones, which seldom have the term, are asked together first. */
function documentsOfTiers({ text }: Prepared, words: readonly string[]): Uint32Array[] {
  if (words.length === 0) return [];
  const [best, ...weaker] = TIERS.map(({ fields }) => fields);
  const documents = [text(textExpression(words, best ?? []))];
  const all = text(textExpression(words, weaker.flat()));
  if (all.length === 0) return documents;
  return [...documents, ...weaker.map((fields) => text(textExpression(words, fields)))];
}

function explained(
  { stands }: Prepared,
  { words, labels }: Meaning,
  found: TermFinding,
  doc: number,
): TermEvidence | undefined {
  const at = placeOf(found.docs, doc);
  if (at === undefined) return undefined;
  const evidence = found.values[at] ?? 0;
  const source = found.sources[at] ?? 0;
  const label = labels[source - TIERS.length]?.label;
  const term = words.length > 0 ? words.join(' ') : (label ?? '');
  if (label !== undefined) return { term, evidence, where: 'label', label };
  const fields = TIERS[source]?.fields ?? [];
  const where = fields.find((field) => stands.get(textExpression(words, [field]), doc) === 1);
  return where && { term, evidence, where };
}

/** In a rising list. */
function placeOf(docs: Uint32Array, doc: number): number | undefined {
  let low = 0;
  let high = docs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((docs[middle] ?? 0) < doc) low = middle + 1;
    else high = middle;
  }
  return docs[low] === doc ? low : undefined;
}

/**
 * The FTS5 expression for a term within one of the fields: every word of it, in any usual spelling. Each is quoted, so
 * that nothing a person types is syntax.
 */
function textExpression(words: readonly string[], fields: readonly TextField[]): string {
  const all = words.map((word) => {
    const quoted = spellings(word).map((spelling) => `"${spaced(spelling).replaceAll('"', '""')}"`);
    return `(${quoted.join(' OR ')})`;
  });
  // The one list of a single word serves several fields; words of a term must stand in the same one.
  if (all.length === 1) return `{${fields.join(' ')}} : (${all[0] ?? ''})`;
  return fields.map((field) => `(${field} : (${all.join(' AND ')}))`).join(' OR ');
}
