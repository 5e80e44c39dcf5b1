import { isIngestError } from '../domain/errors.ts';
import { parseRange, type QuantityRange } from '../domain/quantity-range.ts';
import { formatQuantity } from '../domain/units.ts';
import type { Chip, Take } from './chip.ts';
import { BETWEEN, COMPARATORS, DASH, PHRASES, type Phrase } from './query-phrases.ts';
import { RANGE_FIELDS } from './range-fields.ts';
import { takeDates } from './understand-dates.ts';

export interface UnderstoodText {
  /** What is left to be searched as words. */
  words: string;
  chips: Chip[];
}

/** "about 5 kV": a fifth to either side. A choice. */
const ABOUT = 0.2;
const NUMBER = String.raw`[1-9]\d{0,2}(?:[,']\d{3})+(?![.,]?\d)|\d+(?:[.,]\d+)?(?:e[+-]?\d{1,3})?`;
const SIGNS = COMPARATORS.map(([, words]) => words).join('|');
const START = String.raw`(?<![\p{L}\p{N}.,/×-])`;
const END = String.raw`(?![\p{L}\p{N}/]|[.,]\d)`;
/** Words that only lead to the filter go with it. */
const LEAD = String.raw`(?:(?:at|with|an?|and|of|bei|mit|und|con|e)\s+){0,2}`;

/**
 * Splits free text into words and physical ranges: "porous scaffold 5-10 kV below 50 nm/px after 2019" is the words
 * "porous scaffold" and three chips. Nothing is guessed: a length without a telling word ("5 nm gold particles"), a bare
 * year and everything in quotes stay words. A field that is met twice keeps its first.
 */
export function understandText(text: string): UnderstoodText {
  const chips: Chip[] = [];
  if (!/\d/.test(text)) return { words: text.trim(), chips };
  let left = text.normalize('NFC').slice(0, MAX_CHARACTERS);
  const take: Take = (pattern, read) => {
    let kept = '';
    let at = 0;
    for (const match of matches(pattern, left)) {
      const quoted = (left.slice(0, match.index).split('"').length - 1) % 2 === 1;
      const chip = quoted ? undefined : read(match);
      if (chip === undefined || chips.some(({ field }) => field === chip.field)) continue;
      chips.push(chip);
      kept += `${left.slice(at, match.index)} `;
      at = match.index + match[0].length;
    }
    left = kept + left.slice(at);
  };
  for (const phrase of PHRASES) takeQuantity(phrase, left, take);
  takeDates(take);
  return {
    words: left
      .replaceAll(/\s+[,;]+(?=\s|$)|^[,;]+\s/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
    chips,
  };
}

/** As much as a search may hold (parse-query.ts). */
const MAX_CHARACTERS = 1000;

function* matches(pattern: RegExp, text: string): Generator<RegExpExecArray> {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) yield match;
}

/** To compile the patterns of all phrases takes 0.3 s, so each waits for a text that holds one of its words. */
interface Sought {
  words: RegExp;
  patterns?: readonly RegExp[];
}

const sought = new Map<Phrase, Sought>();

function takeQuantity(phrase: Phrase, text: string, take: Take): void {
  const known = sought.get(phrase) ?? { words: wordsOf(phrase) };
  sought.set(phrase, known);
  if (!known.words.test(text)) return;
  known.patterns ??= patternsOf(phrase);
  for (const one of known.patterns) take(one, (match) => chipOf(phrase, match));
}

/** Each pattern of a phrase holds one of these. */
function wordsOf({ units, told, toldBehind, unitBefore }: Phrase): RegExp {
  return new RegExp([told, toldBehind, units, unitBefore].filter((words) => words !== undefined).join('|'), 'iu');
}

/** The more telling first: with its name before the number, behind it, by its unit alone. */
function patternsOf({ units, told, toldUnits, toldBehind = told, unitBefore }: Phrase): RegExp[] {
  const before = String.raw`(?:${told})\s*(?:of|is|by|um|von|di|:|=)?\s*`;
  const behind = String.raw`\s*(?:${toldBehind})${END}`;
  const signed = String.raw`(?:(?<sign>${SIGNS})\s*)?${unitBefore}\s?(?<value>${NUMBER})(?<valueUnit>k?)`;
  return [
    ...ranges(`(?:${toldUnits})?`, toldUnits).map((range) => led(`${before}${range}${END}`)),
    ...ranges(`(?:${toldUnits})`, toldUnits).map((range) => led(`${range}${behind}`)),
    ...(unitBefore === undefined ? [] : [led(`${signed}${END}`)]),
    ...(units === undefined
      ? []
      : ranges(`(?:${units})`, `${units}|${toldUnits}`).map((range) => led(`${range}${END}`))),
  ];
}

function led(body: string): RegExp {
  return new RegExp(`${START}${LEAD}${body}`, 'giu');
}

