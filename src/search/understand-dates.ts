import { isIngestError } from '../domain/errors.ts';
import type { Chip, Take } from './chip.ts';
import { parseDates } from './parse-dates.ts';
import type { TimeSpan } from './query.ts';
import { BETWEEN, DATE_COMPARATORS } from './query-phrases.ts';

/** The first letters of the months in English, German and Italian. */
const MONTHS: readonly (readonly string[])[] = [
  ['jan', 'jän', 'gen'],
  ['feb'],
  ['mar', 'mär'],
  ['apr'],
  ['may', 'mai', 'mag'],
  ['jun', 'giu'],
  ['jul', 'lug'],
  ['aug', 'ago'],
  ['sep', 'set'],
  ['oct', 'okt', 'ott'],
  ['nov'],
  ['dec', 'dez', 'dic'],
];

const MONTH_NAMES =
  'january|february|march|april|may|june|july|august|september|october|november|december|' +
  'januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|' +
  'gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre';
/** Microscopes that write digital pictures: from 1980 on. "3000" and "1200" are no years. */
const YEAR = '(?:19[89]\\d|20\\d\\d)';
const DAY = String.raw`${YEAR}-\d\d(?:-\d\d)?`;
const MONTH = String.raw`(?:${MONTH_NAMES})\s+${YEAR}`;
const DATE = `(?:${DAY}|${MONTH}|${YEAR})`;
const START = String.raw`(?<![\p{L}\p{N}.,/_-])`;
const END = String.raw`(?![\p{L}\p{N}/_-]|[.,]\d)`;

/** Dates of a free text. A bare year stays a word (it may be part of a name); a bare "2019-03" or "March 2019" is a date. */
export function takeDates(take: Take): void {
  const pair = (before: string, middle: string): RegExp =>
    new RegExp(String.raw`${START}${before}(${DATE})\s*(?:${middle})\s*(${DATE})${END}`, 'giu');
  for (const [before, middle] of BETWEEN) take(pair(String.raw`(?:${before})\s+`, middle), spanChip);
  take(pair('', 'to|until|bis|-|–|—|\\.\\.'), spanChip);
  for (const [sign, words] of DATE_COMPARATORS) {
    const pattern = new RegExp(String.raw`${START}(?:${words})\s+(${DATE})${END}`, 'giu');
    take(pattern, ([text, date = '']) => chipOf(text, `${sign}${iso(date)}`, `${SAID[sign]}${iso(date)}`));
  }
  take(new RegExp(`${START}(${DAY}|${MONTH})${END}`, 'giu'), ([text, date = '']) => chipOf(text, iso(date), iso(date)));
}

function spanChip([text, from = '', to = '']: RegExpExecArray): Chip | undefined {
  return chipOf(text, `${iso(from)}..${iso(to)}`, `${iso(from)} to ${iso(to)}`);
}

const SAID = { '<': 'before ', '<=': 'until the end of ', '>': 'after ', '>=': 'from ', '=': '' } as const;

/** "March 2019" as "2019-03"; anything else as it is. */
function iso(date: string): string {
  const [month = '', year] = date.toLowerCase().split(/\s+/);
  if (year === undefined) return date;
  const place = MONTHS.findIndex((names) => names.some((name) => month.startsWith(name)));
  return `${year}-${String(place + 1).padStart(2, '0')}`;
}

function chipOf(text: string, span: string, said: string): Chip | undefined {
  const range = spanOf(span);
  return range && { field: 'date', text: text.trim(), range, label: `acquired ${said}` };
}

function spanOf(text: string): TimeSpan | undefined {
  try {
    return parseDates(text);
  } catch (error) {
    if (isIngestError(error, 'usage')) return undefined;
    throw error;
  }
}
