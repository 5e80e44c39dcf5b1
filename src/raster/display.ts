import type { ImageFacts } from '../domain/record.ts';
import type { Grey8, Picture, Rgb8, SampleArray, StoredColour } from './picture.ts';
import { type Allocate, newBytes } from './samples.ts';
import { type Contrast, contrastOf, mapped, stretched, stretchTable } from './stretch.ts';

export type { Contrast } from './stretch.ts';

export interface DisplayOptions {
  /** Rows from the top that are wanted; default all. */
  rows?: number;
  /** Rows from the top that set black and white of stretched pictures; default `rows`. A data bar should not. */
  rangeRows?: number;
  /** Of a picture that is a piece of a larger one: what the larger one is like. */
  whole?: WholePicture;
  /** Lends the memory of what is shown, where that is none of the picture's own; default new memory. */
  allocate?: Allocate;
}

/** What can be told of a picture only from all of its pixels. */
export interface WholePicture {
  /** Black and white of stretched grey. */
  range?: Contrast;
  /** Black and white of stretched colour: over all its channels. */
  colourRange?: Contrast;
  /** It is true colour, or a coloured entry of its palette is used. */
  usesColour: boolean;
}

/** Depths from here on have no agreed white: they are stretched from the darkest to the brightest value. */
const FIRST_STRETCHED_BITS = 9;

/**
 * The picture as a person sees it: colour maps applied (Rec. 601 luminance), min-is-white inverted, colour as its
 * luminance. Up to 8 unsigned bits the full range of the depth becomes 0 to 255; deeper, signed and floating-point
 * pictures are stretched once from their own minimum to maximum (constant: 0; NaN: 0). Plain 8-bit grey is not copied.
 */
export function toGrey8(picture: Picture, options: DisplayOptions = {}): Grey8 {
  const { widthPx } = picture.plane;
  const heightPx = Math.min(options.rows ?? picture.plane.heightPx, picture.plane.heightPx);
  const data = picture.plane.data.subarray(0, widthPx * heightPx);
  return { widthPx, heightPx, data: greyOf(picture, data, options) };
}

function greyOf(picture: Picture, data: SampleArray, options: DisplayOptions): Uint8Array {
  const { facts, palette } = picture;
  const inverted = facts.photometric === 'min-is-white';
  if (palette && isIndices(data)) return mapped(data, paletteGreys(palette), options.allocate);
  if (data instanceof Uint8Array && !isStretched(facts, data)) {
    if (facts.bitsPerSample === 8 && !inverted) return data;
    const white = 2 ** facts.bitsPerSample - 1;
    const table = stretchTable(256, { min: 0, max: white, constant: false }, inverted);
    return mapped(data, table, options.allocate);
  }
  const range = options.whole?.range ?? contrast(picture, rangeOption(options));
  if (data instanceof Uint16Array) return mapped(data, stretchTable(65_536, range, inverted), options.allocate);
  return stretched(data, range, inverted);
}

/** Whether grey values without a palette are stretched from their own minimum to maximum. */
export function isStretched(facts: Pick<ImageFacts, 'bitsPerSample'>, data: SampleArray): boolean {
  return !(data instanceof Uint8Array) || facts.bitsPerSample >= FIRST_STRETCHED_BITS;
}

function rangeOption({ rows, rangeRows }: DisplayOptions): { rows?: number } {
  const limit = rangeRows ?? rows;
  return limit === undefined ? {} : { rows: limit };
}

function isIndices(data: SampleArray): data is Uint8Array | Uint16Array {
  return data instanceof Uint8Array || data instanceof Uint16Array;
}

function paletteGreys(palette: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: palette.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = palette.subarray(3 * i, 3 * i + 3);
    return Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000);
  });
}

/** Smallest and largest finite stored value of the top `rows` rows. */
export function contrast(picture: Picture, options: { rows?: number } = {}): Contrast {
  const { widthPx, heightPx, data } = picture.plane;
  return contrastOf(data.subarray(0, widthPx * Math.min(options.rows ?? heightPx, heightPx)));
}

/**
 * The picture in colour, where it has any: true colour (deep samples stretched once over all channels), or a palette of
 * which a coloured entry is used. Undefined for what {@link toGrey8} shows as well.
 */
export function toRgb8(picture: Picture, options: DisplayOptions = {}): Rgb8 | undefined {
  const { widthPx } = picture.plane;
  const heightPx = Math.min(options.rows ?? picture.plane.heightPx, picture.plane.heightPx);
  const pixels = widthPx * heightPx;
  if (picture.colour) return { widthPx, heightPx, data: picture.colour.data.subarray(0, 3 * pixels) };
  if (picture.storedColour) return { widthPx, heightPx, data: deepColour(picture, pixels, options.whole?.colourRange) };
  const indices = picture.plane.data.subarray(0, pixels);
  if (!picture.palette || !isIndices(indices)) return undefined;
  if (!(options.whole?.usesColour ?? usesColour(indices, picture.palette))) return undefined;
  return { widthPx, heightPx, data: paletteColours(indices, picture.palette, options.allocate) };
}

/** Whether one of the indices is that of an entry that is not grey. */
export function usesColour(indices: SampleArray, palette: Uint8Array): boolean {
  const coloured = Uint8Array.from({ length: palette.length / 3 }, (_, i) => {
    const red = palette[3 * i];
    return palette[3 * i + 1] !== red || palette[3 * i + 2] !== red ? 1 : 0;
  });
  if (!coloured.includes(1)) return false;
  for (let i = 0; i < indices.length; i++) if (coloured[indices[i] as number] === 1) return true;
  return false;
}

function paletteColours(
  indices: Uint8Array | Uint16Array,
  palette: Uint8Array,
  allocate: Allocate = newBytes,
): Uint8Array {
  const rgb = allocate(indices.length * 3).subarray(0, indices.length * 3);
  for (let i = 0, to = 0; i < indices.length; i++) {
    const from = 3 * (indices[i] as number);
    rgb[to++] = palette[from] as number;
    rgb[to++] = palette[from + 1] as number;
    rgb[to++] = palette[from + 2] as number;
  }
  return rgb;
}

/** The first three samples of the top pixels, stretched once over all of them (or as `range` says). */
function deepColour(picture: Picture, pixels: number, range?: Contrast): Uint8Array {
  const rgb = firstThreeSamples(picture, pixels);
  return stretched(rgb, range ?? contrastOf(rgb), false);
}

/** The first three samples of the top pixels of a deep colour picture, side by side. */
export function firstThreeSamples({ plane, storedColour }: Picture, pixels: number): SampleArray {
  const { shape, planar, data } = storedColour as StoredColour;
  const pixelStep = planar ? 1 : shape[2];
  const sampleStep = planar ? plane.widthPx * plane.heightPx : 1;
  const rgb = data.slice(0, 3 * pixels);
  for (let pixel = 0, to = 0; pixel < pixels; pixel++) {
    for (let sample = 0; sample < 3; sample++) rgb[to++] = data[pixel * pixelStep + sample * sampleStep] as number;
  }
  return rgb;
}