function end(name: string, units: string): string {
  return String.raw`(?<${name}>${NUMBER})\s?(?<${name}Unit>${units})`;
}

/** The forms of a range, with what they hold in named groups: both ends, a comparison, a value. */
function ranges(unit: string, firstUnit: string): string[] {
  const first = end('from', `(?:${firstUnit})?`);
  const last = end('to', unit);
  return [
    ...BETWEEN.map(([before, middle]) => String.raw`(?:${before})\s+${first}\s*(?:${middle})\s+${last}`),
    String.raw`${first}\s*(?:${DASH})\s*${last}`,
    String.raw`(?:(?<sign>${SIGNS})\s*)?${end('value', unit)}`,
  ];
}

function chipOf(phrase: Phrase, match: RegExpExecArray): Chip | undefined {
  const groups: Record<string, string | undefined> = match.groups ?? {};
  const text = match[0].trim();
  const range = rangeOf(phrase, groups);
  if (range === undefined || !likely(phrase, range)) return undefined;
  return { field: phrase.field, text, range, label: `${phrase.name} ${rangeText(range, phrase)}` };
}

function rangeOf(phrase: Phrase, groups: Record<string, string | undefined>): QuantityRange | undefined {
  const { from, fromUnit = '', to, toUnit = '', sign, value, valueUnit = '' } = groups;
  if ([fromUnit, toUnit, valueUnit].some((unit) => phrase.notUnits?.includes(unit.trim()))) return undefined;
  const one = (number: string | undefined, unit: string): string =>
    `${plainNumber(number ?? '', phrase)}${unitOf(unit)}`;
  if (from !== undefined && to !== undefined) return parsed(`${one(from, fromUnit)}..${one(to, toUnit)}`, phrase);
  const typed = one(value, valueUnit);
  const comparison = COMPARATORS.find(
    ([, words]) => sign !== undefined && new RegExp(`^(?:${words})$`, 'iu').test(sign),
  )?.[0];
  if (comparison === undefined) return near(typed, phrase, phrase.nearness ?? 0);
  return comparison === '~' ? near(typed, phrase, ABOUT) : parsed(`${comparison}${typed}`, phrase);
}

/** A single value as wide as its digits leave it open, but at least `share` of it to either side. */
function near(typed: string, phrase: Phrase, share: number): QuantityRange | undefined {
  const digits = parsed(typed, phrase);
  const exact = parsed(`..${typed}`, phrase)?.max;
  if (digits === undefined || exact === undefined) return undefined;
  const [least, most] = [exact * (1 - share), exact * (1 + share)];
  return { ...digits, min: Math.min(least, digits.min ?? least), max: Math.max(most, digits.max ?? most) };
}

/** "10,000" is ten thousand, "2,5" two and a half; "10.000x" cannot be a magnification to three decimals. */
function plainNumber(number: string, { field }: Phrase): string {
  const grouped = field === 'magnification' ? /[,.'](?=\d{3}(?!\d))/g : /(?<=^[1-9]\d{0,2}|\d{3})[,'](?=\d{3}(?!\d))/g;
  return number.replaceAll(grouped, '');
}

/** The unit as `units.ts` knows it. */
function unitOf(typed: string): string {
  return typed
    .replace(/\s?(?:\/|per\s)\s?(?:px|pixels?)$/iu, '')
    .replace(/^kilovolts?$/iu, 'kV')
    .replace(/^gradi?$/iu, 'deg')
    .replace(/^times$/iu, 'x')
    .replaceAll('×', 'x')
    .replace(/^k\s?x$/iu, 'kx')
    .trim();
}

function parsed(text: string, { field, kind }: Phrase): QuantityRange | undefined {
  const defaultUnit = field === 'magnification' ? 'x' : RANGE_FIELDS[field].defaultUnit;
  try {
    return parseRange(text, kind, { defaultUnit });
  } catch (error) {
    if (isIngestError(error, 'usage')) return undefined;
    throw error;
  }
}

/** False for numbers that no microscope has, as "300 kV" of a press release and "100 MPa" of a furnace. */
function likely({ likely: [least, most] = [0, Infinity] }: Phrase, { min, max }: QuantityRange): boolean {
  return (max ?? Infinity) >= least && (min ?? 0) <= most && (min ?? max ?? 0) <= most;
}

function rangeText({ min, max, minInclusive, maxInclusive }: QuantityRange, { kind }: Phrase): string {
  const shown = (value: number): string => formatQuantity(value, kind);
  if (min !== undefined && max !== undefined) return `${shown(min)} to ${shown(max)}`;
  if (min !== undefined) return `${minInclusive ? 'at least' : 'above'} ${shown(min)}`;
  return `${maxInclusive ? 'at most' : 'below'} ${shown(max ?? 0)}`;
}
