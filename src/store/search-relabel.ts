import type { IndexDocument } from '../search/document.ts';
import { createDictionary, createSpaces } from './search-write.ts';
import { type Database, inTransaction, type Statement } from './sqlite.ts';
import { encodeVector } from './vector-codec.ts';

/** What of a document follows from its labels. */
export type LabelUpdate = Pick<IndexDocument, 'id' | 'labels' | 'humanLabel' | 'decision' | 'classifier' | 'meaning'>;

/** Gives documents that are there new labels, and changes nothing else of them; returns how many were there. */
export type Relabeller = (updates: readonly LabelUpdate[]) => number;

/** Words, issues and the picture's vector stay as they are: to write them again takes ten times as long. */
export function createRelabeller(db: Database): Relabeller {
  const numberOf = createDictionary(db);
  const spaceOf = createSpaces(db);
  const find: Statement<[string], number> = db
    .prepare<[string], number>('SELECT doc FROM documents WHERE id = ?')
    .pluck();
  const forgetLabels: Statement<[number]> = db.prepare('DELETE FROM document_labels WHERE doc = ?');
  const forgetMeaning: Statement<[number]> = db.prepare('DELETE FROM meanings WHERE doc = ?');
  const change = db.prepare<[string, string | null, string | null, number]>(
    'UPDATE documents SET decision = ?, classifier = ?, human_label = ? WHERE doc = ?',
  );
  const addLabel = db.prepare<[number, number, number, number]>(
    'INSERT INTO document_labels (doc, rank, label, score) VALUES (?, ?, ?, ?)',
  );
  const addMeaning = db.prepare<[number, number, Buffer]>('INSERT INTO meanings (doc, space, int8) VALUES (?, ?, ?)');

  const relabelOne = ({ id, labels, humanLabel, decision, classifier, meaning }: LabelUpdate): boolean => {
    const doc = find.get(id);
    if (doc === undefined) return false;
    change.run(decision, classifier ?? null, humanLabel ?? null, doc);
    forgetLabels.run(doc);
    for (const { label, rank, score } of labels) addLabel.run(doc, rank, numberOf(label), score);
    forgetMeaning.run(doc);
    const encoded = meaning && encodeVector(meaning.vector);
    if (meaning !== undefined && encoded !== undefined) addMeaning.run(doc, spaceOf(meaning), encoded.int8);
    return true;
  };
  return (updates) =>
    inTransaction(
      db,
      `note the labels of ${updates.length} records in the index`,
      () => updates.filter(relabelOne).length,
    );
}
