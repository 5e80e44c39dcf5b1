import { IngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import type { EmbeddedPicture } from './document.ts';
import type { SearchIndex, SearchResult } from './index-interface.ts';
import { parseQuery, type SearchOptions } from './parse-query.ts';
import type { SearchQuery } from './query.ts';

export interface SearchDeps {
  index: SearchIndex;
  /** Makes the embedding of a picture file; needed only for "like this file". */
  embed?: (file: string) => Promise<EmbeddedPicture>;
}

/** What was asked and what was found: the query as understood, so that a person can see it. */
export interface AnsweredSearch extends SearchResult {
  query: SearchQuery;
}

/**
 * Answers a search. Filters are exact, words and `like` (a picture file, or the id of a record) rank as `evidence.ts`
 * defines; a query without words lists the newest first.
 * @throws IngestError `usage` where the search cannot be understood or the record to compare with is not in the index.
 */
export async function searchRecords(
  options: SearchOptions & { like?: string | undefined },
  deps: SearchDeps,
): Promise<AnsweredSearch> {
  const { like, ...rest } = options;
  const knownLabels = await deps.index.labels();
  const embedding = like === undefined ? undefined : await embeddingFor(like, deps);
  const query = parseQuery(rest, { knownLabels, like: embedding });
  return { query, ...(await deps.index.search(query)) };
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
