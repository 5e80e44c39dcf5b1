import { IngestError, isIngestError } from '../domain/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { TYPE, typeBytes } from './tiff-format.ts';
import { readImageStructure, STRUCTURE_TAGS, type StructureValues, type TiffImage } from './tiff-image.ts';
import { latin1Text, numberAt, type RawTag, tagNumbers } from './tiff-values.ts';

/** One line of a directory: where its value stands. `byteLength` takes an unknown type as one byte a value. */
export interface TiffEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly byteLength: number;
  /** Position of the value in the file, inside the directory for small values. */
  readonly offset: number;
  readonly inline: boolean;
}

/** One directory of a TIFF. Values are read when asked for; those that reach past the end reject with `raster/truncated`. */
export interface TiffPage {
  readonly index: number;
  readonly ifdOffset: number;
  readonly littleEndian: boolean;
  readonly entries: ReadonlyMap<number, TiffEntry>;
  /** Entries whose tag, type and count are all zero: space that was reserved, not written. */
  readonly zeroEntries: number;
  /** The picture's structure; undefined where the directory does not describe one, `fault` then says why. */
  readonly image: TiffImage | undefined;
  readonly fault: IngestError | undefined;
  /** The raw bytes of any tag, at most `maxCount` values of it. */
  tag(tag: number, maxCount?: number): Promise<RawTag | undefined>;
  /** Text as latin-1, closing NULs removed; undefined where the tag is absent or not bytes. */
  text(tag: number): Promise<string | undefined>;
  numbers(tag: number, maxCount?: number): Promise<Float64Array | undefined>;
}

export interface Tiff {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly size: number;
  /** All directories of the chain, at least one. Sub-directories are not followed. */
  readonly pages: readonly [TiffPage, ...TiffPage[]];
  /** Why the chain of directories ended early; the pages before are sound. */
  readonly damage: IngestError | undefined;
}

interface Header {
  littleEndian: boolean;
  bigTiff: boolean;
  firstIfd: number;
}

/** More directories than the longest focused-ion-beam stacks, few enough to read in about a second. */
const MAX_PAGES = 10_000;
/** A classic directory cannot hold more; a BigTIFF that says so is damaged. */
const MAX_ENTRIES = 65_535;
/** More is never read of one tag: vendor headers reach a few MiB where thumbnails are embedded. */
export const MAX_TAG_BYTES = 64 * 1024 * 1024;

/**
 * Reads the directories of a TIFF or BigTIFF of either byte order. A fault of the first directory rejects
 * (`raster/not-a-picture`, `raster/truncated`, `raster/corrupt`); one further down the chain becomes `damage`.
 */
export async function readTiff(source: ByteSource): Promise<Tiff> {
  const header = await readTiffHeader(source);
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  let damage: IngestError | undefined;
  let next = header.firstIfd;
  do {
    damage = chainFault(next, seen, pages.length);
    if (damage) break;
    seen.add(next);
    try {
      const directory = await readDirectory(source, header, next, pages.length);
      pages.push(directory.page);
      next = directory.next;
    } catch (error) {
      if (!isIngestError(error, 'raster/truncated', 'raster/corrupt')) throw error;
      damage = error;
    }
  } while (next !== 0 && damage === undefined);
  const [first, ...rest] = pages;
  if (first === undefined) throw damage as IngestError;
  return {
    littleEndian: header.littleEndian,
    bigTiff: header.bigTiff,
    size: source.size,
    pages: [first, ...rest],
    damage,
  };
}

function corrupt(message: string, context: Record<string, number> = {}): IngestError {
  return new IngestError('raster/corrupt', message, { context });
}

function chainFault(next: number, seen: ReadonlySet<number>, page: number): IngestError | undefined {
  if (seen.has(next)) return corrupt(`Directory ${page} is said to stand at ${next}, where an earlier one stands.`);
  if (page >= MAX_PAGES) return corrupt(`The file has more than ${MAX_PAGES} directories.`);
  if (next < 8) return corrupt(`Directory ${page} is said to stand at ${next}, inside the 8 bytes of the file header.`);
  return undefined;
}

