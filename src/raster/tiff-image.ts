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

type ReadNumbers = (tag: number, maxCount?: number) => Promise<Float64Array | undefined>;

/** Samples whose depth and format are compared; more samples than these are refused by the decoder anyway. */
const SAMPLES_COMPARED = 16;

function corrupt(message: string): IngestError {
  return new IngestError('raster/corrupt', message);
}

/** Reads the structure of a page; rejects with `raster/corrupt` or `raster/truncated` where it makes no sense. */
export async function readImageStructure(numbers: ReadNumbers): Promise<TiffImage> {
  const first = async (tag: number): Promise<number | undefined> => (await numbers(tag, 1))?.[0];
  const widthPx = dimension(await first(TAG.imageWidth), 'width');
  const heightPx = dimension(await first(TAG.imageLength), 'height');
  const samplesPerPixel = (await first(TAG.samplesPerPixel)) ?? 1;
  if (!Number.isInteger(samplesPerPixel) || samplesPerPixel < 1) {
    throw corrupt(`A pixel has at least one sample, the directory says ${samplesPerPixel}.`);
  }
  const bitsPerSample = common('bits a sample', await numbers(TAG.bitsPerSample, SAMPLES_COMPARED), 1);
  const chunk = await chunkSize(first, widthPx, heightPx);
  const reduced = ((await first(TAG.newSubfileType)) ?? 0) & 5;
  return {
    widthPx,
    heightPx,
    bitsPerSample,
    sampleFormat: sampleFormat(common('the sample format', await numbers(TAG.sampleFormat, SAMPLES_COMPARED), 1)),
    samplesPerPixel,
    compression: (await first(TAG.compression)) ?? COMPRESSION.none,
    photometric: (await first(TAG.photometric)) ?? 1,
    planar: samplesPerPixel > 1 && (await first(TAG.planarConfiguration)) === 2,
    predictor: (await first(TAG.predictor)) ?? 1,
    fillOrder: (await first(TAG.fillOrder)) ?? 1,
    orientation: (await first(TAG.orientation)) ?? 1,
    isFullPicture: reduced === 0 && (await first(TAG.oldSubfileType)) !== 2,
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

async function chunkSize(first: (tag: number) => Promise<number | undefined>, widthPx: number, heightPx: number) {
  const tileWidth = await first(TAG.tileWidth);
  const tileHeight = await first(TAG.tileLength);
  if (tileWidth !== undefined && tileHeight !== undefined) {
    return {
      tiled: true,
      chunkWidthPx: dimension(tileWidth, 'width of a tile'),
      chunkHeightPx: dimension(tileHeight, 'height of a tile'),
    };
  }
  const rows = (await first(TAG.rowsPerStrip)) ?? heightPx;
  const chunkHeightPx = Number.isInteger(rows) && rows > 0 ? Math.min(rows, heightPx) : heightPx;
  return { tiled: false, chunkWidthPx: widthPx, chunkHeightPx };
}
