import { IngestError } from '../domain/errors.ts';
import type { ImageFacts } from '../domain/record.ts';
import { colourPicture, isGreyAsColour, type MultiSamples, samplePlane } from './colour-planes.ts';
import type { Picture, SampleArray } from './picture.ts';
import { sampleArrayType } from './samples.ts';
import { decodeTiffChunksWithSharp } from './sharp-tiff.ts';
import { assertChunksInside, type ChunkTable, readChunkTable } from './tiff-chunks.ts';
import { expander } from './tiff-decompress.ts';
import type { Tiff, TiffPage } from './tiff-directory.ts';
import { COMPRESSION, PHOTOMETRIC, TAG } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';
import { readSamples } from './tiff-samples.ts';

export interface DecodeOptions {
  /** Most bytes that the samples of the picture may take; checked before any are allocated. */
  maxPixelBytes: number;
  /** Which page, default 0. */
  page?: number;
}

/** Compressions whose data only libtiff's codecs read: fax and JPEG. */
const SHARP_COMPRESSIONS: ReadonlySet<number> = new Set([
  COMPRESSION.faxRle,
  COMPRESSION.faxGroup3,
  COMPRESSION.faxGroup4,
  COMPRESSION.jpeg,
]);

/**
 * Decodes one page of a TIFF bit for bit; `bytes` is the whole file, and the picture may be a view of it.
 * Rejects with `raster/too-large`, `raster/truncated`, `raster/corrupt` or `raster/unsupported`.
 */
export async function decodeTiff(bytes: Uint8Array, tiff: Tiff, options: DecodeOptions): Promise<Picture> {
  const page = tiff.pages[options.page ?? 0];
  if (page === undefined) {
    const message = `Page ${options.page} was asked for, the file has ${tiff.pages.length}.`;
    throw new IngestError('raster/not-a-picture', message);
  }
  const image = page.image;
  if (image === undefined) throw page.fault ?? new IngestError('raster/corrupt', 'The page describes no picture.');
  assertReadable(image);
  assertSize(image, options.maxPixelBytes);
  const table = await readChunkTable(page, image);
  assertChunksInside(table, image, bytes.length);
  const samples = await decodeChunks(bytes, page, image, table);
  return toPicture(samples, await readPalette(page, image), { image, pages: countPages(tiff) });
}

/** Full pictures in the file, reduced copies and masks left out; at least one. */
export function countPages(tiff: Tiff): number {
  return Math.max(1, tiff.pages.filter((page) => page.image?.isFullPicture).length);
}

/** The samples of `image`, whose chunks stand in `bytes` where `table` says; all of them must lie inside. */
export async function decodeChunks(
  bytes: Uint8Array,
  page: TiffPage,
  image: TiffImage,
  table: ChunkTable,
): Promise<MultiSamples> {
  const { widthPx, heightPx, samplesPerPixel, planar } = image;
  const size = { widthPx, heightPx, samplesPerPixel };
  if (SHARP_COMPRESSIONS.has(image.compression)) {
    return { ...size, planar: false, data: await decodeTiffChunksWithSharp(bytes, page, image, table) };
  }
  const expand = expander(image.compression);
  if (expand === undefined) throw unsupported(`its compression (${image.compression}) is not one that is read`);
  return { ...size, planar, data: await readSamples(bytes, image, table, page.littleEndian, expand) };
}

function unsupported(what: string): IngestError {
  return new IngestError('raster/unsupported', `The picture cannot be decoded: ${what}.`);
}

/** More samples than any colour space with alpha has: detectors of a combined picture, say. */
const MAX_SAMPLES = 64;

/** Throws `raster/unsupported` for kinds of picture that are not decoded. */
export function assertReadable(image: TiffImage): void {
  if (image.compression === COMPRESSION.oldJpeg) {
    throw unsupported('its compression is old-style JPEG (6), which was withdrawn because readers differ');
  }
  if (image.samplesPerPixel > MAX_SAMPLES) {
    throw unsupported(`${MAX_SAMPLES} samples a pixel are the most, it claims ${image.samplesPerPixel}`);
  }
  if (image.samplesPerPixel === 1) return;
  const known: number[] = [PHOTOMETRIC.minIsWhite, PHOTOMETRIC.minIsBlack, PHOTOMETRIC.rgb];
  const isJpegYcbcr = image.photometric === PHOTOMETRIC.ycbcr && image.compression === COMPRESSION.jpeg;
  if (known.includes(image.photometric) || isJpegYcbcr) return;
  throw unsupported(
    `its ${image.samplesPerPixel} samples a pixel are in a colour space (${image.photometric}) that is not read`,
  );
}