/** Reads the byte order, the kind and the place of the first directory. */
export async function readTiffHeader(source: ByteSource): Promise<Header> {
  const bytes = await source.read(0, Math.min(16, source.size));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = String.fromCodePoint(...bytes.subarray(0, 2));
  const littleEndian = mark === 'II';
  const version = bytes.length < 4 ? 0 : view.getUint16(2, littleEndian);
  if ((mark !== 'II' && mark !== 'MM') || (version !== 42 && version !== 43)) {
    const found = Buffer.from(bytes.subarray(0, 4)).toString('hex') || 'no bytes';
    throw new IngestError(
      'raster/not-a-picture',
      `Expected a TIFF that begins with II or MM and 42 or 43, found ${found}.`,
    );
  }
  const bigTiff = version === 43;
  const headerBytes = bigTiff ? 16 : 8;
  if (bytes.length < headerBytes) {
    const message = `The header of a TIFF takes ${headerBytes} bytes, but the file has ${source.size}.`;
    throw new IngestError('raster/truncated', message, { context: { needsBytes: headerBytes } });
  }
  if (!bigTiff) return { littleEndian, bigTiff, firstIfd: view.getUint32(4, littleEndian) };
  const wordBytes = view.getUint16(4, littleEndian);
  if (wordBytes !== 8) throw corrupt(`A BigTIFF has offsets of 8 bytes, this one claims ${wordBytes}.`);
  return { littleEndian, bigTiff, firstIfd: Number(view.getBigUint64(8, littleEndian)) };
}

async function readDirectory(
  source: ByteSource,
  header: Header,
  offset: number,
  index: number,
): Promise<{ page: TiffPage; next: number }> {
  const { bigTiff, littleEndian } = header;
  const countBytes = bigTiff ? 8 : 2;
  const entryBytes = bigTiff ? 20 : 12;
  const wordBytes = bigTiff ? 8 : 4;
  const count = readWord(
    await readPart(source, offset, countBytes, `The count of directory ${index}`),
    0,
    littleEndian,
  );
  if (count === 0) throw corrupt(`Directory ${index} at ${offset} has no entries.`, { offset, entries: 0 });
  if (count > MAX_ENTRIES) {
    throw corrupt(`Directory ${index} at ${offset} claims ${count} entries; ${MAX_ENTRIES} are the most allowed.`);
  }
  const start = offset + countBytes;
  const block = await readPart(
    source,
    start,
    count * entryBytes,
    `The list of the ${count} entries of directory ${index}`,
  );
  const { entries, zeroEntries } = parseEntries(block, start, header);
  const link = await readPart(source, start + block.length, wordBytes, `The end of directory ${index}`);
  const base = { index, ifdOffset: offset, littleEndian, entries, zeroEntries };
  const page = await makePage(source, base, { bytes: block, start });
  return { page, next: readWord(link, 0, littleEndian) };
}

function readPart(source: ByteSource, offset: number, length: number, what: string): Promise<Uint8Array> {
  if (offset + length <= source.size) return source.read(offset, length);
  const message = `${what} takes ${length} bytes at ${offset}, but the file has ${source.size}.`;
  const context = { offset, length, size: source.size, needsBytes: offset + length };
  throw new IngestError('raster/truncated', message, { context });
}

/** An unsigned integer of 2, 4 or 8 bytes: all of `bytes` behind `at`. */
function readWord(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.byteLength - at);
  if (view.byteLength === 2) return view.getUint16(0, littleEndian);
  return view.byteLength === 4 ? view.getUint32(0, littleEndian) : Number(view.getBigUint64(0, littleEndian));
}

function parseEntries(block: Uint8Array, start: number, { bigTiff, littleEndian }: Header) {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const entries = new Map<number, TiffEntry>();
  const entryBytes = bigTiff ? 20 : 12;
  const room = bigTiff ? 8 : 4;
  const word = (at: number): number =>
    bigTiff ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
  let zeroEntries = 0;
  for (let at = 0; at < block.length; at += entryBytes) {
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const count = word(at + 4);
    if (tag === 0 && type === 0 && count === 0) zeroEntries++;
    // The first of several entries with the same tag counts, as in libtiff.
    else if (!entries.has(tag)) {
      const byteLength = count * (typeBytes(type) ?? 1);
      const inline = byteLength <= room;
      const valueAt = at + 4 + room;
      entries.set(tag, { tag, type, count, byteLength, inline, offset: inline ? start + valueAt : word(valueAt) });
    }
  }
  return { entries, zeroEntries };
}

