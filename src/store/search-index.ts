import type { ContentHash } from '../domain/ids.ts';
import type { EmbeddedPicture, IndexDocument } from '../search/document.ts';
import type { SearchIndex, UpsertReport } from '../search/index-interface.ts';
import { readHits } from './search-hits.ts';
import { createRanker } from './search-rank.ts';
import { createRelabeller, type LabelUpdate } from './search-relabel.ts';
import { createSearchWriter } from './search-write.ts';
import { type Database, guarded, type Statement } from './sqlite.ts';
import { decodeVector } from './vector-codec.ts';

/** The index inside STATE. `write` is `upsert` at once, to be part of a transaction of the ledger. */
export interface EmbeddedSearchIndex extends SearchIndex {
  write(documents: readonly IndexDocument[]): UpsertReport;
  /** As `remove`, at once. */
  forget(ids: readonly ContentHash[]): number;
  /** New labels of documents that are there, at once. */
  relabel(updates: readonly LabelUpdate[]): number;
}

const PAGE = 1000;

/** A search index on an open database of the store. */
export function createEmbeddedIndex(db: Database): EmbeddedSearchIndex {
  const writer = createSearchWriter(db);
  const rank = createRanker(db);
  const count: Statement<[], number> = db.prepare<[], number>('SELECT count(*) FROM documents').pluck();
  const names: Statement<[], string> = db.prepare<[], string>('SELECT name FROM labels ORDER BY name').pluck();
  const spaces: Statement<[], string> = db
    .prepare<[], string>('SELECT name FROM vector_spaces WHERE space IN (SELECT space FROM meanings) ORDER BY name')
    .pluck();
  const vector: Statement<[string], { space: string; int8: Buffer }> = db.prepare(`
    SELECT s.name AS space, v.int8 FROM documents d JOIN vectors v USING (doc) JOIN vector_bits b USING (doc)
      JOIN vector_spaces s ON s.space = b.space WHERE d.id = ?`);

  return {
    write: (documents) => writer.write(documents),
    forget: (ids) => writer.remove(ids),
    relabel: createRelabeller(db),
    upsert: async (documents) => writer.write(documents),
    remove: async (ids) => writer.remove(ids),
    search: async (query) =>
      // One transaction, so that the counts, the order and the rows are of one moment.
      guarded('search the index', () =>
        db.transaction(() => {
          const { total, page } = rank(query);
          return { total, hits: readHits(db, page) };
        })(),
      ),
    count: async () => guarded('count the index', () => count.get() ?? 0),
    ids: () => allIds(db),
    labels: async () => guarded('list the labels of the index', () => names.all()),
    meaningSpaces: async () => guarded('list the spaces of the index', () => spaces.all()),
    embeddingOf: async (id): Promise<EmbeddedPicture | undefined> => {
      const row = guarded('read an embedding', () => vector.get(id));
      return row && { space: row.space, vector: decodeVector(row.int8) };
    },
  };
}

async function* allIds(db: Database): AsyncGenerator<{ id: ContentHash; revision: number }> {
  const page: Statement<[number, number], { doc: number; id: ContentHash; revision: number }> = db.prepare(
    'SELECT doc, id, revision FROM documents WHERE doc > ? ORDER BY doc LIMIT ?',
  );
  let after = 0;
  for (;;) {
    const rows = guarded('list the index', () => page.all(after, PAGE));
    if (rows.length === 0) return;
    after = rows.at(-1)?.doc ?? after;
    for (const { id, revision } of rows) yield { id, revision };
  }
}
