import { type ContentHash, recordFolder } from '../domain/ids.ts';
import type { Decision, Label } from '../domain/record.ts';
import type { SearchHit } from '../search/index-interface.ts';
import type { RankedDocument } from './ranking.ts';
import type { Database } from './sqlite.ts';

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
  human_label: string | null;
}

/** Reads the rows of one page of hits. */
export function readHits(db: Database, page: readonly RankedDocument[]): SearchHit[] {
  const docs = JSON.stringify(page.map(({ doc }) => doc));
  const rows = new Map(
    db
      .prepare<[string], DocumentRow>('SELECT d.* FROM json_each(?) AS wanted JOIN documents d ON d.doc = wanted.value')
      .all(docs)
      .map((row) => [row.doc, row]),
  );
  const labels = readLabels(db, docs);
  const issues = readIssues(db, docs);
  return page.flatMap((ranked) => {
    const row = rows.get(ranked.doc);
    if (row === undefined) return [];
    return [toHit(row, ranked, labels.get(ranked.doc) ?? [], issues.get(ranked.doc) ?? [])];
  });
}

function toHit(row: DocumentRow, ranked: RankedDocument, labels: Label[], issues: string[]): SearchHit {
  const id = row.id as ContentHash;
  const { doc: _, score, ...matched } = ranked;
  return {
    id,
    revision: row.revision,
    ...(score === undefined ? {} : { score }),
    matched,
    name: row.name,
    recordPath: recordFolder(id),
    ...present({
      picture: row.picture,
      vendor: row.vendor,
      instrument: row.instrument,
      detector: row.detector,
      acquiredAt: row.acquired_at,
      humanLabel: row.human_label,
    }),
    ...present({
      accelerationVoltageV: row.acceleration_voltage_v,
      pixelSizeM: row.pixel_size_m,
      fieldWidthM: row.field_width_m,
    }),
    labels,
    decision: row.decision as Decision,
    issues,
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

function readIssues(db: Database, docs: string): Map<number, string[]> {
  const rows = db
    .prepare<[string], { doc: number; code: string }>(
      `SELECT doc, code FROM json_each(?) AS wanted JOIN document_issues ON doc = wanted.value ORDER BY doc, code`,
    )
    .all(docs);
  const issues = new Map<number, string[]>();
  for (const { doc, code } of rows) issues.set(doc, [...(issues.get(doc) ?? []), code]);
  return issues;
}
