import { IngestError } from '../domain/errors.ts';
import type { Picture, Rgb8, SampleArray } from './picture.ts';

/** Samples of several a pixel, side by side or (planar) one plane after the other. */
export interface MultiSamples {
  widthPx: number;
  heightPx: number;
  samplesPerPixel: number;
  planar: boolean;
  data: SampleArray;
}

type NumberArray = Exclude<SampleArray, BigUint64Array | BigInt64Array>;

function emptyLike<T extends SampleArray>(data: T, length: number): T {
  return new (data.constructor as new (length: number) => T)(length);
}

/** Distance of one sample from the next, of one pixel from the next. */
function steps({ widthPx, heightPx, samplesPerPixel, planar }: MultiSamples): { sample: number; pixel: number } {
  return planar ? { sample: widthPx * heightPx, pixel: 1 } : { sample: 1, pixel: samplesPerPixel };
}

/** One sample of every pixel as a plane of its own. */
export function samplePlane(samples: MultiSamples, which: number): SampleArray {
  const { data, widthPx, heightPx, planar } = samples;
  const pixels = widthPx * heightPx;
  if (planar) return data.subarray(which * pixels, (which + 1) * pixels);
  const { pixel } = steps(samples);
  const plane = emptyLike(data, pixels);
  for (let i = 0, at = which; i < pixels; i++, at += pixel) plane[i] = data[at] as number;
  return plane;
}

/** Whether the first three samples of every pixel are equal: grey that was stored as colour. */
export function isGreyAsColour(samples: MultiSamples): boolean {
  const { data, widthPx, heightPx } = samples;
  const { sample, pixel } = steps(samples);
  const end = widthPx * heightPx * pixel;
  for (let at = 0; at < end; at += pixel) {
    const red = data[at];
    if (data[at + sample] !== red || data[at + 2 * sample] !== red) return false;
  }
  return true;
}

/** Rec. 601 weights in thousandths: their sums are exact in a double for samples of up to 32 bits. */
const RED = 299;
const GREEN = 587;
const BLUE = 114;

/** The plane and the exact colours of a true-colour picture. Throws `raster/unsupported` for 64-bit integer samples. */
export function colourPicture(samples: MultiSamples): Pick<Picture, 'plane' | 'colour' | 'storedColour'> {
  const { widthPx, heightPx, samplesPerPixel, planar, data } = samples;
  if (data instanceof BigUint64Array || data instanceof BigInt64Array) {
    throw new IngestError('raster/unsupported', 'True colour of 64-bit integers cannot be turned into one grey plane.');
  }
  const plane = { widthPx, heightPx, data: luminance(samples, data) };
  const asStored = planar
    ? ([samplesPerPixel, heightPx, widthPx] as const)
    : ([heightPx, widthPx, samplesPerPixel] as const);
  const storedColour = { shape: asStored, planar, data };
  if (!(data instanceof Uint8Array)) return { plane, storedColour };
  if (!planar && samplesPerPixel === 3) return { plane, colour: { widthPx, heightPx, data } };
  return { plane, colour: interleaved(samples, data), storedColour };
}

function luminance(samples: MultiSamples, data: NumberArray): NumberArray {
  const { sample, pixel } = steps(samples);
  const plane = emptyLike(data, samples.widthPx * samples.heightPx);
  const half = data instanceof Float32Array || data instanceof Float64Array ? undefined : 500;
  for (let i = 0, at = 0; i < plane.length; i++, at += pixel) {
    const green = data[at + sample] as number;
    const sum = RED * (data[at] as number) + GREEN * green + BLUE * (data[at + 2 * sample] as number);
    plane[i] = half === undefined ? sum / 1000 : Math.floor((sum + half) / 1000);
  }
  return plane;
}

function interleaved(samples: MultiSamples, data: Uint8Array): Rgb8 {
  const { widthPx, heightPx } = samples;
  const { sample, pixel } = steps(samples);
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let at = 0, to = 0; to < rgb.length; at += pixel) {
    rgb[to++] = data[at] as number;
    rgb[to++] = data[at + sample] as number;
    rgb[to++] = data[at + 2 * sample] as number;
  }
  return { widthPx, heightPx, data: rgb };
}
