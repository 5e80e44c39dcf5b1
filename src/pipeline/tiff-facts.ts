import { MAX_HEADER_BYTES } from '../metadata/decode-text.ts';
import type { HarvestInput, TagBytes, TiffText } from '../metadata/harvest-types.ts';
import type { Tiff, TiffPage } from '../raster/tiff-directory.ts';
import { TAG } from '../raster/tiff-format.ts';
import { tagNumbers } from '../raster/tiff-values.ts';

/** Resolution units of TIFF 6.0, tag 296. */
const RESOLUTION_UNITS = { 1: 'none', 2: 'inch', 3: 'centimetre' } as const;
/** Vendors write their header into the first pages; a stack repeats it on each. */
const PAGES_SEARCHED = 8;
/** The texts of TIFF 6.0 that say what a picture is and where it comes from. */
const TEXT_TAGS = [
  ['imageDescription', TAG.imageDescription],
  ['software', TAG.software],
  ['dateTime', TAG.dateTime],
  ['make', TAG.make],
  ['model', TAG.model],
  ['artist', TAG.artist],
] as const;
/** Headers made of numbers keep one or a few in a tag; longer tags are read as bytes. */
const NUMBERS_READ = 16;

/** What the harvest may know of a TIFF: the raw vendor tags of its first pages, and what the standard tags say. */
export async function readTiffFacts(
  tiff: Tiff | undefined,
  vendorTags: Iterable<number>,
): Promise<{ tags: TagBytes[]; tiffText?: TiffText }> {
  if (!tiff) return { tags: [] };
  const pages = tiff.pages.slice(0, PAGES_SEARCHED);
  const tags: TagBytes[] = [];
  for (const tag of vendorTags) {
    // Most are in no page, and each wait costs more than this look.
    if (!pages.some(({ entries }) => entries.has(tag))) continue;
    const found = await firstTag(pages, tag);
    if (found) tags.push(found);
  }
  return { tags, tiffText: await standardTags(tiff.pages[0]) };
}

async function firstTag(pages: readonly TiffPage[], tag: number): Promise<TagBytes | undefined> {
  for (const page of pages) {
    if (!page.entries.has(tag)) continue;
    // A damaged vendor tag must not cost the picture; the harvest then says that the header is unknown.
    const raw = await page.tag(tag).catch(() => undefined);
    if (!raw) continue;
    const numbers = raw.count <= NUMBERS_READ ? tagNumbers(raw, page.littleEndian) : undefined;
    const pageWidthPx = page.image?.widthPx;
    return {
      place: `tiff:${tag}`,
      tag,
      bytes: raw.bytes,
      ...(numbers && { numbers: [...numbers] }),
      ...(pageWidthPx !== undefined && { pageWidthPx }),
    };
  }
  return undefined;
}

/** Lets a harvest look into the file where its header points; at most {@link MAX_HEADER_BYTES} at once. */
export function readerInto(file: Uint8Array): NonNullable<HarvestInput['readAt']> {
  return (offset, length) => {
    const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (!whole || length > MAX_HEADER_BYTES || offset + length > file.length) return undefined;
    return file.subarray(offset, offset + length);
  };
}

async function standardTags(page: TiffPage): Promise<TiffText> {
  const said: TiffText = {};
  for (const [name, tag] of TEXT_TAGS) {
    const text = page.entries.has(tag) ? await page.text(tag).catch(() => undefined) : undefined;
    const trimmed = text?.trim();
    if (trimmed) said[name] = trimmed;
  }
  const resolution = await readResolution(page);
  return resolution ? { ...said, resolution } : said;
}

async function readResolution(page: TiffPage): Promise<TiffText['resolution']> {
  const first = async (tag: number): Promise<number | undefined> =>
    (await page.numbers(tag).catch(() => undefined))?.[0];
  if (!page.entries.has(TAG.xResolution) || !page.entries.has(TAG.yResolution)) return undefined;
  const [xPerUnit, yPerUnit] = [await first(TAG.xResolution), await first(TAG.yResolution)];
  if (xPerUnit === undefined || yPerUnit === undefined) return undefined;
  if (!Number.isFinite(xPerUnit) || !Number.isFinite(yPerUnit)) return undefined;
  const code = await first(TAG.resolutionUnit);
  return { xPerUnit, yPerUnit, unit: RESOLUTION_UNITS[code as 1 | 2 | 3] ?? 'inch' };
}
