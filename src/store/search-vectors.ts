import type { EmbeddedPicture } from '../search/document.ts';
import type { Filter } from './search-filter.ts';
import type { Database } from './sqlite.ts';
import { encodeVector } from './vector-codec.ts';

/** Of the pass over the bits: holds the true nearest ten with room to spare (vector-codec.ts). */
const NEAREST = 500;

/** The documents whose bits differ least from those of `like`, among what the filter lets through; nearest first. */
export function nearestDocuments(db: Database, like: EmbeddedPicture, { where, parameters }: Filter): number[] {
  const encoded = encodeVector(like.vector);
  const space = spaceNumber(db, like);
  if (encoded === undefined || space === undefined) return [];
  const filtered = where !== '';
  return db
    .prepare<unknown[], number>(
      `SELECT b.doc FROM vector_bits b ${filtered ? 'JOIN documents d ON d.doc = b.doc' : ''}
        WHERE b.space = ? ${filtered ? `AND ${where}` : ''}
        ORDER BY vec_distance_hamming(vec_bit(b.bits), vec_bit(?)), b.doc DESC LIMIT ${NEAREST}`,
    )
    .pluck()
    .all(space, ...parameters, encoded.bits);
}

/** Cosines of `like` with these documents, from their int8 vectors, cut at 0; a document of another space has none. */
export function similarities(db: Database, docs: readonly number[], like: EmbeddedPicture): Map<number, number> {
  const encoded = encodeVector(like.vector);
  const space = spaceNumber(db, like);
  if (encoded === undefined || space === undefined) return new Map();
  const rows = db
    .prepare<[Buffer, string, number], [number, number]>(
      `SELECT v.doc, vec_distance_cosine(vec_int8(v.int8), vec_int8(?)) FROM json_each(?) AS wanted
        JOIN vector_bits b ON b.doc = wanted.value JOIN vectors v ON v.doc = b.doc WHERE b.space = ?`,
    )
    .raw()
    .all(encoded.int8, JSON.stringify(docs), space);
  return new Map(rows.map(([doc, distance]) => [doc, Math.min(1, Math.max(0, 1 - distance))]));
}

/** The number under which the index knows the space of a vector. */
export function spaceNumber(db: Database, { space, vector }: EmbeddedPicture): number | undefined {
  const find = db.prepare<[string, number], number>(
    'SELECT space FROM vector_spaces WHERE name = ? AND dimensions = ?',
  );
  return find.pluck().get(space, vector.length);
}
