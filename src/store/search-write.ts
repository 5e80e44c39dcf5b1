import { IngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { EmbeddedPicture, EmbeddedText, IndexDocument } from '../search/document.ts';
import type { UpsertReport } from '../search/index-interface.ts';
import { RANGE_FIELD_NAMES, type RangeField } from '../search/range-fields.ts';
import { type Database, inTransaction, type Statement } from './sqlite.ts';
import { encodeVector } from './vector-codec.ts';

/** The column of the table `documents` that holds a quantity. */
export const RANGE_COLUMNS: Readonly<Record<RangeField, string>> = {
  kv: 'acceleration_voltage_v',
  workingDistance: 'working_distance_m',
  magnification: 'magnification',
  fieldWidth: 'field_width_m',
  pixelSize: 'pixel_size_m',
  probeCurrent: 'probe_current_a',
  dwell: 'dwell_time_s',
  tilt: 'stage_tilt_rad',
  pressure: 'chamber_pressure_pa',
};

const COLUMNS = [
  'id',
  'revision',
  'name',
  'picture',
  'vendor',
  'instrument',
  'instrument_id',
  'detector',
  'decision',
  'classifier',
  'human_label',
  'acquired_at',
  'acquired_s',
  ...RANGE_FIELD_NAMES.map((field) => RANGE_COLUMNS[field]),
];

export interface SearchWriter {
  /** Adds or replaces documents in one transaction, or as part of the one that is open. */
  write(documents: readonly IndexDocument[]): UpsertReport;
  remove(ids: readonly ContentHash[]): number;
}

/** Writes the tables of the embedded index. */
export function createSearchWriter(db: Database): SearchWriter {
  const statements = prepareStatements(db);
  const numberOf = createDictionary(db);
  const spaceOf = createSpaces(db);

  const writeOne = (document: IndexDocument): boolean => {
    const known = statements.find.get(document.id);
    if (known !== undefined && known.revision > document.revision) return false;
    if (known !== undefined) statements.forget(known.doc);
    const values = columnValues(document);
    const doc = known === undefined ? statements.add.run(values).lastInsertRowid : known.doc;
    if (known !== undefined) statements.change.run({ ...values, doc: known.doc });
    const { name, subject, instrument, header, issues } = document.text;
    statements.addText.run(doc, name, subject, instrument, header, issues);
    for (const { label, rank, score } of document.labels) statements.addLabel.run(doc, rank, numberOf(label), score);
    for (const code of document.issues) statements.addIssue.run(code, doc);
    writeVector(doc, document.embedding);
    writeMeaning(doc, document.meaning);
    return true;
  };
  const writeVector = (doc: number | bigint, embedding: EmbeddedPicture | undefined): void => {
    const encoded = embedding && encodeVector(embedding.vector);
    if (embedding === undefined || encoded === undefined) return;
    statements.addBits.run(doc, spaceOf(embedding), encoded.bits);
    statements.addVector.run(doc, encoded.int8);
  };
  const writeMeaning = (doc: number | bigint, meaning: EmbeddedText | undefined): void => {
    const encoded = meaning && encodeVector(meaning.vector);
    if (meaning !== undefined && encoded !== undefined) statements.addMeaning.run(doc, spaceOf(meaning), encoded.int8);
  };

  return {
    write: (documents) =>
      inTransaction(db, `index ${documents.length} records`, () => {
        const written = documents.filter(writeOne).length;
        return { written, stale: documents.length - written };
      }),
    remove: (ids) =>
      inTransaction(db, `remove ${ids.length} records from the index`, () => {
        const known = ids.map((id) => statements.find.get(id)).filter((row) => row !== undefined);
        for (const { doc } of known) {
          statements.forget(doc);
          statements.remove.run(doc);
        }
        return known.length;
      }),
  };
}

function prepareStatements(db: Database) {
  const find: Statement<[string], { doc: number; revision: number }> = db.prepare(
    'SELECT doc, revision FROM documents WHERE id = ?',
  );
  const parts = [
    'document_labels WHERE doc',
    'document_issues WHERE doc',
    'document_text WHERE rowid',
    'vector_bits WHERE doc',
    'vectors WHERE doc',
    'meanings WHERE doc',
  ];
  const deletion = (part: string): Statement<[number]> => db.prepare(`DELETE FROM ${part} = ?`);
  const deletions = parts.map(deletion);
  const assignments = COLUMNS.map((column) => `${column} = @${column}`);
  return {
    find,
    /** Takes away all that belongs to a document but its own row. */
    forget: (doc: number): void => deletions.forEach((part) => void part.run(doc)),
    add: db.prepare<[ColumnValues]>(
      `INSERT INTO documents (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((column) => `@${column}`).join(', ')})`,
    ),
    change: db.prepare<[ColumnValues]>(`UPDATE documents SET ${assignments.join(', ')} WHERE doc = @doc`),
    remove: db.prepare<[number]>('DELETE FROM documents WHERE doc = ?'),
    addText: db.prepare<[number | bigint, string, string, string, string, string]>(
      'INSERT INTO document_text (rowid, name, subject, instrument, header, issues) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    addLabel: db.prepare<[number | bigint, number, number, number]>(
      'INSERT INTO document_labels (doc, rank, label, score) VALUES (?, ?, ?, ?)',
    ),
    addIssue: db.prepare<[string, number | bigint]>('INSERT INTO document_issues (code, doc) VALUES (?, ?)'),
    addBits: db.prepare<[number | bigint, number, Buffer]>(
      'INSERT INTO vector_bits (doc, space, bits) VALUES (?, ?, ?)',
    ),
    addMeaning: db.prepare<[number | bigint, number, Buffer]>(
      'INSERT INTO meanings (doc, space, int8) VALUES (?, ?, ?)',
    ),
    addVector: db.prepare<[number | bigint, Buffer]>('INSERT INTO vectors (doc, int8) VALUES (?, ?)'),
  };
}

type ColumnValues = Record<string, string | number | null>;

function columnValues(document: IndexDocument): ColumnValues {
  const values: ColumnValues = {
    id: document.id,
    revision: document.revision,
    name: document.name,
    picture: document.picture ?? null,
    vendor: document.vendor ?? null,
    instrument: document.instrument ?? null,
    instrument_id: document.instrumentId ?? null,
    detector: document.detector ?? null,
    decision: document.decision,
    classifier: document.classifier ?? null,
    human_label: document.humanLabel ?? null,
    acquired_at: document.acquiredAt ?? null,
    acquired_s: document.acquiredS ?? null,
  };
  for (const field of RANGE_FIELD_NAMES) values[RANGE_COLUMNS[field]] = document.quantities[field] ?? null;
  return values;
}

/** Number of a label's name, made on first use. Not cached: a rolled-back transaction would leave the cache wrong. */
export function createDictionary(db: Database): (label: string) => number {
  const find: Statement<[string], { label: number }> = db.prepare('SELECT label FROM labels WHERE name = ?');
  const add: Statement<[string]> = db.prepare('INSERT INTO labels (name) VALUES (?)');
  return (name) => find.get(name)?.label ?? Number(add.run(name).lastInsertRowid);
}

/** Number of a vector space, made on first use; its dimensions never change. */
export function createSpaces(db: Database): (embedding: EmbeddedPicture) => number {
  const find: Statement<[string], { space: number; dimensions: number }> = db.prepare(
    'SELECT space, dimensions FROM vector_spaces WHERE name = ?',
  );
  const add: Statement<[string, number]> = db.prepare('INSERT INTO vector_spaces (name, dimensions) VALUES (?, ?)');
  return ({ space, vector }) => {
    const known = find.get(space);
    if (known === undefined) return Number(add.run(space, vector.length).lastInsertRowid);
    if (known.dimensions === vector.length) return known.space;
    throw new IngestError(
      'store/ledger',
      `Cannot index an embedding of "${space}": expected ${known.dimensions} dimensions as before, found ${vector.length}.`,
    );
  };
}
