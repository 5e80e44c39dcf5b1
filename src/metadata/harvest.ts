import { errorMessage } from '../domain/errors.ts';
import { issue } from '../domain/issue.ts';
import { crossCheckPixelSize } from './cross-check.ts';
import { MAX_HEADER_BYTES } from './decode-text.ts';
import { fillRecord } from './fill-record.ts';
import type { FoundHeader, HarvestInput, HarvestResult, RawHeader, VendorReading } from './harvest-types.ts';
import { looksLikeSidecar } from './sidecar-content.ts';
import type { TermList } from './term-list.ts';
import { readTiffFacts } from './tiff-facts.ts';
import { VENDOR_TAGS } from './vendor-tags.ts';
import type { VendorReader } from './vendors/registry.ts';
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

interface Known {
  reader: VendorReader;
  found: FoundHeader;
  reading: VendorReading;
}

/** The first reader that finds and understands its header. A fault inside a reader costs the header, never the picture. */
function readKnown(input: HarvestInput, list: TermList): Known | undefined {
  for (const reader of VENDOR_READERS) {
    const found = reader.detect(input);
    if (found === undefined) continue;
    try {
      return { reader, found, reading: reader.read(found.bytes, input) };
    } catch (error) {
      const { place } = found;
      const message = `The ${reader.vendor} header in ${place} cannot be read: ${errorMessage(error)}.`;
      list.issues.push(issue('header-unreadable', message, { place, vendor: reader.vendor }));
    }
  }
  return undefined;
}

function harvestKnown({ reader, found, reading }: Known, input: HarvestInput, list: TermList): HarvestResult {
  const { place, bytes, sidecar } = found;
  const { dataBarHeightPx, sections, encoding, classifiable } = reading;
  list.terms.push(...reading.terms);
  list.issues.push(...reading.issues);
  crossCheckPixelSize(list, input.image, dataBarHeightPx);
  return {
    header: { vendor: reader.vendor, place, encoding, terms: list.terms },
    rawHeader: { bytes, mediaType: 'text/plain', place },
    usedSidecars: sidecar === undefined ? [] : [sidecar],
    ...fillRecord(list.terms, reader.vendor),
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable,
    issues: list.issues,
    sections,
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
  return known === undefined ? harvestUnknown(limited, list) : harvestKnown(known, limited, list);
}
