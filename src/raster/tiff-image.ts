import { IngestError } from '../domain/errors.ts';
import { COMPRESSION, TAG } from './tiff-format.ts';

/** How the samples of one page are laid out. Offsets of strips and tiles are read later: see tiff-chunks.ts. */
export interface TiffImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bitsPerSample: number;
  readonly sampleFormat: 'uint' | 'int' | 'float' | 'complex';
  readonly samplesPerPixel: number;
  readonly compression: number;
  readonly photometric: number;
  readonly planar: boolean;
  readonly predictor: number;
  /** 2: the bits of each byte run from the lowest to the highest. */
  readonly fillOrder: number;
  /** 1 to 8 as in TIFF 6.0; rows are never turned by it here. */
  readonly orientation: number;
  /** False where the directory calls itself a reduced copy or a mask. */
  readonly isFullPicture: boolean;
  readonly tiled: boolean;
  /** Size of a tile, or of a strip (whose width is the picture's); the last strip may be lower. */
  readonly chunkWidthPx: number;
  readonly chunkHeightPx: number;
}

/** Values of the tags that {@link STRUCTURE_TAGS} lists, as many of each. */
export interface StructureValues {
  /** The first value alone. */
  first: (tag: number) => number | undefined;
  all: (tag: number) => Float64Array | undefined;
}

/** Samples whose depth and format are compared; more samples than these are refused by the decoder anyway. */
const SAMPLES_COMPARED = 16;

/** The tags that describe the layout of the samples, and how many values of each are asked for. */
export const STRUCTURE_TAGS: ReadonlyMap<number, number> = new Map([
  [TAG.newSubfileType, 1],
  [TAG.oldSubfileType, 1],
  [TAG.imageWidth, 1],
  [TAG.imageLength, 1],
  [TAG.bitsPerSample, SAMPLES_COMPARED],
  [TAG.compression, 1],
  [TAG.photometric, 1],
  [TAG.fillOrder, 1],
  [TAG.orientation, 1],
  [TAG.samplesPerPixel, 1],
  [TAG.rowsPerStrip, 1],
  [TAG.planarConfiguration, 1],
  [TAG.predictor, 1],
  [TAG.tileWidth, 1],
  [TAG.tileLength, 1],
  [TAG.sampleFormat, SAMPLES_COMPARED],
]);

function corrupt(message: string): IngestError {
  return new IngestError('raster/corrupt', message);
}

/**
 * The structure of a page.
 * @throws IngestError `raster/corrupt` or `raster/unsupported` where it makes no sense, and what `values` throws.
 */
export function readImageStructure({ first, all }: StructureValues): TiffImage {
  const widthPx = dimension(first(TAG.imageWidth), 'width');
  const heightPx = dimension(first(TAG.imageLength), 'height');
  const samplesPerPixel = first(TAG.samplesPerPixel) ?? 1;
  if (!Number.isInteger(samplesPerPixel) || samplesPerPixel < 1) {
    throw corrupt(`A pixel has at least one sample, the directory says ${samplesPerPixel}.`);
  }
  const bitsPerSample = common('bits a sample', all(TAG.bitsPerSample), 1);
  const chunk = chunkSize(first, widthPx, heightPx);
  const reduced = (first(TAG.newSubfileType) ?? 0) & 5;
  return {
    widthPx,
    heightPx,
    bitsPerSample,
    sampleFormat: sampleFormat(common('the sample format', all(TAG.sampleFormat), 1)),
    samplesPerPixel,
    compression: first(TAG.compression) ?? COMPRESSION.none,
    photometric: first(TAG.photometric) ?? 1,
    planar: samplesPerPixel > 1 && first(TAG.planarConfiguration) === 2,
    predictor: first(TAG.predictor) ?? 1,
    fillOrder: first(TAG.fillOrder) ?? 1,
    orientation: first(TAG.orientation) ?? 1,
    isFullPicture: reduced === 0 && first(TAG.oldSubfileType) !== 2,
    ...chunk,
  };
}

function dimension(value: number | undefined, what: string): number {
  if (value === undefined) throw corrupt(`The directory does not state the ${what} of the picture.`);
  if (!Number.isInteger(value) || value < 1) throw corrupt(`The ${what} of a picture is at least 1, found ${value}.`);
  return value;
}

function common(what: string, values: Float64Array | undefined, fallback: number): number {
  const value = values?.[0] ?? fallback;
  if (values?.some((other) => other !== value)) {
    const message = `Expected ${what} to be the same for all samples, found ${values.join(', ')}.`;
    throw new IngestError('raster/unsupported', message);
  }
  if (!Number.isInteger(value) || value < 1) throw corrupt(`Expected ${what} to be at least 1, found ${value}.`);
  return value;
}

function sampleFormat(value: number): TiffImage['sampleFormat'] {
  if (value === 2) return 'int';
  if (value === 3) return 'float';
  return value === 5 || value === 6 ? 'complex' : 'uint';
}

function chunkSize(first: StructureValues['first'], widthPx: number, heightPx: number) {
  const tileWidth = first(TAG.tileWidth);
  const tileHeight = first(TAG.tileLength);
  if (tileWidth !== undefined && tileHeight !== undefined) {
    return {
      tiled: true,
      chunkWidthPx: dimension(tileWidth, 'width of a tile'),
      chunkHeightPx: dimension(tileHeight, 'height of a tile'),
    };
  }
  const rows = first(TAG.rowsPerStrip) ?? heightPx;
  const chunkHeightPx = Number.isInteger(rows) && rows > 0 ? Math.min(rows, heightPx) : heightPx;
  return { tiled: false, chunkWidthPx: widthPx, chunkHeightPx };
}
