import { issue } from '../domain/issue.ts';
import type { HeaderTerm } from '../domain/record.ts';
import { termDefinition } from '../domain/terms.ts';
import type { FoundHeader, HeaderSections, VendorReading } from './harvest-types.ts';
import type { TermList } from './term-list.ts';

/** One header of a picture that was found and understood. */
export interface KnownHeader {
  vendor: string;
  /** Written by a program that opened the picture, not by the microscope: it names no instrument. */
  program?: true;
  found: FoundHeader;
  reading: VendorReading;
}

/** Two headers round the same setting differently; more than this part of the value is another value. */
const TOLERANCE = 0.01;
/** Stage positions and shifts near zero differ by more than their own size: a nanometre, a nanoampere, a microradian. */
const NEGLIGIBLE: ReadonlyMap<string | undefined, number> = new Map([
  ['m', 1e-9],
  ['A', 1e-12],
  ['rad', 1e-6],
]);
/** How bright a picture was set and how often it was averaged is told of different stages of the detector chain. */
const NOT_COMPARED = new Set(['brightness', 'contrast', 'magnification', 'databar_height', 'detector_bias']);

function differ(kept: HeaderTerm, other: HeaderTerm): boolean {
  const [a, b] = [kept.value, other.value];
  if (NOT_COMPARED.has(kept.term)) return false;
  if (typeof a === 'number' && typeof b === 'number') {
    const size = Math.max(Math.abs(a), Math.abs(b));
    return Math.abs(a - b) > Math.max(size * TOLERANCE, NEGLIGIBLE.get(kept.unit) ?? 0);
  }
  // Of times the day only: one header may state the start of a scan and the other its end.
  if (termDefinition(kept.term)?.kind !== 'local-time') return false;
  return String(a).slice(0, 10) !== String(b).slice(0, 10);
}

function withUnit({ value, unit }: HeaderTerm): string {
  return unit === undefined ? String(value) : `${value} ${unit}`;
}

/**
 * Adds the terms of another header: those that no header before it states. Where both state a number and differ, the
 * earlier one stands with trust `conflict`, and an issue has both.
 */
function addTerms(list: TermList, { found, reading }: KnownHeader, primary: FoundHeader): void {
  const known = new Map<string, HeaderTerm>();
  for (const term of list.terms) known.set(term.term, term);
  for (const term of reading.terms) {
    const kept = known.get(term.term);
    if (kept === undefined) {
      list.terms.push(found.place === primary.place ? term : { ...term, place: found.place });
    } else if (differ(kept, term)) {
      kept.trust = 'conflict';
      const message = `${kept.key} states ${kept.term} as ${withUnit(kept)}, but ${term.key} in ${found.place} says ${withUnit(term)}.`;
      const data = { term: kept.term, kept: String(kept.value), other: String(term.value), place: found.place };
      list.issues.push(issue('header-conflict', message, data));
    }
  }
}

/** That a picture came from the ion beam is one fact, however many headers state it. */
const SAID_ONCE = new Set(['ion-beam', 'navigation-camera']);

function alreadySaid(list: TermList, code: string): boolean {
  return SAID_ONCE.has(code) && list.issues.some((known) => known.code === code);
}

/** The words of the other headers are added to those of the first, whose names stay as they are. */
function mergeSections(merged: HeaderSections, others: readonly KnownHeader[]): void {
  for (const { found, reading } of others) {
    for (const [name, entries] of reading.sections) {
      merged.set(merged.has(name) ? `${name} (${found.place})` : name, entries);
    }
  }
}

/** Readings in the order of trust as one: see {@link addTerms}. Terms and issues go into `list`. */
export function mergeReadings(
  [first, ...others]: readonly [KnownHeader, ...KnownHeader[]],
  list: TermList,
): VendorReading {
  for (const term of first.reading.terms) list.terms.push(term);
  list.issues.push(...first.reading.issues);
  for (const other of others) {
    addTerms(list, other, first.found);
    list.issues.push(...other.reading.issues.filter(({ code }) => !alreadySaid(list, code)));
  }
  const { sections } = first.reading;
  mergeSections(sections, others);
  const readings = [first, ...others].map(({ reading }) => reading);
  const dataBarHeightPx = readings.find((reading) => reading.dataBarHeightPx !== undefined)?.dataBarHeightPx;
  return {
    ...list,
    sections,
    encoding: first.reading.encoding,
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable: readings.find(({ classifiable }) => !classifiable.ok)?.classifiable ?? { ok: true },
  };
}
