import { z } from 'zod';
import { IngestError } from '../domain/errors.ts';
import { IssueCode } from '../domain/issue.ts';
import { Decision } from '../domain/record.ts';
import { parseRange } from '../domain/units.ts';
import type { EmbeddedPicture } from './document.ts';
import { parseDates } from './parse-dates.ts';
import { type SearchQuery, SORT_ORDERS } from './query.ts';
import { RANGE_FIELD_NAMES, RANGE_FIELDS, type RangeField } from './range-fields.ts';
import { createThesaurus } from './synonyms.ts';

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
  minScore: z.number().min(0).max(1).default(0),
  sort: z.enum(SORT_ORDERS).optional(),
  limit: z.int().min(1).max(MAX_LIMIT).default(20),
  offset: z.int().min(0).max(MAX_OFFSET).default(0),
});
export type SearchOptions = z.input<typeof SearchOptions>;

/**
 * Understands a search: words become terms with the labels they stand for (`knownLabels` are those of the index),
 * ranges become SI, dates become spans. `like` is the embedding to look for.
 * @throws IngestError `usage` naming every option that cannot be read.
 */
export function parseQuery(
  options: SearchOptions,
  known: { knownLabels?: readonly string[]; like?: EmbeddedPicture | undefined } = {},
): SearchQuery {
  const parsed = SearchOptions.safeParse(options);
  if (!parsed.success) {
    throw new IngestError('usage', `Cannot read the search: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
  }
  const { text, label, vendor, instrument, detector, decision, issue, noIssue, date, minScore, sort, limit, offset } =
    parsed.data;
  const thesaurus = createThesaurus(known.knownLabels ?? []);
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
    ranges: parseRanges(parsed.data),
    acquired: date === undefined ? undefined : parseDates(date),
    like: known.like,
    rankBy: 'words',
    minScore,
    sort: sort ?? (ranked ? 'relevance' : 'newest'),
    limit,
    offset,
  };
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
