import type { MicrographRecord } from '../domain/record.ts';
import { toIndexDocument } from '../search/document.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { LabelUpdate } from '../store/search-relabel.ts';

/** What of a record's row in the index follows from its labels. */
export async function labelUpdate(record: MicrographRecord, meaningOf: RecordMeaning): Promise<LabelUpdate> {
  const { id, labels, humanLabel, decision, classifier, meaning } = toIndexDocument(
    record,
    undefined,
    await meaningOf(record),
  );
  return { id, labels, humanLabel, decision, classifier, meaning };
}
