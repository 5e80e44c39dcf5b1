import { IngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import type { Chip } from './chip.ts';
import { describeQuery } from './describe-query.ts';
import type { EmbeddedPicture } from './document.ts';
import { MEANING_FLOOR } from './evidence.ts';
import type { SearchIndex, SearchResult } from './index-interface.ts';
import { inSpaceOfRecords } from './meaning.ts';
import { checkOptions, parseQuery, type SearchOptions } from './parse-query.ts';
import type { SearchQuery } from './query.ts';
import { shippedTaxonomy, type Taxonomy } from './taxonomy.ts';
import type { TextEmbedder } from './text-embedder.ts';
import { understandText } from './understand-query.ts';

export interface SearchDeps {
  index: SearchIndex;
  /** Makes the embedding of a picture file; needed only for "like this file". */
  embed?: (file: string) => Promise<EmbeddedPicture>;
  /** Of what the records' meanings were made with. Without it words are looked for as words only. */
  texts?: TextEmbedder | undefined;
  /** The package's where absent. */
  taxonomy?: Taxonomy | undefined;
}

/** What was asked and what was found: the query as understood, so that a person can see it. */
export interface AnsweredSearch extends SearchResult {
  query: SearchQuery;
  /** The parts of the text that were understood as ranges and count as filters. */
  chips: Chip[];
}

/**
 * Answers a search. Ranges in the text become filters (`understand-query.ts`; options say otherwise), filters are exact,
 * words and `like` (a picture file, or the id of a record) rank as `evidence.ts` defines; a query without words lists the
 * newest first.
 * @throws IngestError `usage` where the search cannot be understood or the record to compare with is not in the index.
 */
export async function searchRecords(
  options: SearchOptions & { like?: string | undefined },
  deps: SearchDeps,
): Promise<AnsweredSearch> {
  const { like, ...asked } = options;
  const knownLabels = await deps.index.labels();
  const embedding = like === undefined ? undefined : await embeddingFor(like, deps);
  const { words, chips } = understood(asked);
  const plain = parseQuery({ ...asked, text: words }, { knownLabels, like: embedding, taxonomy: deps.taxonomy });
  const query = await withMeaning(withChips(plain, chips), words, checkOptions(asked).rank, deps);
  return { query, chips, ...(await deps.index.search(query)) };
}

/** What an option says already is not read from the text; what is dropped is neither word nor filter. */
function understood(options: SearchOptions): { words: string; chips: Chip[] } {
  const { text, literal, drop, ...given } = checkOptions(options);
  if (literal) return { words: text, chips: [] };
  const { words, chips } = understandText(text);
  return { words, chips: chips.filter(({ field }) => given[field] === undefined && !drop.includes(field)) };
}

function withChips(query: SearchQuery, chips: readonly Chip[]): SearchQuery {
  const ranges = { ...query.ranges };
  let acquired = query.acquired;
  for (const chip of chips) {
    if (chip.field === 'date') acquired = chip.range;
    else ranges[chip.field] = chip.range;
  }
  return { ...query, ranges, acquired };
}

/**
 * Adds the meaning of the words, less those in quotes: who quotes wants the very words. Only where nothing but relevance
 * ranks: in any other order, and beside a likeness, words alone decide what is found.
 */
async function withMeaning(
  query: SearchQuery,
  words: string,
  rankBy: SearchQuery['rankBy'],
  { texts, taxonomy }: SearchDeps,
): Promise<SearchQuery> {
  if (query.like !== undefined || query.sort !== 'relevance' || rankBy === 'words' || texts === undefined) return query;
  const unquoted = words.replaceAll(/"[^"]*"?/g, ' ');
  const [embedded] = await texts.embed([describeQuery(unquoted, taxonomy ?? shippedTaxonomy())]);
  if (embedded === undefined) return query;
  return { ...query, meaning: { ...inSpaceOfRecords(embedded), floor: texts.floor ?? MEANING_FLOOR }, rankBy };
}

async function embeddingFor(like: string, { index, embed }: SearchDeps): Promise<EmbeddedPicture> {
  const id = ContentHash.safeParse(like.toLowerCase());
  if (id.success) {
    const known = await index.embeddingOf(id.data);
    if (known !== undefined) return known;
    throw new IngestError(
      'usage',
      `Cannot search for records like ${like}: no record of that id with an embedding is in the index.`,
    );
  }
  if (embed === undefined) {
    throw new IngestError(
      'usage',
      `Cannot search for records like "${like}": expected the id of a record (64 hex digits).`,
    );
  }
  return embed(like);
}
