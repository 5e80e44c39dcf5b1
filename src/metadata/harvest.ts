import { errorMessage } from '../domain/errors.ts';
import { issue } from '../domain/issue.ts';
import { checkDate, crossCheckPixelSize } from './cross-check.ts';
import { MAX_HEADER_BYTES } from './decode-text.ts';
import { fillRecord } from './fill-record.ts';
import type { HarvestInput, HarvestResult, RawHeader } from './harvest-types.ts';
import type { KnownHeader } from './merge-readings.ts';
import { mergeReadings } from './merge-readings.ts';
import { looksLikeSidecar } from './sidecar-content.ts';
import type { TermList } from './term-list.ts';
import { readTiffFacts } from './tiff-facts.ts';
import { VENDOR_TAGS } from './vendor-tags.ts';
import { VENDOR_READERS } from './vendors/registry.ts';

function small({ bytes }: { bytes: Uint8Array }): boolean {
  return bytes.length <= MAX_HEADER_BYTES;
}

/** Leaves out what is too large to be a header, and says so. */
function withinLimits(input: HarvestInput, list: TermList): HarvestInput {
  for (const { place, bytes } of input.tags.filter((tag) => !small(tag))) {
    const message = `${place} holds ${bytes.length} bytes; a header of more than ${MAX_HEADER_BYTES} bytes is not read.`;
    list.issues.push(issue('header-unreadable', message, { place, bytes: bytes.length }));
  }
  for (const { name, bytes } of input.sidecars.filter((sidecar) => !small(sidecar))) {
    const message = `The sidecar ${name} has ${bytes.length} bytes; more than ${MAX_HEADER_BYTES} bytes are not read.`;
    list.issues.push(issue('sidecar-unreadable', message, { name, bytes: bytes.length }));
  }
  return { ...input, tags: input.tags.filter(small), sidecars: input.sidecars.filter(small) };
}

/**
 * Every header that a reader finds and understands, in the readers' order of trust; those that state nothing come last. A
 * fault inside a reader costs its header, never the picture.
 */
function readKnown(input: HarvestInput, list: TermList): KnownHeader[] {
  const known: KnownHeader[] = [];
  for (const { vendor, program, detect, read } of VENDOR_READERS) {
    let place = 'the file';
    try {
      const found = detect(input);
      if (found === undefined) continue;
      place = found.place;
      known.push({ vendor, ...(program && { program }), found, reading: read(found.bytes, input) });
    } catch (error) {
      const message = `The ${vendor} header in ${place} cannot be read: ${errorMessage(error)}.`;
      list.issues.push(issue('header-unreadable', message, { place, vendor }));
    }
  }
  return known.toSorted((a, b) => Number(b.reading.terms.length > 0) - Number(a.reading.terms.length > 0));
}

function rawHeaderOf({ found: { bytes, place, mediaType = 'text/plain' } }: KnownHeader): RawHeader {
  return { bytes, mediaType, place };
}

function harvestKnown(
  known: readonly [KnownHeader, ...KnownHeader[]],
  input: HarvestInput,
  list: TermList,
): HarvestResult {
  const [primary] = known;
  const { place } = primary.found;
  const { dataBarHeightPx, sections, encoding, classifiable } = mergeReadings(known, list);
  crossCheckPixelSize(list, input.image, dataBarHeightPx);
  const others = known
    .filter(({ found }, i) => known.findIndex((one) => one.found.place === found.place) === i)
    .slice(1);
  const maker = known.find(({ program }) => program !== true);
  const operators = known.flatMap(({ reading }) => reading.terms.filter(({ term }) => term === 'operator'));
  return {
    header: { vendor: primary.vendor, place, encoding, terms: list.terms },
    rawHeader: rawHeaderOf(primary),
    ...(others.length === 0 ? {} : { otherHeaders: others.map(rawHeaderOf) }),
    usedSidecars: [...new Set(known.flatMap(({ found }) => found.sidecar ?? []))],
    ...fillRecord(list.terms, maker?.vendor),
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable,
    issues: list.issues,
    sections,
    ...(operators.length === 0 ? {} : { operators }),
  };
}

/** The bytes of a header nobody here can read are kept all the same. */
function unknownHeader(input: HarvestInput): (RawHeader & { vendor: string; sidecar?: string }) | undefined {
  for (const { tag: number, vendor } of VENDOR_TAGS) {
    const tag = input.tags.find((candidate) => candidate.tag === number && candidate.bytes.length > 0);
    if (tag !== undefined) return { bytes: tag.bytes, mediaType: 'application/octet-stream', place: tag.place, vendor };
  }
  const sidecar = input.sidecars.find(({ bytes, name }) => looksLikeSidecar(bytes, name));
  if (sidecar === undefined) return undefined;
  const place = `sidecar:${sidecar.name}`;
  return { bytes: sidecar.bytes, mediaType: 'text/plain', place, vendor: 'JEOL or Tescan', sidecar: sidecar.name };
}

function harvestUnknown(input: HarvestInput, list: TermList): HarvestResult {
  const unknown = unknownHeader(input);
  const message =
    unknown === undefined
      ? 'The picture has no vendor header in its TIFF tags nor beside it.'
      : `No reader understands the header in ${unknown.place} (${unknown.vendor}); its bytes are kept.`;
  list.issues.push(issue('header-unknown', message, unknown === undefined ? {} : { place: unknown.place }));
  const facts = readTiffFacts(input);
  list.terms.push(...facts.terms);
  crossCheckPixelSize(list, input.image, undefined);
  const header = { vendor: 'TIFF', place: 'tiff', encoding: 'ascii', terms: list.terms };
  return {
    ...(list.terms.length === 0 ? {} : { header }),
    ...(unknown === undefined
      ? {}
      : { rawHeader: { bytes: unknown.bytes, mediaType: unknown.mediaType, place: unknown.place } }),
    usedSidecars: unknown?.sidecar === undefined ? [] : [unknown.sidecar],
    ...fillRecord(list.terms),
    classifiable: { ok: true },
    issues: list.issues,
  };
}

/**
 * Reads the vendor's header of a picture into normalised terms, the fields of the record and a tree of its own words.
 * Pure: bytes in, facts and issues out. Never throws on a bad header; what cannot be read becomes an issue.
 */
export function harvest(input: HarvestInput): HarvestResult {
  const list: TermList = { terms: [], issues: [] };
  const limited = withinLimits(input, list);
  const known = readKnown(limited, list);
  const [primary, ...others] = known;
  const result =
    primary === undefined ? harvestUnknown(limited, list) : harvestKnown([primary, ...others], limited, list);
  checkDate(list, input.times);
  return result;
}
