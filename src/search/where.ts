import { IngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { SearchIndex } from './index-interface.ts';
import { parseQuery, type SearchOptions } from './parse-query.ts';
import { RANGE_FIELD_NAMES } from './range-fields.ts';

const LISTS = new Set(['label', 'decision', 'issue', 'noIssue']);
const FIELDS: ReadonlyMap<string, string> = new Map(
  [...RANGE_FIELD_NAMES, ...LISTS, 'vendor', 'instrument', 'detector', 'date'].map((name) => [
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    name,
  ]),
);
/** `field:value`, the value in quotes where it holds blanks; anything else is a word or a quoted phrase. */
const PART = /([a-z-]+):(?:"([^"]*)"|([^\s"]+))(?=\s|$)|("[^"]*"|\S+)/gi;

/**
 * Reads a search that stands in one text: `porous kv:5..15 vendor:zeiss label:"Porous Sponge"`. The fields are the
 * options of `search`.
 * @throws IngestError `usage` for an empty text and for a field that there is not.
 */
export function parseWhere(text: string): SearchOptions {
  const words: string[] = [];
  const values = new Map<string, string[]>();
  for (const [, name, quoted, plain, word] of text.matchAll(PART)) {
    if (name === undefined) words.push(word ?? '');
    else {
      const field = FIELDS.get(name.toLowerCase());
      if (field === undefined) {
        const known = [...FIELDS.keys()].join(', ');
        throw new IngestError('usage', `Cannot read "${text}": expected one of ${known} before ":", found "${name}"`);
      }
      values.set(field, [...(values.get(field) ?? []), quoted ?? plain ?? '']);
    }
  }
  if (words.length === 0 && values.size === 0) {
    throw new IngestError('usage', 'Expected a search such as "vendor:zeiss kv:5..15", found nothing');
  }
  const fields = [...values].map(([field, given]) => [field, LISTS.has(field) ? given : given.at(-1)] as const);
  return { text: words.join(' '), ...Object.fromEntries(fields) };
}

const PAGE = 1000;

/** The ids of all records that {@link parseWhere}'s search finds. */
export async function idsWhere(index: SearchIndex, where: string): Promise<Set<ContentHash>> {
  const query = parseQuery({ ...parseWhere(where), sort: 'name' }, { knownLabels: await index.labels() });
  const ids = new Set<ContentHash>();
  for (let offset = 0; ; offset += PAGE) {
    const { hits } = await index.search({ ...query, limit: PAGE, offset });
    for (const { id } of hits) ids.add(id);
    if (hits.length < PAGE) return ids;
  }
}
