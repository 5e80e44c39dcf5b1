import { IngestError } from '../domain/errors.ts';
import type { ImageFacts } from '../domain/record.ts';
import { assertReadable, countPages, imageFacts, readPalette, toPicture } from './decode-tiff.ts';
import { firstThreeSamples, isStretched, usesColour, type WholePicture } from './display.ts';
import type { FileSource } from './file-source.ts';
import type { Picture } from './picture.ts';
import { sampleArrayType } from './samples.ts';
import { contrastOfRange, finiteRange, type Range } from './stretch.ts';
import { type Bands, openBands } from './tiff-bands.ts';
import type { Tiff } from './tiff-directory.ts';
import type { TiffImage } from './tiff-image.ts';

/** A piece of a picture: whole rows of it from `top` on, valid until the next piece is asked for. */
export interface PicturePiece {
  top: number;
  picture: Picture;
}

/** A picture that is never in memory as a whole. */
export interface StreamedPicture {
  readonly facts: ImageFacts;
  readonly palette: Uint8Array | undefined;
  /** Rows of a piece; the last may have fewer. */
  readonly pieceRows: number;
  /**
   * What display needs to know of the whole, with black and white from the top `rangeRows` rows. Reads the picture only
   * as far as that takes: not at all for plain grey of eight bits.
   */
  survey(rangeRows: number): Promise<Survey>;
  /** The pieces from the top, decoded anew on each call. */
  pieces(survey: Survey): AsyncGenerator<PicturePiece>;
}

export interface Survey extends WholePicture {
  /** Three equal samples a pixel everywhere; undefined where the samples a pixel are fewer. */
  isGrey?: boolean;
}

/**
 * Opens the first page of a TIFF for reading piece by piece. Rejects as decodeTiff does; with `raster/too-large` only
 * where the least that can be decoded at once takes more than `maxBandBytes`.
 */
export async function openStreamedPicture(
  source: Pick<FileSource, 'size' | 'readInto'>,
  tiff: Tiff,
  maxBandBytes: number,
): Promise<StreamedPicture> {
  const [page] = tiff.pages;
  const { image } = page;
  if (image === undefined) throw page.fault ?? new IngestError('raster/corrupt', 'The page describes no picture.');
  assertReadable(image);
  const palette = await readPalette(page, image);
  const bands = await openBands(source, page, image, maxBandBytes);
  const pages = countPages(tiff);
  return {
    facts: imageFacts(image, pages),
    palette,
    pieceRows: bands.rows,
    survey: (rangeRows) => surveyOf(bands, image, palette, rangeRows),
    async *pieces({ isGrey }) {
      for await (const band of bands.read()) {
        yield { top: band.top, picture: toPicture(band.samples, palette, { image: band.image, pages, isGrey }) };
      }
    },
  };
}

/** What is still to be found out by reading on. */
interface Open {
  range: boolean;
  isGrey: boolean;
  usesColour: boolean;
}

async function surveyOf(
  bands: Bands,
  image: TiffImage,
  palette: Uint8Array | undefined,
  rangeRows: number,
): Promise<Survey> {
  const found: Survey = { usesColour: false };
  const indexed = palette !== undefined;
  const open: Open = {
    range: !indexed && isStretched(image, new (sampleArrayType(image))(0)),
    isGrey: image.samplesPerPixel > 2,
    usesColour: indexed && hasColour(palette),
  };
  if (image.samplesPerPixel > 2) found.isGrey = true;
  if (!anyOf(open)) return found;
  const ranges: Ranges = {};
  for await (const { top, samples, image: bandImage } of bands.read()) {
    const picture = toPicture(samples, palette, { image: bandImage, pages: 1 });
    if (open.isGrey && (picture.colour ?? picture.storedColour)) {
      found.isGrey = false;
      found.usesColour = true;
      open.isGrey = false;
    }
    if (open.usesColour && palette && usesColour(picture.plane.data, palette)) {
      found.usesColour = true;
      open.usesColour = false;
    }
    if (open.range) widen(ranges, picture, rangeRows - top);
    if (!anyOf(open)) return found;
  }
  if (!open.range) return found;
  const { plane, colour } = ranges;
  return { ...found, range: contrastOfRange(plane), ...(colour && { colourRange: contrastOfRange(colour) }) };
}

function anyOf({ range, isGrey, usesColour: colour }: Open): boolean {
  return range || isGrey || colour;
}

function hasColour(palette: Uint8Array): boolean {
  return palette.some((value, i) => value !== palette[i - (i % 3)]);
}

/** Black and white so far; undefined where no finite value has been seen. */
interface Ranges {
  plane?: Range | undefined;
  colour?: Range | undefined;
}

function widen(ranges: Ranges, picture: Picture, rows: number): void {
  const { plane, storedColour, facts } = picture;
  const shown = plane.data.subarray(0, Math.max(0, rows) * plane.widthPx);
  ranges.plane = joined(ranges.plane, finiteRange(shown));
  if (facts.samplesPerPixel < 3) return;
  // A piece that is grey by chance has three equal samples a pixel: its plane.
  const colours = storedColour ? firstThreeSamples(picture, plane.data.length) : plane.data;
  ranges.colour = joined(ranges.colour, finiteRange(colours));
}

function joined(known: Range | undefined, more: Range | undefined): Range | undefined {
  if (known === undefined || more === undefined) return known ?? more;
  return { min: Math.min(known.min, more.min), max: Math.max(known.max, more.max) };
}
