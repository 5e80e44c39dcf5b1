import { DESCRIPTION_VERSION, type DescribedRecord, describeRecord } from './describe-record.ts';
import type { EmbeddedText } from './document.ts';
import { createWordEmbedder, type WordEmbedder } from './embed-words.ts';
import { shippedTaxonomy, type Taxonomy } from './taxonomy.ts';
import type { TextEmbedder } from './text-embedder.ts';

/** Tells what records mean, for their index documents. */
export type RecordMeaning = (record: DescribedRecord) => Promise<EmbeddedText | undefined>;

/**
 * With the word vectors of the package, which are read when the first record comes, or with another embedder. The space
 * says by which text of a record its vectors were made; the query's must be made by `spaceOfTexts` of the same embedder.
 */
export function createRecordMeaning(
  embedder: TextEmbedder = packageEmbedder(),
  taxonomy: Taxonomy = shippedTaxonomy(),
): RecordMeaning {
  return async (record) => {
    const [embedded] = await embedder.embed([describeRecord(record, taxonomy)]);
    return embedded && inSpaceOfRecords(embedded);
  };
}

/** The vector of a record or of a query in the space in which the two are compared. */
export function inSpaceOfRecords({ space, vector }: EmbeddedText): EmbeddedText {
  return { space: `${space}/text-${DESCRIPTION_VERSION}`, vector };
}

let ofThePackage: WordEmbedder | undefined;

/** The word vectors of the package, opened once a process. */
export function packageEmbedder(): WordEmbedder {
  ofThePackage ??= createWordEmbedder();
  return ofThePackage;
}
