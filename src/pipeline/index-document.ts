import { isIngestError } from '../domain/errors.ts';
import { listRecords } from '../publish/list-records.ts';
import { readEmbedding, readRecord, type StoredRecord } from '../publish/read-record.ts';
import { type IndexDocument, toIndexDocument } from '../search/document.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import { embeddedPicture } from './settle-results.ts';

/** What an index holds of a record that stands in REPO. No picture is read. */
export async function documentOf(stored: StoredRecord, meaningOf: RecordMeaning): Promise<IndexDocument> {
  const vector = await readEmbedding(stored);
  return toIndexDocument(stored.record, embeddedPicture(stored.record, vector), await meaningOf(stored.record));
}

/** Records read ahead of the index that takes them. */
const READ_AT_ONCE = 16;

/**
 * The documents of all records in REPO, one after the other; withdrawn ones have none. `onUnreadable` hears of those whose
 * record.json cannot be understood.
 */
export async function* documentsOfRepo(
  repo: string,
  meaningOf: RecordMeaning,
  onUnreadable: (message: string) => void,
): AsyncGenerator<IndexDocument> {
  const read = async (id: Parameters<typeof readRecord>[1]): Promise<IndexDocument | undefined> => {
    try {
      const stored = await readRecord(repo, id);
      return stored && (await documentOf(stored, meaningOf));
    } catch (error) {
      if (isIngestError(error, 'publish/withdrawn')) return undefined;
      if (!isIngestError(error, 'publish/folder')) throw error;
      onUnreadable(error.message);
      return undefined;
    }
  };
  const ahead: Promise<IndexDocument | undefined>[] = [];
  for await (const id of listRecords(repo)) {
    ahead.push(read(id));
    if (ahead.length < READ_AT_ONCE) continue;
    const document = await ahead.shift();
    if (document) yield document;
  }
  for (const reading of ahead) {
    const document = await reading;
    if (document) yield document;
  }
}
