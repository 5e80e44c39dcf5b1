import { z } from 'zod';
import { IngestError } from '../domain/errors.ts';
import { IssueCode } from '../domain/issue.ts';
import { parseRange } from '../domain/quantity-range.ts';
import { Decision } from '../domain/record.ts';
import type { EmbeddedPicture } from './document.ts';
import { parseDates } from './parse-dates.ts';
import { RANKINGS, type SearchQuery, SORT_ORDERS } from './query.ts';
import { RANGE_FIELD_NAMES, RANGE_FIELDS, type RangeField } from './range-fields.ts';
import { createThesaurus } from './synonyms.ts';
import type { Taxonomy } from './taxonomy.ts';

const MAX_TEXT = 1000;
const MAX_TERMS = 32;
const MAX_NAME = 200;
const MAX_LIMIT = 1000;
const MAX_OFFSET = 100_000;

const name = z.string().trim().min(1).max(MAX_NAME);
const ranges = Object.fromEntries(
  RANGE_FIELD_NAMES.map((field) => [field, z.string().max(MAX_NAME).optional()]),
) as Record<RangeField, z.ZodOptional<z.ZodString>>;

/** A search as a person or a program asks for it, with everything in text: command line, JSON, later HTTP. */
export const SearchOptions = z.strictObject({
  /** Words and "quoted phrases". */
  text: z.string().max(MAX_TEXT).default(''),
  label: z.array(name).default([]),
  vendor: name.optional(),
  instrument: name.optional(),
  detector: name.optional(),
  decision: z.array(Decision).default([]),
  issue: z.array(IssueCode).default([]),
  noIssue: z.array(IssueCode).default([]),
  date: z.string().max(MAX_NAME).optional(),
  ...ranges,
  /** Takes the text literally: no part of it is understood as a range. */
  literal: z.boolean().default(false),
  /** Ranges understood in the text that shall not count. */
  drop: z.array(z.enum([...RANGE_FIELD_NAMES, 'date'])).default([]),
  rank: z.enum(RANKINGS).default('fused'),
  minScore: z.number().min(0).max(1).default(0),
  sort: z.enum(SORT_ORDERS).optional(),
  limit: z.int().min(1).max(MAX_LIMIT).default(20),
  offset: z.int().min(0).max(MAX_OFFSET).default(0),
});
export type SearchOptions = z.input<typeof SearchOptions>;

/**
 * Understands a search: words become terms with the labels they stand for (`knownLabels` are those of the index),
 * ranges become SI, dates become spans. `like` is the embedding to look for. Takes the text literally and ranks by words:
 * what else may be in a text is for `searchRecords`, which asks this.
 * @throws IngestError `usage` naming every option that cannot be read.
 */
export function parseQuery(
  options: SearchOptions,
  known: { knownLabels?: readonly string[]; like?: EmbeddedPicture | undefined; taxonomy?: Taxonomy | undefined } = {},
): SearchQuery {
  const valid = checkOptions(options);
  const { text, label, vendor, instrument, detector, decision, issue, noIssue, date, minScore, sort, limit, offset } =
    valid;
  const thesaurus = createThesaurus(known.knownLabels ?? [], known.taxonomy);
  const terms = thesaurus.understand(text);
  if (terms.length > MAX_TERMS) {
    throw new IngestError('usage', `Cannot search for ${terms.length} terms at once: expected at most ${MAX_TERMS}.`);
  }
  const ranked = terms.length > 0 || label.length > 0 || known.like !== undefined;
  return {
    terms,
    labels: [...new Set(label.flatMap((one) => thesaurus.labelsNamed(one)))],
    vendor,
    instrument,
    detector,
    decisions: decision,
    issues: issue,
    withoutIssues: noIssue,
    ranges: parseRanges(valid),
    acquired: date === undefined ? undefined : parseDates(date),
    like: known.like,
    rankBy: 'words',
    minScore,
    sort: sort ?? (ranked ? 'relevance' : 'newest'),
    limit,
    offset,
  };
}

/**
 * The options with their defaults.
 * @throws IngestError `usage`
 */
export function checkOptions(options: SearchOptions): z.output<typeof SearchOptions> {
  const parsed = SearchOptions.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new IngestError('usage', `Cannot read the search: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
}

function parseRanges(options: Partial<Record<RangeField, string | undefined>>): SearchQuery['ranges'] {
  const parsed: SearchQuery['ranges'] = {};
  for (const field of RANGE_FIELD_NAMES) {
    const text = options[field];
    if (text === undefined) continue;
    const facts: { kind: (typeof RANGE_FIELDS)[RangeField]['kind']; defaultUnit?: string } = RANGE_FIELDS[field];
    parsed[field] = parseRange(
      text,
      facts.kind,
      facts.defaultUnit === undefined ? {} : { defaultUnit: facts.defaultUnit },
    );
  }
  return parsed;
}
