import type { ContentHash } from '../domain/ids.ts';
import type { DescribedRecord } from '../search/describe-record.ts';
import { labelFields } from '../search/document.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { LabelUpdate } from '../store/search-relabel.ts';

/** What of a record's row in the index follows from its labels. */
export async function labelUpdate(
  record: DescribedRecord & { id: ContentHash },
  meaningOf: RecordMeaning,
): Promise<LabelUpdate> {
  return { id: record.id, ...labelFields(record.classification), meaning: await meaningOf(record) };
}
