import { type ContentHash, recordFolder } from '../domain/ids.ts';
import type { Place, PlacedEntry } from './place.ts';
import { type PlacedDocument, parsePlacedDocument } from './placed-document.ts';
import { RECORD_FILE } from './record-source.ts';

/** What stands in the folder of a record on a target. */
export interface Look {
  folder: string;
  /** Empty where there is no folder. */
  entries: readonly PlacedEntry[];
  /** The bytes of `record.json`, and what they say, where they are understood. */
  content: Uint8Array | undefined;
  document: PlacedDocument | undefined;
}

/** Looks at the folder of a record: one listing, and `record.json` where there is one. */
export async function lookAt(place: Place, id: ContentHash, signal: AbortSignal): Promise<Look> {
  const folder = recordFolder(id);
  const entries = (await place.entries(folder, signal)) ?? [];
  const isThere = entries.some(({ name, folder: isFolder }) => name === RECORD_FILE && !isFolder);
  const content = isThere ? await place.read(`${folder}/${RECORD_FILE}`, signal) : undefined;
  return { folder, entries, content, document: content && parsePlacedDocument(content, id) };
}
