import { z } from 'zod';

/** Names of what is done with grey levels before a network sees them: see {@link normaliserOf}. */
export const NORMALISATIONS = ['none', '0..1', '-1..1', 'imagenet'] as const;

const PerChannel = z.array(z.number()).min(1).max(3);

const Normalisation = z.union([
  z.enum(NORMALISATIONS),
  /** (grey level - mean) / scale, for each channel or one for all; grey levels are 0 to 255. */
  z.strictObject({ mean: PerChannel, scale: z.array(z.number().positive()).min(1).max(3) }),
]);
export type Normalisation = z.infer<typeof Normalisation>;

/** How a backbone takes pictures and gives embeddings. */
export const BackboneInterface = z.strictObject({
  format: z.enum(['onnx', 'tfjs']),
  input: z.string().min(1),
  output: z.string().min(1),
  layout: z.enum(['nchw', 'nhwc']),
  /** Of the input; three get the same grey. */
  channels: z.union([z.literal(1), z.literal(3)]),
  normalise: Normalisation,
  /** Axis of the output that holds the features; the embedding is their mean over the other axes but the first. */
  featureAxis: z.int().min(1).max(3),
});
export type BackboneInterface = z.infer<typeof BackboneInterface>;

/** That of the shipped backbones, and of every model that states none. */
export const DEFAULT_INTERFACE: BackboneInterface = {
  format: 'onnx',
  input: 'image',
  output: 'embedding',
  layout: 'nchw',
  channels: 1,
  normalise: 'none',
  featureAxis: 1,
};

/** Name of the file of a backbone in a model folder. */
export function backboneFile(face: BackboneInterface | undefined): string {
  return face?.format === 'tfjs' ? 'backbone.tfjs' : 'backbone.onnx';
}
