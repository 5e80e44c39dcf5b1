import type { HeaderTerm } from '../domain/record.ts';
import type { HarvestResult, HeaderSections, RawHeader } from '../metadata/harvest-types.ts';
import type { SidecarFile } from './read-sidecars.ts';

const STAR = 0x2a;
/** Encodings in which headers are written, and the bytes a character takes in them at least. */
const ENCODINGS = [
  { encoding: 'utf8', width: 1 },
  { encoding: 'latin1', width: 1 },
  { encoding: 'utf16le', width: 2 },
] as const;

/** A picture's header and sidecars without the names of those who worked at the microscope. */
export interface Erased {
  harvested: HarvestResult;
  /** As they came, with `published` where their text named somebody. */
  sidecars: SidecarFile[];
}

/**
 * Takes the names of operators out of everything a record is made of: the term, the parsed header, and the raw bytes of
 * headers and sidecars, in which asterisks stand in their place so that all offsets and lengths stay. What the microscope
 * drew into the picture itself stays.
 */
export function eraseOperator(harvested: HarvestResult, sidecars: readonly SidecarFile[]): Erased {
  const names = namesOf(harvested);
  if (names.length === 0) return { harvested, sidecars: [...sidecars] };
  const { operators: _, ...rest } = harvested;
  const { operator: __, ...acquisition } = harvested.acquisition;
  return {
    harvested: {
      ...rest,
      acquisition,
      ...(harvested.header && { header: { ...harvested.header, terms: termsWithout(harvested.header.terms, names) } }),
      ...(harvested.rawHeader && { rawHeader: masked(harvested.rawHeader, names) }),
      ...(harvested.otherHeaders && { otherHeaders: harvested.otherHeaders.map((one) => masked(one, names)) }),
      ...(harvested.sections && { sections: sectionsWithout(harvested.sections, names) }),
    },
    sidecars: sidecars.map((sidecar) => {
      const published = maskNames(sidecar.bytes, names);
      return published === sidecar.bytes ? sidecar : { ...sidecar, published };
    }),
  };
}

/** The longest first, so that a name is not left standing behind a shorter one that it begins with. */
function namesOf({ operators = [], acquisition }: HarvestResult): string[] {
  const stated = [...operators.map(({ raw }) => raw.trim()), acquisition.operator ?? ''];
  return [...new Set(stated.filter((name) => name !== ''))].toSorted((a, b) => b.length - a.length);
}

function termsWithout(terms: readonly HeaderTerm[], names: readonly string[]): HeaderTerm[] {
  return terms
    .filter(({ term }) => term !== 'operator')
    .map((term) => ({
      ...term,
      raw: starred(term.raw, names),
      value: typeof term.value === 'string' ? starred(term.value, names) : term.value,
    }));
}

function sectionsWithout(sections: HeaderSections, names: readonly string[]): HeaderSections {
  return new Map(
    [...sections].map(([section, entries]) => [
      section,
      new Map([...entries].map(([key, value]) => [key, starred(value, names)])),
    ]),
  );
}

/** Whole words only: a short name may be part of many. */
function starred(text: string, names: readonly string[]): string {
  return names.reduce((rest, name) => {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'gu');
    return rest.replaceAll(pattern, '*'.repeat(name.length));
  }, text);
}

function masked(header: RawHeader, names: readonly string[]): RawHeader {
  return { ...header, bytes: maskNames(header.bytes, names) };
}

/** The bytes with every name overwritten; the same array where there is none. */
function maskNames(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const changed = Buffer.from(bytes);
  for (const { encoding, width } of ENCODINGS) {
    for (const name of names) maskName(changed, Buffer.from(name, encoding), width);
  }
  return changed.equals(bytes) ? bytes : changed;
}

function maskName(bytes: Buffer, sought: Buffer, width: number): void {
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + sought.length)) {
    if (!isWord(bytes, at, sought.length, width)) continue;
    bytes.fill(0, at, at + sought.length);
    for (let to = at; to < at + sought.length; to += width) bytes[to] = STAR;
  }
}

function isWord(bytes: Uint8Array, at: number, length: number, width: number): boolean {
  return !isWordByte(bytes[at - width]) && !isWordByte(bytes[at + length]);
}

function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9]/.test(String.fromCharCode(byte));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
