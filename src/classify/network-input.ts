import { IngestError } from '../domain/errors.ts';
import type { BackboneInterface, Normalisation } from './backbone-schema.ts';

/** What a network takes: squares of `inputSize` pixels, as bytes or as normalised numbers. */
export interface NetworkInput extends Pick<BackboneInterface, 'layout' | 'channels' | 'normalise'> {
  inputSize: number;
  type: 'uint8' | 'float32';
}

/** Mean and standard deviation of ImageNet's red, green and blue between 0 and 1, as torchvision has them. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], scale: [0.229, 0.224, 0.225] };
const WHITE = 255;

/** Shape of the tensor of `count` pictures. */
export function inputShape({ layout, channels, inputSize }: NetworkInput, count: number): number[] {
  return layout === 'nchw' ? [count, channels, inputSize, inputSize] : [count, inputSize, inputSize, channels];
}

/** What {@link inputShape}'s tensor holds of grey pictures that lie one after the other; bytes of one channel are not copied. */
export type FillInput = (images: Uint8Array) => Uint8Array | Float32Array;

/** Throws `classify/model` where the normalisation does not fit the network's input. */
export function inputFiller(input: NetworkInput): FillInput {
  const { channels, layout, type, inputSize } = input;
  const pixels = inputSize * inputSize;
  if (type === 'uint8') {
    if (input.normalise !== 'none') throw unfit('none, because the network takes bytes', input.normalise);
    if (channels === 1) return (images) => images;
    return (images) => spread(images, new Uint8Array(images.length * channels), { layout, pixels, tables: undefined });
  }
  const tables = levelTables(input);
  return (images) => spread(images, new Float32Array(images.length * channels), { layout, pixels, tables });
}

/** `(level - mean) / scale` of a normalisation, for each channel. */
export function normaliserOf(normalise: Normalisation, channels: 1 | 3): { mean: number[]; scale: number[] } {
  const { mean, scale } = formula(normalise);
  const fits = (values: readonly number[]): boolean => values.length === 1 || values.length === channels;
  if (!fits(mean) || !fits(scale))
    throw unfit(`numbers for ${channels} channel${channels === 1 ? '' : 's'}`, normalise);
  const each = (values: readonly number[]): number[] =>
    Array.from({ length: channels }, (_, channel) => values[values.length === 1 ? 0 : channel] ?? 0);
  return { mean: each(mean), scale: each(scale) };
}

function formula(normalise: Normalisation): { mean: number[]; scale: number[] } {
  switch (normalise) {
    case 'none':
      return { mean: [0], scale: [1] };
    case '0..1':
      return { mean: [0], scale: [WHITE] };
    case '-1..1':
      return { mean: [WHITE / 2], scale: [WHITE / 2] };
    case 'imagenet':
      return { mean: IMAGENET.mean.map((one) => one * WHITE), scale: IMAGENET.scale.map((one) => one * WHITE) };
    default:
      return normalise;
  }
}

function unfit(expected: string, found: Normalisation): IngestError {
  return new IngestError(
    'classify/model',
    `Normalising the input of a backbone, expected ${expected}, found ${JSON.stringify(found)}.`,
  );
}

/** For each channel the number that stands for each of the 256 grey levels. */
function levelTables({ normalise, channels }: NetworkInput): Float32Array[] {
  const { mean, scale } = normaliserOf(normalise, channels);
  return mean.map((centre, channel) =>
    Float32Array.from({ length: 256 }, (_, level) => (level - centre) / (scale[channel] ?? 1)),
  );
}

interface Spread {
  layout: BackboneInterface['layout'];
  /** Of one picture. */
  pixels: number;
  /** Undefined: levels stay as they are. */
  tables: readonly Float32Array[] | undefined;
}

function spread<Values extends Uint8Array | Float32Array>(
  images: Uint8Array,
  values: Values,
  { layout, pixels, tables }: Spread,
): Values {
  const channels = values.length / images.length;
  const step = layout === 'nchw' ? 1 : channels;
  const nextChannel = layout === 'nchw' ? pixels : 1;
  for (let start = 0; start < images.length; start += pixels) {
    for (let channel = 0; channel < channels; channel += 1) {
      const table = tables?.[channel];
      let at = start * channels + channel * nextChannel;
      for (let pixel = start; pixel < start + pixels; pixel += 1, at += step) {
        const level = images[pixel] as number;
        values[at] = table === undefined ? level : (table[level] as number);
      }
    }
  }
  return values;
}
