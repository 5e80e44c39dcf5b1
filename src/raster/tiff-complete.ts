import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { SNIFF_BYTES, sniff } from './sniff.ts';
import { type ChunkTable, chunkRowBytes, MAX_CHUNKS, readChunkTable } from './tiff-chunks.ts';
import { MAX_TAG_BYTES, readTiff, readTiffHeader, type TiffEntry, type TiffPage } from './tiff-directory.ts';
import { typeBytes } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';

/**
 * Whether a file is all there. `damaged` and `notTiff` say that waiting will not make it better: such a file goes on,
 * so that decoding it can refuse it with a reason. `needsBytes` is the least size that the file must grow to.
 */
export type Completeness =
  | { complete: true; notTiff?: true; damaged?: string }
  | { complete: false; reason: string; needsBytes?: number };

/** Vendor headers, none of which begins with zeros: FEI, Phenom, Zeiss, Atlas (51023), Tescan, Olympus. */
const VENDOR_HEADERS: ReadonlySet<number> = new Set([34118, 34680, 34682, 34683, 50431, 51023, 33560]);
/** This much of a vendor header is looked at. */
const HEADER_SAMPLE_BYTES = 256;
/** A file that claims to need more is damaged, not short: no microscope writes files of four tebibytes. */
const MAX_PLAUSIBLE_BYTES = 2 ** 42;
/** Room for what a vendor keeps in a file without a tag that points to it. */
const MAX_HOLE_BYTES = 16 * 2 ** 20;
/** Tables that come before the data of a strip, as in JPEG. */
const MAX_CHUNK_EXCESS = 65_536;

/**
 * Judges whether a TIFF has been written to its end: all directories, the values they point to and all strips or tiles
 * lie inside the file, and none of the places that a writer fills last is still zero (a share may reserve the full size
 * before the first byte is sent). Reads directories and tables only, never the pixels. Rejects only where reading fails.
 */
export async function tiffCompleteness(source: ByteSource): Promise<Completeness> {
  if (source.size === 0) return { complete: false, reason: 'the file is empty' };
  const start = await source.read(0, Math.min(SNIFF_BYTES, source.size));
  if (start.every((byte) => byte === 0)) return { complete: false, reason: 'the file still begins with zeros' };
  if (sniff(start) !== 'tiff') return stillTiffStart(start) ?? { complete: true, notTiff: true };
  try {
    return await judge(source);
  } catch (error) {
    if (isIngestError(error, 'raster/truncated')) return short(error);
    if (isIngestError(error)) return { complete: true, damaged: error.message };
    throw error;
  }
}

/** A file of fewer than four bytes that may yet become a TIFF. */
function stillTiffStart(start: Uint8Array): Completeness | undefined {
  const begins = start.length < 4 && ((start[0] === 0x49 && (start[1] ?? 0x49) === 0x49) || start[0] === 0x4d);
  return begins ? { complete: false, reason: `the file has ${start.length} bytes so far`, needsBytes: 8 } : undefined;
}

function short(error: IngestError): Completeness {
  const needed = error.context['needsBytes'];
  if (typeof needed !== 'number') return { complete: false, reason: errorMessage(error) };
  if (needed > MAX_PLAUSIBLE_BYTES) return { complete: true, damaged: error.message };
  return { complete: false, reason: error.message, needsBytes: needed };
}

function unwritten(reason: string): Completeness {
  return { complete: false, reason };
}

async function judge(source: ByteSource): Promise<Completeness> {
  const { firstIfd, bigTiff } = await readTiffHeader(source);
  if (firstIfd === 0) return unwritten('the header does not point to a directory yet');
  if (await isZero(source, firstIfd, bigTiff ? 8 : 2)) return unwritten(`the directory at ${firstIfd} is still zero`);
  const tiff = await readTiff(source);
  const extent: Extent = { end: 0, parts: 0 };
  let budget = MAX_CHUNKS;
  for (const page of tiff.pages) {
    const missing = await measureValues(source, page, extent);
    if (missing) return unwritten(missing);
    if (page.image === undefined || budget <= 0) continue;
    const table = await readChunkTable(page, page.image);
    budget -= table.offsets.length;
    const unplaced = table.offsets.indexOf(0);
    if (unplaced >= 0) return unwritten(`the place of strip or tile ${unplaced} is still zero`);
    measureChunks(table, page.image, extent);
  }
  const { fault } = tiff.pages[0];
  if (fault && fault.code !== 'raster/truncated') return { complete: true, damaged: fault.message };
  if (extent.end > source.size) return shortBy(extent, source.size);
  if (tiff.damage?.code === 'raster/truncated') return short(tiff.damage);
  return tiff.damage ? { complete: true, damaged: tiff.damage.message } : { complete: true };
}

/** How far the parts of a file reach, and how much they take together. */
interface Extent {
  end: number;
  parts: number;
}

function measure(extent: Extent, offset: number, length: number): void {
  extent.end = Math.max(extent.end, offset + length);
  extent.parts += length;
}

/** A file that would be mostly holes has wrong offsets: no waiting helps. */
function shortBy({ end, parts }: Extent, size: number): Completeness {
  const reason = `its parts reach to ${end} bytes, the file has ${size}`;
  if (end > 2 * parts + MAX_HOLE_BYTES) return { complete: true, damaged: `${reason}, though they take only ${parts}` };
  return end > MAX_PLAUSIBLE_BYTES ? { complete: true, damaged: reason } : { complete: false, reason, needsBytes: end };
}

/** Adds the values that a directory points to; returns what is still unwritten. */
async function measureValues(source: ByteSource, page: TiffPage, extent: Extent): Promise<string | undefined> {
  if (page.zeroEntries > 0) return `${page.zeroEntries} entries of the directory at ${page.ifdOffset} are still zero`;
  for (const entry of page.entries.values()) {
    if (entry.inline || typeBytes(entry.type) === undefined) continue;
    if (entry.byteLength > MAX_TAG_BYTES) throw implausible(`Tag ${entry.tag} claims ${entry.byteLength} bytes`);
    measure(extent, entry.offset, entry.byteLength);
    const isUnwritten = VENDOR_HEADERS.has(entry.tag) && (await isUnwrittenHeader(source, entry));
    if (isUnwritten) return `the header in tag ${entry.tag} at ${entry.offset} is still zero`;
  }
  return undefined;
}

function measureChunks({ offsets, lengths }: ChunkTable, image: TiffImage, extent: Extent): void {
  const raw = chunkRowBytes(image) * image.chunkHeightPx;
  for (let i = 0; i < offsets.length; i++) {
    const length = lengths[i] as number;
    // Compression can make a strip longer, but not twice as long.
    if (length > 2 * raw + MAX_CHUNK_EXCESS) throw implausible(`Strip or tile ${i} of ${raw} bytes claims ${length}`);
    measure(extent, offsets[i] as number, length);
  }
}

function implausible(what: string): IngestError {
  return new IngestError('raster/corrupt', `${what}, which no sound file does.`);
}

async function isUnwrittenHeader(source: ByteSource, entry: TiffEntry): Promise<boolean> {
  const length = Math.min(entry.byteLength, HEADER_SAMPLE_BYTES);
  return entry.offset + length <= source.size && isZero(source, entry.offset, length);
}

async function isZero(source: ByteSource, offset: number, length: number): Promise<boolean> {
  return (await source.read(offset, length)).every((byte) => byte === 0);
}
