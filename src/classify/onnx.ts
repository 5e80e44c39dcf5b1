import * as ort from 'onnxruntime-node';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { type BackboneInterface, DEFAULT_INTERFACE } from './backbone-schema.ts';
import type { InferenceBackend } from './backend.ts';
import { backendOf, type Features, type Network, type NetworkPort } from './network.ts';

export interface OnnxOptions {
  /** Inference threads; one a worker process, because two on a busy machine are slower than one (measured). */
  threads?: number;
  /** Default: input `image` [n, 1, size, size], output `embedding` [n, length]. */
  interface?: BackboneInterface | undefined;
  /** Needed where the network takes any size. */
  inputSize?: number | undefined;
}

/**
 * Opens an ONNX backbone by its interface; outputs that it does not name are never computed. Throws `classify/model` where
 * `bytes` are no such model.
 */
export async function openOnnxBackend(bytes: Uint8Array, options: OnnxOptions = {}): Promise<InferenceBackend> {
  const network = await openOnnxNetwork(bytes, options);
  return await backendOf(network, { interface: options.interface ?? DEFAULT_INTERFACE, inputSize: options.inputSize });
}

/** Opens any ONNX model; throws `classify/model` where onnxruntime refuses it. */
export async function openOnnxNetwork(bytes: Uint8Array, { threads = 1 }: OnnxOptions = {}): Promise<Network> {
  const session = await createSession(bytes, threads, 'a backbone');
  return {
    name: 'onnx',
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
    run: (input, output) => run(session, input, output),
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

/** A dimension with a name, or none that is known, is a string or below one. */
function portOf(value: ort.InferenceSession.ValueMetadata): NetworkPort {
  if (!value.isTensor) return { name: value.name, type: 'no tensor', shape: undefined };
  const shape = value.shape.map((side) => (typeof side === 'number' && side > 0 ? side : undefined));
  return { name: value.name, type: value.type, shape: shape.length === 0 ? undefined : shape };
}

async function run(
  session: ort.InferenceSession,
  { name, values, shape }: Parameters<Network['run']>[0],
  output: string,
): Promise<Features> {
  const input =
    values instanceof Uint8Array ? new ort.Tensor('uint8', values, shape) : new ort.Tensor('float32', values, shape);
  const found = (await session.run({ [name]: input }, [output]))[output];
  if (found?.data instanceof Float32Array) return { values: found.data, shape: found.dims };
  throw new Error(`expected numbers of float32 as "${output}", found ${found?.type ?? 'nothing'}`);
}
