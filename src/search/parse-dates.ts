import { IngestError } from '../domain/errors.ts';
import type { TimeSpan } from './query.ts';

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?)?)?$/;
const COMPARISONS = ['<=', '>=', '≤', '≥', '<', '>', '='] as const;

/**
 * Reads a span of the calendar: "2017" (that year), "2017-03..2019" (March 2017 to the end of 2019), "2017..", "..2018",
 * "<2019", ">=2018-05-02", "2017-03-24T12:40". A date stands for the whole of what it names.
 * @throws IngestError `usage` where the text is no such span.
 */
export function parseDates(text: string): TimeSpan {
  const trimmed = text.trim();
  const dots = trimmed.indexOf('..');
  if (dots >= 0) return between(trimmed.slice(0, dots).trim(), trimmed.slice(dots + 2).trim(), text);
  const sign = COMPARISONS.find((candidate) => trimmed.startsWith(candidate));
  const { fromS, untilS } = period(trimmed.slice(sign?.length ?? 0).trim(), text);
  switch (sign) {
    case '<':
      return { untilS: fromS };
    case '<=':
    case '≤':
      return { untilS };
    case '>':
      return { fromS: untilS };
    case '>=':
    case '≥':
      return { fromS };
    case '=':
    case undefined:
      break;
  }
  return { fromS, untilS };
}

function between(left: string, right: string, text: string): TimeSpan {
  if (left === '' && right === '') throw usage(text, 'both ends are missing');
  const fromS = left === '' ? undefined : period(left, text).fromS;
  const untilS = right === '' ? undefined : period(right, text).untilS;
  if (fromS !== undefined && untilS !== undefined && fromS >= untilS)
    throw usage(text, 'the first end is after the second');
  return { fromS, untilS };
}

/** What a date names, from its first second to the first one after it. */
function period(date: string, text: string): { fromS: number; untilS: number } {
  const parts = DATE.exec(date)
    ?.slice(1)
    .filter((part) => part !== undefined);
  if (parts === undefined) throw usage(text, `"${date}" is no date`);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const fields = [year, month, day, hour, minute, second] as const;
  const start = utc(fields);
  if (!sameDate(start, fields)) throw usage(text, `"${date}" is not in the calendar`);
  const named = parts.length - 1;
  const next = fields.map((value, index) => (index === named ? value + 1 : value));
  return { fromS: start.getTime() / 1000, untilS: utc(next).getTime() / 1000 };
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999; setUTCFullYear does not. */
function utc(fields: readonly number[]): Date {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date;
}

/** False for a 30th of February or a 25th hour, which Date rolls over. */
function sameDate(date: Date, fields: readonly number[]): boolean {
  const [year, month, day, hour, minute, second] = fields;
  return (
    date.getUTCFullYear() === year &&
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  );
}

function usage(text: string, found: string): IngestError {
  return new IngestError(
    'usage',
    `Cannot read "${text}" as dates: expected A..B, A.., ..B, <A, >=A or A with A like 2017, 2017-03 or 2017-03-24; ${found}.`,
    { context: { text } },
  );
}
