import { type ContentHash, recordFolder } from '../domain/ids.ts';
import type { Decision, Label } from '../domain/record.ts';
import { FIELD_EVIDENCE, type TextField } from '../search/evidence.ts';
import type { MatchReason, SearchHit } from '../search/index-interface.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Meaning } from '../search/synonyms.ts';
import { type RankedDocument, rankingTerms } from './search-rank.ts';
import type { Database } from './sqlite.ts';
import { textExpression } from './text-expression.ts';

interface DocumentRow {
  doc: number;
  id: string;
  revision: number;
  name: string;
  picture: string | null;
  vendor: string | null;
  instrument: string | null;
  detector: string | null;
  decision: string;
  acquired_at: string | null;
  acceleration_voltage_v: number | null;
  pixel_size_m: number | null;
  field_width_m: number | null;
}

type Evidence = MatchReason['terms'][number];

const TEXT_FIELDS = Object.keys(FIELD_EVIDENCE) as TextField[];

/** Reads the rows of one page of hits and works out, for these only, why each is there. */
export function readHits(db: Database, query: SearchQuery, page: readonly RankedDocument[]): SearchHit[] {
  const docs = JSON.stringify(page.map(({ doc }) => doc));
  const rows = new Map(
    db
      .prepare<[string], DocumentRow>('SELECT d.* FROM json_each(?) AS wanted JOIN documents d ON d.doc = wanted.value')
      .all(docs)
      .map((row) => [row.doc, row]),
  );
  const labels = readLabels(db, docs);
  const evidence = rankingTerms(query).map((term) => termEvidence(db, term, docs, labels));
  return page.flatMap((ranked) => {
    const row = rows.get(ranked.doc);
    if (row === undefined) return [];
    const terms = evidence.map((found) => found.get(ranked.doc)).filter((one) => one !== undefined);
    return [toHit(row, ranked, labels.get(ranked.doc) ?? [], terms)];
  });
}

function toHit(row: DocumentRow, ranked: RankedDocument, labels: Label[], terms: Evidence[]): SearchHit {
  const id = row.id as ContentHash;
  const { score, similarity } = ranked;
  return {
    id,
    revision: row.revision,
    ...(score === undefined ? {} : { score }),
    matched: { terms, ...(similarity === undefined ? {} : { similarity }) },
    name: row.name,
    recordPath: recordFolder(id),
    ...present({
      picture: row.picture,
      vendor: row.vendor,
      instrument: row.instrument,
      detector: row.detector,
      acquiredAt: row.acquired_at,
    }),
    ...present({
      accelerationVoltageV: row.acceleration_voltage_v,
      pixelSizeM: row.pixel_size_m,
      fieldWidthM: row.field_width_m,
    }),
    labels,
    decision: row.decision as Decision,
  };
}

/** Absent is absent: NULL becomes a missing property. */
function present<Value>(values: Record<string, Value | null>): Record<string, Value> {
  const entries = Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== null);
  return Object.fromEntries(entries);
}

function readLabels(db: Database, docs: string): Map<number, Label[]> {
  const rows = db
    .prepare<[string], { doc: number } & Label>(
      `SELECT doc, labels.name AS label, score, rank FROM json_each(?) AS wanted
        JOIN document_labels ON doc = wanted.value JOIN labels USING (label) ORDER BY doc, rank`,
    )
    .all(docs);
  const labels = new Map<number, Label[]>();
  for (const { doc, ...label } of rows) labels.set(doc, [...(labels.get(doc) ?? []), label]);
  return labels;
}

/** The best evidence of one term in each document of the page: a field where its words stand, or a label. */
function termEvidence(db: Database, term: Meaning, docs: string, labels: Map<number, Label[]>): Map<number, Evidence> {
  const name = term.words.join(' ') || term.labels.map(({ label }) => label).join(', ');
  const best = new Map<number, Evidence>();
  const offer = (doc: number, evidence: Evidence): void => {
    if (evidence.evidence > (best.get(doc)?.evidence ?? 0)) best.set(doc, evidence);
  };
  if (term.words.length > 0) {
    const inField = db
      .prepare<[string, string], number>(
        'SELECT rowid FROM document_text WHERE document_text MATCH ? AND rowid IN (SELECT value FROM json_each(?))',
      )
      .pluck();
    for (const where of TEXT_FIELDS) {
      const found = inField.all(textExpression(term, [where]), docs);
      for (const doc of found) offer(doc, { term: name, evidence: FIELD_EVIDENCE[where], where });
    }
  }
  for (const [doc, own] of labels) {
    for (const { label, score } of own) {
      const weight = term.labels.find((meaning) => meaning.label === label)?.weight ?? 0;
      offer(doc, { term: name, evidence: weight * score, where: 'label', label });
    }
  }
  return best;
}
