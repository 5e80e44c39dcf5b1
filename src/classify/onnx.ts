import * as ort from 'onnxruntime-node';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { InferenceBackend } from './backend.ts';

const INPUT = 'image';
const OUTPUT = 'embedding';

export interface OnnxOptions {
  /** Inference threads; one a worker process, because two on a busy machine are slower than one (measured). */
  threads?: number;
}

/**
 * Opens an ONNX backbone: input `image` uint8 [n, 1, size, size], output `embedding` float32 [n, length]; other outputs
 * are never computed. Throws `classify/model` where `bytes` are no such model.
 */
export async function openOnnxBackend(bytes: Uint8Array, { threads = 1 }: OnnxOptions = {}): Promise<InferenceBackend> {
  const session = await createSession(bytes, threads, 'a backbone');
  const inputSize = checkedInput(session);
  const embeddingLength = checkedOutput(session);
  return {
    name: 'onnx',
    embeddingLength,
    inputSize,
    embed: (images, count) => embed(session, { inputSize, embeddingLength }, images, count),
    close: () => session.release(),
  };
}

/** A session for the owners of onnxruntime; `what` completes "Opening ...". Throws `classify/model`. */
export async function createSession(bytes: Uint8Array, threads: number, what: string): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Spinning threads steal the core from the workers beside this one.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw new IngestError('classify/model', `Opening ${what}, onnxruntime refused it: ${errorMessage(cause)}`, {
      cause,
    });
  }
}

type Shape = readonly (number | string)[];

function shapeOf(metadata: readonly ort.InferenceSession.ValueMetadata[], name: string, type: string): Shape {
  const found = metadata.find((value) => value.name === name);
  if (found?.isTensor === true && found.type === type) return found.shape;
  const names = metadata.map((value) => (value.isTensor ? `${value.name} ${value.type}` : value.name)).join(', ');
  throw new IngestError(
    'classify/model',
    `Opening a backbone, expected a tensor "${name}" of ${type}, found: ${names}.`,
  );
}

function checkedInput(session: ort.InferenceSession): number {
  const shape = shapeOf(session.inputMetadata, INPUT, 'uint8');
  const [, channels, height, width] = shape;
  if (shape.length === 4 && channels === 1 && typeof height === 'number' && height > 0 && height === width)
    return height;
  throw new IngestError(
    'classify/model',
    `Opening a backbone, expected the input [batch, 1, size, size], found [${shape.join(', ')}].`,
  );
}

function checkedOutput(session: ort.InferenceSession): number {
  const shape = shapeOf(session.outputMetadata, OUTPUT, 'float32');
  const length = shape[1];
  if (shape.length === 2 && typeof length === 'number' && length > 0) return length;
  throw new IngestError(
    'classify/model',
    `Opening a backbone, expected the output [batch, length], found [${shape.join(', ')}].`,
  );
}

async function embed(
  session: ort.InferenceSession,
  { inputSize, embeddingLength }: { inputSize: number; embeddingLength: number },
  images: Uint8Array,
  count: number,
): Promise<Float32Array> {
  const expected = count * inputSize * inputSize;
  if (images.length !== expected || count < 1) {
    throw new IngestError(
      'classify/inference',
      `Embedding ${count} pictures of ${inputSize} x ${inputSize}, expected ${expected} bytes, found ${images.length}.`,
    );
  }
  try {
    const input = new ort.Tensor('uint8', images, [count, 1, inputSize, inputSize]);
    const embedding = (await session.run({ [INPUT]: input }, [OUTPUT]))[OUTPUT];
    const data = embedding?.data;
    if (data instanceof Float32Array && data.length === count * embeddingLength) return data;
    throw new Error(`expected ${count * embeddingLength} numbers, found ${data?.length ?? 'nothing'}`);
  } catch (cause) {
    throw new IngestError('classify/inference', `Embedding ${count} pictures failed: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