function assertSize(image: TiffImage, maxPixelBytes: number): void {
  const { widthPx, heightPx, samplesPerPixel } = image;
  assertPixelBytes({ widthPx, heightPx, samplesPerPixel, bytes: decodedBytes(image) }, maxPixelBytes);
}

/** What the samples of a page take in memory. Throws `raster/unsupported` as sampleArrayType. */
export function decodedBytes(image: TiffImage): number {
  return image.widthPx * image.heightPx * image.samplesPerPixel * sampleArrayType(image).BYTES_PER_ELEMENT;
}

/** Throws `raster/too-large` where a declared size needs more than `maxPixelBytes`. */
export function assertPixelBytes(
  declared: { widthPx: number; heightPx: number; samplesPerPixel: number; bytes: number },
  maxPixelBytes: number,
): void {
  const { widthPx, heightPx, samplesPerPixel, bytes } = declared;
  if (bytes <= maxPixelBytes) return;
  throw new IngestError(
    'raster/too-large',
    `A picture of ${widthPx} x ${heightPx} x ${samplesPerPixel} samples takes ${bytes} bytes, ${Math.floor(maxPixelBytes)} are allowed.`,
    { context: { widthPx, heightPx, bytes, maxPixelBytes } },
  );
}

/** The colour map as RGB, 8 bit; undefined where there is none or it is too short for the depth. */
export async function readPalette(page: TiffPage, image: TiffImage): Promise<Uint8Array | undefined> {
  if (image.photometric !== PHOTOMETRIC.palette || image.samplesPerPixel > 1 || image.bitsPerSample > 16) {
    return undefined;
  }
  const colours = 2 ** image.bitsPerSample;
  const map = await page.numbers(TAG.colorMap, 3 * colours);
  if (map === undefined || map.length < 3 * colours) return undefined;
  // The entries have 16 bits; some writers store 8-bit values in them, which libtiff recognises in the same way.
  const divisor = map.every((entry) => entry < 256) ? 1 : 256;
  return Uint8Array.from(
    { length: 3 * colours },
    (_, i) => (map[(i % 3) * colours + Math.floor(i / 3)] as number) / divisor,
  );
}

/** What a record says of a page. */
export function imageFacts(image: TiffImage, pages: number): ImageFacts {
  return {
    widthPx: image.widthPx,
    heightPx: image.heightPx,
    bitsPerSample: image.bitsPerSample,
    sampleFormat: image.sampleFormat === 'complex' ? 'float' : image.sampleFormat,
    samplesPerPixel: image.samplesPerPixel,
    photometric: photometricName(image.photometric),
    pages,
  };
}

/**
 * A picture of decoded samples. `isGrey` says whether three samples a pixel are equal everywhere, for pieces of a picture
 * of which one piece cannot know it.
 */
export function toPicture(
  samples: MultiSamples,
  palette: Uint8Array | undefined,
  { image, pages, isGrey }: { image: TiffImage; pages: number; isGrey?: boolean | undefined },
): Picture {
  const { widthPx, heightPx, samplesPerPixel } = samples;
  const facts = imageFacts(image, pages);
  const plane = (data: SampleArray): Picture => ({
    facts,
    plane: { widthPx, heightPx, data },
    ...(palette && { palette }),
  });
  if (samplesPerPixel === 1) return plane(samples.data);
  if (samplesPerPixel === 2) return plane(samplePlane(samples, 0));
  if (isGrey ?? isGreyAsColour(samples)) return plane(samplePlane(samples, 0));
  if (isColourSpace(image)) return { facts, ...colourPicture(samples) };
  return plane(samplePlane(samples, 0));
}

function isColourSpace({ photometric }: TiffImage): boolean {
  return photometric === PHOTOMETRIC.rgb || photometric === PHOTOMETRIC.ycbcr;
}

function photometricName(photometric: number): ImageFacts['photometric'] {
  switch (photometric) {
    case PHOTOMETRIC.minIsWhite:
      return 'min-is-white';
    case PHOTOMETRIC.minIsBlack:
      return 'min-is-black';
    case PHOTOMETRIC.rgb:
      return 'rgb';
    case PHOTOMETRIC.palette:
      return 'palette';
    case PHOTOMETRIC.ycbcr:
      return 'ycbcr';
    default:
      return 'other';
  }
}
