import { errorMessage, IngestError } from '../domain/errors.ts';
import type { BackboneInterface } from './backbone-schema.ts';
import type { InferenceBackend } from './backend.ts';
import { inputFiller, inputShape, type NetworkInput } from './network-input.ts';

/** A tensor that a network takes or gives; a size that is only known when it runs is undefined, as is an unknown shape. */
export interface NetworkPort {
  name: string;
  /** `uint8` where it takes grey levels as whole numbers, `float32`, or what the runtime calls it. */
  type: string;
  shape: readonly (number | undefined)[] | undefined;
}

export interface Features {
  values: Float32Array;
  shape: readonly number[];
}

/** A network as its runtime opens it, before anybody says what of it are pictures and embeddings. */
export interface Network {
  /** Of the runtime. */
  readonly name: string;
  readonly inputs: readonly NetworkPort[];
  readonly outputs: readonly NetworkPort[];
  /** Computes one tensor from one; the numbers it gives are the caller's. */
  run(
    input: { name: string; values: Uint8Array | Float32Array; shape: readonly number[] },
    output: string,
  ): Promise<Features>;
  close(): Promise<void>;
}

export interface EmbeddingOptions {
  interface: BackboneInterface;
  /** Needed where the network takes any size. */
  inputSize?: number | undefined;
}

/**
 * The embeddings of a network by its interface. Closes the network and throws `classify/model` where they do not fit each
 * other.
 */
export async function backendOf(network: Network, options: EmbeddingOptions): Promise<InferenceBackend> {
  try {
    return await openBackend(network, options);
  } catch (error) {
    await network.close();
    throw error;
  }
}

async function openBackend(network: Network, options: EmbeddingOptions): Promise<InferenceBackend> {
  const { input, output, featureAxis } = options.interface;
  const port = portOf(network.inputs, input, 'input');
  const fed = networkInput(port, options);
  const fill = inputFiller(fed);
  const run = async (images: Uint8Array, count: number): Promise<Features> =>
    await network.run({ name: input, values: fill(images), shape: inputShape(fed, count) }, output);
  const pixels = fed.inputSize * fed.inputSize;
  const embeddingLength = statedLength(network, options.interface) ?? (await probe(run, pixels, featureAxis));
  // Some networks were exported for one picture at a time.
  const most = port.shape?.[0] === 1 ? 1 : Number.POSITIVE_INFINITY;
  const embedOnce = async (images: Uint8Array, count: number): Promise<Float32Array> => {
    const embedding = meanFeatures(await run(images, count), featureAxis);
    if (embedding.length === count * embeddingLength) return embedding;
    throw new Error(`expected ${count * embeddingLength} numbers, found ${embedding.length}`);
  };
  return {
    name: network.name,
    embeddingLength,
    inputSize: fed.inputSize,
    async embed(images, count) {
      assertPictures(images, count, fed.inputSize);
      try {
        if (count <= most) return await embedOnce(images, count);
        const embeddings = new Float32Array(count * embeddingLength);
        for (let at = 0; at < count; at += 1) {
          embeddings.set(await embedOnce(images.subarray(at * pixels, (at + 1) * pixels), 1), at * embeddingLength);
        }
        return embeddings;
      } catch (cause) {
        throw new IngestError('classify/inference', `Embedding ${count} pictures failed: ${errorMessage(cause)}`, {
          cause,
        });
      }
    },
    close: () => network.close(),
  };
}

function assertPictures(images: Uint8Array, count: number, inputSize: number): void {
  const expected = count * inputSize * inputSize;
  if (images.length === expected && count >= 1) return;
  throw new IngestError(
    'classify/inference',
    `Embedding ${count} pictures of ${inputSize} x ${inputSize}, expected ${expected} bytes, found ${images.length}.`,
  );
}

function portOf(ports: readonly NetworkPort[], name: string, what: string): NetworkPort {
  const found = ports.find((port) => port.name === name);
  if (found !== undefined) return found;
  throw new IngestError(
    'classify/model',
    `Opening a backbone, expected the ${what} "${name}", found: ${portNames(ports)}.`,
  );
}

