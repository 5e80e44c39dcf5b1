import { z } from 'zod';
import { ContentHash } from '../domain/ids.ts';

/**
 * What we must understand of a `record.json` on a target. Loose: a later version of this program may have written it,
 * and its revision counts all the same.
 */
const PlacedRecord = z.object({
  id: ContentHash,
  revision: z.int().positive(),
  artefacts: z.array(z.object({ path: z.string(), sha256: z.string() })),
});
const PlacedTombstone = z.object({ id: ContentHash, revision: z.int().positive(), withdrawnAt: z.string() });

/** A `record.json` as it was found on a target. */
export interface PlacedDocument {
  revision: number;
  withdrawn: boolean;
  /** Lower-case hex SHA-256 of each file it lists; none for a tombstone. */
  files: ReadonlyMap<string, string>;
}

/** Understands the `record.json` of a target; undefined when it is not one of this content. */
export function parsePlacedDocument(content: Uint8Array, id: ContentHash): PlacedDocument | undefined {
  const json = parseJson(Buffer.from(content).toString('utf8'));
  const tombstone = PlacedTombstone.safeParse(json);
  if (tombstone.success && tombstone.data.id === id) {
    return { revision: tombstone.data.revision, withdrawn: true, files: new Map() };
  }
  const record = PlacedRecord.safeParse(json);
  if (!record.success || record.data.id !== id) return undefined;
  const { revision, artefacts } = record.data;
  return { revision, withdrawn: false, files: new Map(artefacts.map(({ path, sha256 }) => [path, sha256])) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
