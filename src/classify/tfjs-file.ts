import type { io } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';

/**
 * A TensorFlow.js model as one file, `backbone.tfjs`, because a model folder names and checks one file:
 *
 *     file   = "SEMFTFJS", uint32 (little-endian) bytes of the header, header, weights
 *     header = UTF-8 JSON: tf.io.ModelArtifacts without weightData
 *     weights = values of weightSpecs in their order, little-endian, as tfjs-converter writes them into its shards
 */
const MAGIC = 'SEMFTFJS';
const HEADER_AT = MAGIC.length + 4;
/** The topology of Inception-v3 takes 0.3 MB. */
const MAX_HEADER_BYTES = 64 * 2 ** 20;
/** ViT-L/16, the largest network that anybody is likely to bring, has 304 million weights. */
export const MAX_WEIGHT_BYTES = 1280 * 2 ** 20;

const STORED_BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

const WeightSpec = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.enum(['float32', 'int32', 'bool', 'complex64']),
  group: z.enum(['model', 'optimizer']).optional(),
  quantization: z
    .object({ scale: z.number().optional(), min: z.number().optional(), dtype: z.enum(['uint8', 'uint16', 'float16']) })
    .optional(),
});
type WeightSpec = z.infer<typeof WeightSpec>;

const Anything = z.record(z.string(), z.unknown());
const Header = z.object({
  format: z.enum(['graph-model', 'layers-model']),
  generatedBy: z.string().optional(),
  convertedBy: z.string().nullish(),
  signature: Anything.optional(),
  userDefinedMetadata: Anything.optional(),
  modelInitializer: Anything.optional(),
  initializerSignature: Anything.optional(),
  modelTopology: Anything,
  weightSpecs: z.array(WeightSpec),
});

/** What a backbone is made of: a graph model or a layers model, with all its weights in one buffer. */
export type TfjsModel = io.ModelArtifacts & {
  format: 'graph-model' | 'layers-model';
  modelTopology: object;
  weightSpecs: io.WeightsManifestEntry[];
  weightData: ArrayBuffer;
};

/**
 * The bytes of `backbone.tfjs`; the same model gives the same bytes. What is only for training (optimizer, loss) and what
 * TensorFlow.js does not need to load the model is left out. Throws `classify/model` where `model` is none that
 * {@link decodeTfjsModel} would read.
 */
export function encodeTfjsModel(model: io.ModelArtifacts): Uint8Array {
  const { header, weightBytes } = checked(model, 'Writing');
  const buffers = [model.weightData ?? []].flat().map((buffer) => new Uint8Array(buffer));
  const found = buffers.reduce((sum, { length }) => sum + length, 0);
  assertWeightBytes(found, weightBytes, 'Writing');
  const json = new TextEncoder().encode(JSON.stringify(header));
  assertHeaderBytes(json.length, 'Writing');
  const bytes = new Uint8Array(HEADER_AT + json.length + weightBytes);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(MAGIC.length, json.length, true);
  bytes.set(json, HEADER_AT);
  let offset = HEADER_AT + json.length;
  for (const buffer of buffers) {
    bytes.set(buffer, offset);
    offset += buffer.length;
  }
  return bytes;
}

/** Reads `backbone.tfjs`; throws `classify/model` where the bytes are no such file or were cut short. */
export function decodeTfjsModel(bytes: Uint8Array): TfjsModel {
  if (!isTfjsModel(bytes)) {
    throw new IngestError(
      'classify/model',
      `Reading a TensorFlow.js model, expected a file that begins with "${MAGIC}", found another of ${bytes.length} bytes.`,
    );
  }
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  assertHeaderBytes(headerBytes, 'Reading');
  const weightsAt = HEADER_AT + headerBytes;
  const { header, weightBytes } = checked(parseHeader(bytes.subarray(HEADER_AT, weightsAt)), 'Reading');
  assertWeightBytes(bytes.length - weightsAt, weightBytes, 'Reading');
  // A copy: TensorFlow.js takes an ArrayBuffer from its beginning.
  const weightData = new Uint8Array(bytes.subarray(weightsAt)).buffer;
  return { ...(header as Omit<TfjsModel, 'weightData'>), weightData };
}

/** Whether a file begins as `backbone.tfjs` does. */
export function isTfjsModel(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_AT && new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
}

function parseHeader(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw new IngestError(
      'classify/model',
      `Reading a TensorFlow.js model, expected JSON as its header: ${errorMessage(cause)}`,
      {
        cause,
      },
    );
  }
}

function checked(found: unknown, doing: string): { header: z.infer<typeof Header>; weightBytes: number } {
  const { data, error } = Header.safeParse(found);
  if (error !== undefined) {
    throw new IngestError('classify/model', `${doing} a TensorFlow.js model, found faults: ${z.prettifyError(error)}`);
  }
  return { header: data, weightBytes: data.weightSpecs.reduce((sum, spec) => sum + storedBytes(spec), 0) };
}

function storedBytes({ shape, dtype, quantization }: WeightSpec): number {
  return shape.reduce((count, side) => count * side, STORED_BYTES[quantization?.dtype ?? dtype]);
}

function assertHeaderBytes(found: number, doing: string): void {
  if (found <= MAX_HEADER_BYTES) return;
  throw new IngestError(
    'classify/model',
    `${doing} a TensorFlow.js model, expected a header of ${MAX_HEADER_BYTES} bytes at most, found ${found}.`,
  );
}

function assertWeightBytes(found: number, stated: number, doing: string): void {
  if (stated > MAX_WEIGHT_BYTES) {
    throw new IngestError(
      'classify/model',
      `${doing} a TensorFlow.js model, expected ${MAX_WEIGHT_BYTES} bytes of weights at most, found ${stated}.`,
    );
  }
  if (found === stated) return;
  throw new IngestError(
    'classify/model',
    `${doing} a TensorFlow.js model, expected ${stated} bytes of weights as its header says, found ${found}.`,
  );
}