/** Names and shapes, for a message. */
export function portNames(ports: readonly NetworkPort[]): string {
  return ports.map(({ name, type, shape }) => `${name} ${type} ${shapeText(shape)}`).join(', ') || 'none';
}

export function shapeText(shape: NetworkPort['shape']): string {
  return shape === undefined ? '[?]' : `[${shape.map((side) => side ?? '?').join(', ')}]`;
}

function networkInput(
  { name, type, shape }: NetworkPort,
  { interface: face, inputSize }: EmbeddingOptions,
): NetworkInput {
  const { layout, channels, normalise } = face;
  const [, second, third, fourth] = shape ?? [];
  const [depth, height, width] = layout === 'nchw' ? [second, third, fourth] : [fourth, second, third];
  const wanted = layout === 'nchw' ? `[batch, ${channels}, size, size]` : `[batch, size, size, ${channels}]`;
  const isSquare = height === undefined || width === undefined || height === width;
  if ((shape !== undefined && shape.length !== 4) || (depth ?? channels) !== channels || !isSquare) {
    throw new IngestError(
      'classify/model',
      `Opening a backbone, expected the input "${name}" to be ${wanted}, found ${shapeText(shape)}.`,
    );
  }
  if (type !== 'uint8' && type !== 'float32') {
    throw new IngestError(
      'classify/model',
      `Opening a backbone, expected the input "${name}" to be of uint8 or float32, found ${type}.`,
    );
  }
  const stated = height ?? width;
  const size = stated ?? inputSize;
  if (size === undefined || (inputSize !== undefined && size !== inputSize)) {
    throw new IngestError(
      'classify/model',
      `Opening a backbone, expected an input of ${inputSize ?? 'a known size'}${inputSize === undefined ? '' : ' px'}, found ${shapeText(shape)}.`,
    );
  }
  return { inputSize: size, layout, channels, normalise, type };
}

/** Numbers in an embedding, where the network's shape says so. */
function statedLength({ outputs }: Network, { output, featureAxis }: BackboneInterface): number | undefined {
  const port = outputs.find(({ name }) => name === output);
  if (port === undefined) return undefined;
  if (port.type !== 'float32') {
    throw new IngestError(
      'classify/model',
      `Opening a backbone, expected the output "${output}" to be of float32, found ${port.type}.`,
    );
  }
  const length = port.shape?.[featureAxis];
  return length !== undefined && length > 0 ? length : undefined;
}

async function probe(
  run: (images: Uint8Array, count: number) => Promise<Features>,
  pixels: number,
  featureAxis: number,
): Promise<number> {
  try {
    return meanFeatures(await run(new Uint8Array(pixels), 1), featureAxis).length;
  } catch (cause) {
    throw new IngestError(
      'classify/model',
      `Opening a backbone, it failed on a black picture: ${errorMessage(cause)}`,
      {
        cause,
      },
    );
  }
}

/** Means of features [count, ..., length, ...] over all axes but the first and `axis`: [count x length]. */
export function meanFeatures({ values, shape }: Features, axis: number): Float32Array {
  const length = shape[axis];
  if (length === undefined || axis === 0 || shape.length < 2) {
    throw new Error(`expected features along axis ${axis}, found the shape ${shapeText(shape)}`);
  }
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const outer = shape.slice(1, axis).reduce((product, side) => product * side, 1);
  if (inner * outer === 1) return values;
  const count = shape[0] ?? 0;
  const means = new Float32Array(count * length);
  for (let at = 0; at < means.length; at += 1) {
    const image = Math.floor(at / length);
    const feature = at % length;
    let sum = 0;
    for (let o = 0; o < outer; o += 1) {
      const start = ((image * outer + o) * length + feature) * inner;
      for (let i = start; i < start + inner; i += 1) sum += values[i] as number;
    }
    means[at] = sum / (inner * outer);
  }
  return means;
}
