import type { Issue } from '../domain/issue.ts';
import type { Acquisition, Header, HeaderTerm, Instrument } from '../domain/record.ts';

/** The bytes of one TIFF tag that may hold a vendor's header. `place` names it in the record, such as "tiff:34682". */
export interface TagBytes {
  place: string;
  tag: number;
  bytes: Uint8Array;
  /** The values of a short tag of numbers, in the file's byte order already. */
  numbers?: readonly number[];
  /** Columns of the page whose directory holds the tag. */
  pageWidthPx?: number;
}

/** A file that stands beside the picture. */
export interface SidecarBytes {
  name: string;
  bytes: Uint8Array;
}

/** What the TIFF standard itself lets a file say. */
export interface TiffText {
  imageDescription?: string;
  software?: string;
  dateTime?: string;
  make?: string;
  model?: string;
  artist?: string;
  resolution?: { xPerUnit: number; yPerUnit: number; unit: 'none' | 'inch' | 'centimetre' };
}

/** Everything the harvest looks at. `image` counts the TIFF's own columns and rows. */
export interface HarvestInput {
  fileName: string;
  tags: readonly TagBytes[];
  tiffText?: TiffText;
  sidecars: readonly SidecarBytes[];
  image: { widthPx: number; heightPx: number };
  /** When the file was last modified and when it was read, in milliseconds since 1970: bounds of the header's date. */
  times?: { fileModifiedMs: number; nowMs: number };
  /** Bytes of the picture file, for headers that point into it; undefined where the file does not hold them all. */
  readAt?: (offset: number, length: number) => Uint8Array | undefined;
}

/** Keys and the very characters of their values, in the header's order; each key once. */
export type HeaderEntries = Iterable<readonly [key: string, value: string]>;

/** A header as a tree of its own words: sections and their entries. A map, because a header may name one "__proto__". */
export type HeaderSections = Map<string, HeaderEntries>;

export interface RawHeader {
  bytes: Uint8Array;
  mediaType: string;
  place: string;
}

export type Classifiable = { ok: true } | { ok: false; reason: string };

export interface HarvestResult {
  header?: Header;
  /** The bytes of the header as they stood in the file; of a sidecar: the sidecar (`place` begins with "sidecar:"). */
  rawHeader?: RawHeader;
  /** The bytes of the further headers that the file has, in the order of trust. */
  otherHeaders?: RawHeader[];
  usedSidecars: string[];
  instrument: Instrument;
  acquisition: Acquisition;
  /** Rows at the bottom that the header proves to be a data bar. */
  dataBarHeightPx?: number;
  classifiable: Classifiable;
  issues: Issue[];
  sections?: HeaderSections;
  /** Every statement of who worked at the microscope, of all headers: what may have to stay unpublished. */
  operators?: { key: string; raw: string }[];
}

/** What a vendor's reader makes of a header; the harvest completes and checks it. */
export interface VendorReading {
  terms: HeaderTerm[];
  issues: Issue[];
  sections: HeaderSections;
  encoding: string;
  /** Height of the data bar as far as the header and the picture's height agree on it. */
  dataBarHeightPx?: number;
  classifiable: Classifiable;
}

/** Where a vendor's reader found its header. */
export interface FoundHeader {
  place: string;
  bytes: Uint8Array;
  sidecar?: string;
  /** Of a header that is no text. */
  mediaType?: string;
}
