import type { Issue } from '../domain/issue.ts';
import { issue } from '../domain/issue.ts';
import type { HeaderTerm, Trust } from '../domain/record.ts';
import type { Term, TermDefinition, TermKind } from '../domain/terms.ts';
import { TERMS, termUnit } from '../domain/terms.ts';
import type { QuantityKind } from '../domain/units.ts';
import { parseQuantity, toSi } from '../domain/units.ts';
import { clean } from './decode-text.ts';
import { isLocalTime } from './local-time.ts';

/** Terms and issues as a vendor's reader collects them. */
export interface TermList {
  terms: HeaderTerm[];
  issues: Issue[];
}

interface KnownTerm {
  kind: TermKind;
  /** Of the stored value. */
  unit: string | undefined;
  isPositive: boolean;
  trust: Trust;
}

function asKnown(definition: TermDefinition): KnownTerm {
  return {
    kind: definition.kind,
    unit: termUnit(definition),
    isPositive: definition.positive === true,
    trust: definition.lowTrust === true ? 'low' : 'measured',
  };
}

/** The table in one form for all, which an engine reads fastest: a harvest adds fifty terms. */
const KNOWN_TERMS = new Map(Object.entries(TERMS).map(([term, definition]) => [term as Term, asKnown(definition)]));

function knownTerm(term: Term): KnownTerm {
  return KNOWN_TERMS.get(term) as KnownTerm;
}

/** The unit of a term's value; undefined where it has none. */
export function unitOf(term: Term): string | undefined {
  return knownTerm(term).unit;
}

/** One place where a header may state a term. */
export interface Statement {
  key: string;
  raw: string;
  /** Unit of a number that stands alone; without it such a number is only read where its kind has no unit. */
  unit?: string | undefined;
  trust?: Trust | undefined;
}

const ON = new Set(['yes', 'on', 'true', '1']);
const OFF = new Set(['no', 'off', 'false', '0']);
/** Longer texts are cut in the message of an issue, not in the header. */
const MAX_QUOTED = 80;

function readSwitch(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (ON.has(word)) return true;
  return OFF.has(word) ? false : undefined;
}

function readNumber({ isPositive }: KnownTerm, kind: QuantityKind, text: string, unit?: string): number | undefined {
  const quantity = parseQuantity(text);
  const value = quantity === undefined ? undefined : toSi(quantity, kind, unit);
  return value !== undefined && isPossible(isPositive, value) ? value : undefined;
}

/** Digits of a header can make a number that overflows, or a count of no pixels. */
function isPossible(isPositive: boolean, value: number): boolean {
  return Number.isFinite(value) && !(isPositive && value <= 0);
}

function readValue(definition: KnownTerm, text: string, unit?: string): number | string | boolean | undefined {
  const { kind } = definition;
  if (kind === 'text') return text;
  if (kind === 'switch') return readSwitch(text);
  if (kind === 'local-time') return isLocalTime(text) ? text : undefined;
  return readNumber(definition, kind, text, unit);
}

/**
 * Adds a value that was already worked out. Later statements of the same term are ignored; a number that cannot be a value
 * of the term becomes the issue header-value-unreadable.
 */
export function addValue(
  list: TermList,
  term: Term,
  value: number | string | boolean,
  { key, raw, trust }: Statement & { trust: Trust },
): boolean {
  if (termOf(list, term) !== undefined) return false;
  const { unit, isPositive } = knownTerm(term);
  if (typeof value === 'number' && !isPossible(isPositive, value)) {
    addUnreadable(list, term, key, raw);
    return false;
  }
  list.terms.push(unit === undefined ? { term, value, raw, key, trust } : { term, value, unit, raw, key, trust });
  return true;
}

/**
 * Adds a term from the characters of a header. Empty text is absent; text that is no value of the term's kind becomes the
 * issue header-value-unreadable. True when the term is now stated.
 */
export function addTerm(list: TermList, term: Term, { key, raw: written, unit, trust }: Statement): boolean {
  const raw = clean(written);
  if (raw === '') return false;
  const definition = knownTerm(term);
  const value = readValue(definition, raw, unit);
  if (value === undefined) {
    addUnreadable(list, term, key, raw);
    return false;
  }
  return addValue(list, term, value, { key, raw, trust: trust ?? definition.trust });
}

export function addUnreadable(list: TermList, term: Term, key: string, raw: string): void {
  const quoted = raw.length > MAX_QUOTED ? `${raw.slice(0, MAX_QUOTED)}…` : raw;
  list.issues.push(
    issue('header-value-unreadable', `${key} should state ${term}, but holds "${quoted}".`, { term, key, raw: quoted }),
  );
}

/** What is stated for a term. */
export function termOf({ terms }: TermList, term: Term): HeaderTerm | undefined {
  for (const known of terms) {
    if (known.term === term) return known;
  }
  return undefined;
}

/** The number stated for a term. */
export function numberOf(list: TermList, term: Term): number | undefined {
  const value = termOf(list, term)?.value;
  return typeof value === 'number' ? value : undefined;
}