type PageBase = Pick<TiffPage, 'index' | 'ifdOffset' | 'littleEndian' | 'entries' | 'zeroEntries'>;
/** The list of entries as it stands in the file from `start` on, in which small values stand. */
interface Block {
  bytes: Uint8Array;
  start: number;
}

async function makePage(source: ByteSource, base: PageBase, block: Block): Promise<TiffPage> {
  const tag = async (number: number, maxCount = Number.POSITIVE_INFINITY): Promise<RawTag | undefined> => {
    const entry = base.entries.get(number);
    if (entry === undefined) return undefined;
    const { type, count } = entry;
    const length = Math.min(count, maxCount) * (typeBytes(type) ?? 1);
    if (entry.inline) return rawInside(block, entry, length);
    if (length > MAX_TAG_BYTES && length <= source.size) {
      throw corrupt(`Tag ${number} takes ${length} bytes; ${MAX_TAG_BYTES} are the most that is read.`);
    }
    return { tag: number, type, count, bytes: await readPart(source, entry.offset, length, `Tag ${number}`) };
  };
  const { index, ifdOffset, littleEndian, entries, zeroEntries } = base;
  const { image, fault } = structureOf(await structureValues(base, block, tag));
  return {
    index,
    ifdOffset,
    littleEndian,
    entries,
    zeroEntries,
    image,
    fault,
    tag,
    async text(number: number): Promise<string | undefined> {
      const raw = await tag(number);
      const isBytes = raw?.type === TYPE.ascii || raw?.type === TYPE.byte || raw?.type === TYPE.undefined;
      return raw !== undefined && isBytes ? latin1Text(raw.bytes) : undefined;
    },
    async numbers(number: number, maxCount?: number): Promise<Float64Array | undefined> {
      const raw = await tag(number, maxCount);
      return raw && tagNumbers(raw, littleEndian);
    },
  };
}

function structureOf(values: StructureValues): Pick<TiffPage, 'image' | 'fault'> {
  try {
    return { image: readImageStructure(values), fault: undefined };
  } catch (error) {
    if (!isIngestError(error)) throw error;
    return { image: undefined, fault: error };
  }
}

function rawInside({ bytes, start }: Block, { tag, type, count, offset }: TiffEntry, length: number): RawTag {
  return { tag, type, count, bytes: bytes.subarray(offset - start, offset - start + length) };
}

/**
 * The values that describe the picture. Nearly all stand in the directory; those that stand elsewhere are read now, but one
 * that cannot be read is a fault only when it is asked for: of tiles nobody wants to know the rows of a strip.
 */
async function structureValues(
  { entries, littleEndian }: PageBase,
  block: Block,
  tag: TiffPage['tag'],
): Promise<StructureValues> {
  const outside = new Map<number, RawTag | undefined>();
  const faults = new Map<number, unknown>();
  for (const [number, count] of STRUCTURE_TAGS) {
    if (entries.get(number)?.inline !== false) continue;
    try {
      outside.set(number, await tag(number, count));
    } catch (error) {
      faults.set(number, error);
    }
  }
  const view = new DataView(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
  const numbersOutside = (number: number): Float64Array | undefined => {
    if (faults.has(number)) throw faults.get(number);
    const raw = outside.get(number);
    return raw && tagNumbers(raw, littleEndian);
  };
  return {
    first(number) {
      const entry = entries.get(number);
      if (entry === undefined) return undefined;
      if (!entry.inline) return numbersOutside(number)?.[0];
      return entry.count === 0 ? undefined : numberAt(view, entry.offset - block.start, entry.type, littleEndian);
    },
    all(number) {
      const entry = entries.get(number);
      if (entry === undefined) return undefined;
      if (!entry.inline) return numbersOutside(number);
      return tagNumbers(rawInside(block, entry, entry.byteLength), littleEndian);
    },
  };
}
