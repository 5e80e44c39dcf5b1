import { type IngestError, isIngestError } from '../domain/errors.ts';
import { sampleArrayType } from './samples.ts';
import type { Tiff, TiffPage } from './tiff-directory.ts';
import { PHOTOMETRIC, TAG } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';

/** A page that is no frame; pages count from 0. */
export interface OtherPage {
  page: number;
  /** Size, type and purpose, for people. */
  what: string;
}

/** What the pages of a TIFF are to its first page. */
export interface PagePlan {
  /** Pages of the size, type and colours of the first, that one included, in the order of the file; [0] where it stands alone. */
  frames: number[];
  /** Bytes of one frame, decoded. */
  frameBytes: number;
  others: (OtherPage & { bytes: number })[];
  /** Pages whose directory describes no picture that can be read. */
  unreadable: { page: number; fault: IngestError | undefined }[];
}

/**
 * Sorts the pages by what their directories say; no samples are read. Frames have one sample a pixel; pages that call
 * themselves reduced copies or masks never are frames.
 */
export async function planPages(tiff: Tiff): Promise<PagePlan> {
  const [first, ...rest] = tiff.pages;
  const plan: PagePlan = { frames: [0], frameBytes: decodedBytes(first) ?? 0, others: [], unreadable: [] };
  const isFrame = await frameTest(first);
  for (const page of rest) {
    const bytes = decodedBytes(page);
    if (page.image === undefined || bytes === undefined) plan.unreadable.push({ page: page.index, fault: page.fault });
    else if (await isFrame(page)) plan.frames.push(page.index);
    else plan.others.push({ page: page.index, what: describe(page.image), bytes });
  }
  return plan;
}

/** Bytes that the samples of a page take in memory; undefined where they cannot be kept at all. */
function decodedBytes({ image }: TiffPage): number | undefined {
  if (image === undefined) return undefined;
  try {
    return image.widthPx * image.heightPx * image.samplesPerPixel * sampleArrayType(image).BYTES_PER_ELEMENT;
  } catch (error) {
    if (isIngestError(error, 'raster/unsupported')) return undefined;
    throw error;
  }
}

const SAME = ['widthPx', 'heightPx', 'bitsPerSample', 'sampleFormat', 'samplesPerPixel', 'photometric'] as const;
/** Deeper palettes, of up to 65,536 colours on each of thousands of pages, are not compared: their pages are no frames. */
const DEEPEST_COMPARED_BITS = 8;

/** A test for frames of `first`. */
async function frameTest(first: TiffPage): Promise<(page: TiffPage) => Promise<boolean>> {
  const wanted = first.image;
  if (wanted === undefined || wanted.samplesPerPixel !== 1) return async () => false;
  const hasPalette = wanted.photometric === PHOTOMETRIC.palette;
  if (hasPalette && wanted.bitsPerSample > DEEPEST_COMPARED_BITS) return async () => false;
  const colours = hasPalette ? await coloursOf(first) : '';
  return async (page) => {
    const { image } = page;
    if (!image?.isFullPicture || SAME.some((fact) => image[fact] !== wanted[fact])) return false;
    return !hasPalette || (await coloursOf(page)) === colours;
  };
}

/** The colour map as text, to compare; that of a page that lacks one is empty. */
async function coloursOf(page: TiffPage): Promise<string> {
  try {
    return (await page.numbers(TAG.colorMap, 3 * 2 ** DEEPEST_COMPARED_BITS))?.join() ?? '';
  } catch (error) {
    if (isIngestError(error)) return '';
    throw error;
  }
}

const COLOURS: Partial<Record<number, string>> = {
  [PHOTOMETRIC.palette]: ', with a palette of its own',
  [PHOTOMETRIC.minIsWhite]: ', min-is-white',
};

function describe(image: TiffImage): string {
  const { widthPx, heightPx, samplesPerPixel, bitsPerSample, sampleFormat, isFullPicture } = image;
  const samples = samplesPerPixel === 1 ? '' : ` x ${samplesPerPixel} samples`;
  const purpose = isFullPicture ? '' : ', a reduced copy or a mask';
  const colours = COLOURS[image.photometric] ?? '';
  return `${widthPx} x ${heightPx}${samples}, ${bitsPerSample}-bit ${sampleFormat}${colours}${purpose}`;
}
