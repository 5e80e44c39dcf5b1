import { expect } from 'vitest';
import { Acquisition, Header, type HeaderTerm, Instrument } from '../../../src/domain/record.ts';
import { termDefinition, termUnit } from '../../../src/domain/terms.ts';
import { decodeText } from '../../../src/metadata/decode-text.ts';
import { harvest } from '../../../src/metadata/harvest.ts';
import type { HarvestInput, HarvestResult } from '../../../src/metadata/harvest-types.ts';
import { isLocalTime } from '../../../src/metadata/local-time.ts';
import { sectionsJson } from '../../../src/metadata/sections-json.ts';

/** Everything the raw text of a term can have been read from. */
interface Sources {
  text: string;
  bytes: readonly Buffer[];
  resolution: readonly string[];
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** White space and NULs are not compared: readers trim, and join a text that runs over several lines. */
function comparable(text: string): string {
  return text.replaceAll(/[\s\0]+/g, '');
}

function withoutEntities(text: string): string {
  return text
    .replaceAll(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (whole, code: string) => {
      const point = Number(code.toLowerCase().startsWith('x') ? `0${code}` : code);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replaceAll(/&([a-z]{2,4});/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

function sourcesOf(input: HarvestInput, file: Uint8Array | undefined): Sources {
  const { tiffText = {} } = input;
  const { resolution, ...texts } = tiffText;
  const parts = [
    ...[...input.tags, ...input.sidecars].map(({ bytes }) => decodeText(bytes).text),
    ...Object.values(texts),
  ];
  const decoded = parts.join('\n');
  const text = decoded.includes('&') ? `${decoded}\n${withoutEntities(decoded)}` : decoded;
  const { xPerUnit, yPerUnit, unit } = resolution ?? {};
  const bytes = [...input.tags.map((tag) => tag.bytes), ...(file === undefined ? [] : [file])].map((part) =>
    Buffer.from(part.buffer, part.byteOffset, part.byteLength),
  );
  const perUnit = [xPerUnit, yPerUnit].map(String);
  return {
    text: comparable(text),
    bytes,
    resolution: [...perUnit, ...perUnit.map((number) => `${number} per ${unit}`)],
  };
}

/** A number or a text of a binary header stands in the file as its bytes. */
function inBytes(part: string, { bytes }: Sources): boolean {
  const forms = [Buffer.from(part, 'latin1'), Buffer.from(part, 'utf8'), Buffer.from(part, 'utf16le')];
  forms.push(Buffer.from(new TextEncoder().encode(part)));
  const value = Number(part);
  for (const [size, write] of [
    [8, 'writeDoubleLE'],
    [8, 'writeDoubleBE'],
    [4, 'writeFloatLE'],
    [4, 'writeFloatBE'],
  ] as const) {
    const form = Buffer.alloc(size);
    form[write](value);
    forms.push(form);
  }
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) {
    const form = Buffer.alloc(4);
    form.writeInt32LE(value);
    const swapped = Buffer.from(form.toReversed());
    forms.push(form, form.subarray(0, 2), swapped, swapped.subarray(2));
  }
  return forms.some((form) => bytes.some((source) => source.includes(form)));
}

/** Keys of values that a binary structure holds, or a tag of numbers. */
const BINARY_KEY = /^SIS |^\d{5}, /;

/**
 * What is wrong with the raw text of a term, if anything. It must stand in the decoded header (white space apart). These
 * may be put together of several pieces, each of which must stand there: values worked out from several statements,
 * joined by " / "; a time, joined of date and time by a space. XResolution and YResolution are the TIFF's own numbers.
 * Pieces of a binary header stand in the file as bytes.
 */
function rawFault({ term, raw, key }: HeaderTerm, sources: Sources): string | undefined {
  const stands = (piece: string): boolean => {
    const wanted = comparable(piece);
    return wanted !== '' && sources.text.includes(wanted);
  };
  const known = (piece: string): boolean =>
    stands(piece) ||
    (/^[XY]Resolution/.test(key) && sources.resolution.includes(piece)) ||
    (BINARY_KEY.test(key) && inBytes(piece, sources));
  const isTwo = (piece: string): boolean =>
    [...piece.matchAll(/ /g)].some(({ index }) => stands(piece.slice(0, index)) && stands(piece.slice(index + 1)));
  if (known(raw) || raw.split(' / ').every(known) || (term === 'acquired_at' && isTwo(raw))) return undefined;
  return `the raw text ${JSON.stringify(raw.slice(0, 200))} of ${term} (${key}) does not stand in the header`;
}

function valueFault({ term, value, unit }: HeaderTerm): string | undefined {
  const definition = termDefinition(term);
  if (definition === undefined) return `${term} is no term`;
  if (unit !== termUnit(definition)) return `${term} has the unit ${unit}, expected ${termUnit(definition)}`;
  const { kind } = definition;
  if (kind === 'switch') return typeof value === 'boolean' ? undefined : `${term} is the ${typeof value} ${value}`;
  if (kind === 'local-time') {
    const real = typeof value === 'string' && isLocalTime(value) && !Number.isNaN(Date.parse(`${value}Z`));
    return real ? undefined : `${term} is ${value}`;
  }
  if (kind === 'text') {
    return typeof value === 'string' && value.trim() !== '' && !value.includes('\0')
      ? undefined
      : `${term} is "${value}"`;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${term} is ${value}`;
  return definition.positive === true && value <= 0 ? `${term} is ${value}, which cannot be` : undefined;
}

/** More than this nobody has to say about one header; each value can be unreadable in a few places. */
const MAX_ISSUES = 500;

/**
 * Harvests and checks what holds for any input: it returns, values are finite and in the units of their terms, no term
 * stands twice, every raw text is one of the header's own, and the record can be written.
 */
export function checkHarvest(input: HarvestInput, file?: Uint8Array): HarvestResult {
  const result = harvest(input);
  const terms = result.header?.terms ?? [];
  const sources = sourcesOf(input, file);
  const faults = terms.flatMap((term) =>
    [valueFault(term), rawFault(term, sources)].filter((fault) => fault !== undefined),
  );
  if (faults.length > 0) throw new Error(faults.join('; '));
  expect(new Set(terms.map(({ term }) => term)).size).toBe(terms.length);
  if (result.header !== undefined) Header.parse(result.header);
  Instrument.parse(result.instrument);
  Acquisition.parse(result.acquisition);
  const { dataBarHeightPx: bar } = result;
  if (bar !== undefined) expect(Number.isInteger(bar) && bar > 0 && bar < input.image.heightPx).toBe(true);
  expect(result.issues.length).toBeLessThan(MAX_ISSUES);
  expect(() => JSON.stringify([result.sections && sectionsJson(result.sections), result.issues])).not.toThrow();
  return result;
}
