import { presentAnswer } from '../domain/classification.ts';
import { isIngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { Classification } from '../domain/record.ts';
import { listRecords } from '../publish/list-records.ts';
import type { Publisher } from '../publish/publisher.ts';
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

/** Where the records of an index come from. */
export interface RecordSource {
  ids: AsyncIterable<ContentHash>;
  /** Undefined where there is none any more. */
  read(id: ContentHash): Promise<IndexDocument | undefined>;
}

/** The records in REPO, with the answers of `answerOf` where it has newer ones. */
export function repoSource(
  repo: string,
  meaningOf: RecordMeaning,
  answerOf: (id: ContentHash) => Classification | undefined = () => undefined,
): RecordSource {
  return {
    ids: listRecords(repo),
    read: async (id) => {
      const stored = await readRecord(repo, id);
      if (!stored) return undefined;
      const classification = presentAnswer(stored.record.classification, answerOf(id), new Date());
      return await documentOf({ ...stored, record: { ...stored.record, classification } }, meaningOf);
    },
  };
}

/** The records that a target holds: what is left when REPO is lost. */
export function targetSource(publisher: Publisher, meaningOf: RecordMeaning, signal: AbortSignal): RecordSource {
  return {
    ids: publisher.list({ signal }),
    read: async (id) => {
      const found = await publisher.read(id, { signal });
      if (!found) return undefined;
      const { record, embedding } = found;
      return toIndexDocument(record, embeddedPicture(record, embedding), await meaningOf(record));
    },
  };
}

/**
 * The documents of all records of a source, one after the other; withdrawn ones have none. `onUnreadable` hears of those
 * whose record.json cannot be understood.
 */
export async function* documentsOf(
  source: RecordSource,
  onUnreadable: (message: string) => void,
): AsyncGenerator<IndexDocument> {
  const readOne = async (id: ContentHash): Promise<IndexDocument | undefined> => {
    try {
      return await source.read(id);
    } catch (error) {
      if (isIngestError(error, 'publish/withdrawn')) return undefined;
      if (!isIngestError(error, 'publish/folder')) throw error;
      onUnreadable(error.message);
      return undefined;
    }
  };
  const ahead: Promise<IndexDocument | undefined>[] = [];
  for await (const id of source.ids) {
    const reading = readOne(id);
    // Met in its turn; until then its failure is not unhandled.
    reading.catch(() => undefined);
    ahead.push(reading);
    if (ahead.length < READ_AT_ONCE) continue;
    const document = await ahead.shift();
    if (document) yield document;
  }
  for (const reading of ahead) {
    const document = await reading;
    if (document) yield document;
  }
}
