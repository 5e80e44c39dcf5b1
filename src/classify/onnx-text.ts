import * as ort from 'onnxruntime-node';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { createSession } from './onnx.ts';

/** A network that turns the tokens of a text into a vector. */
export interface TextNetwork {
  /** Throws `classify/inference`. */
  embed(tokens: readonly number[]): Promise<Float32Array>;
  close(): Promise<void>;
}

const NEEDED = ['input_ids', 'attention_mask'];
const KNOWN = [...NEEDED, 'token_type_ids'];
/** In order of preference, with their numbers of dimensions: [batch, length], and [batch, tokens, length] to be averaged. */
const OUTPUTS = [
  { name: 'sentence_embedding', rank: 2 },
  { name: 'last_hidden_state', rank: 3 },
];

/**
 * Opens an ONNX sentence model: inputs `input_ids`, `attention_mask` and optionally `token_type_ids`, int64 [batch,
 * tokens]; output `sentence_embedding` or `last_hidden_state`, float32, of which the mean over the tokens is taken. One
 * text a run, without padding, so that its vector does not depend on what stands beside it.
 * @throws IngestError `classify/model` where `bytes` are no such model.
 */
export async function openTextNetwork(bytes: Uint8Array, { threads = 1 } = {}): Promise<TextNetwork> {
  const session = await createSession(bytes, threads, 'a sentence model');
  try {
    checkInputs(session.inputMetadata);
    const output = checkedOutput(session.outputMetadata);
    return {
      embed: (tokens) => embed(session, output, tokens),
      close: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

type Metadata = readonly ort.InferenceSession.ValueMetadata[];

function listed(metadata: Metadata): string {
  return metadata.map((value) => (value.isTensor ? `${value.name} ${value.type}` : value.name)).join(', ');
}

function checkInputs(metadata: Metadata): void {
  const fits = metadata.every((value) => KNOWN.includes(value.name) && value.isTensor && value.type === 'int64');
  if (fits && NEEDED.every((name) => metadata.some((value) => value.name === name))) return;
  const expected = 'input_ids, attention_mask and at most token_type_ids of int64';
  throw new IngestError(
    'classify/model',
    `Opening a sentence model, expected the inputs ${expected}, found: ${listed(metadata)}.`,
  );
}

function checkedOutput(metadata: Metadata): string {
  const found = OUTPUTS.find(({ name, rank }) =>
    metadata.some(
      (value) => value.name === name && value.isTensor && value.type === 'float32' && value.shape.length === rank,
    ),
  );
  if (found !== undefined) return found.name;
  const expected = 'sentence_embedding [batch, length] or last_hidden_state [batch, tokens, length] of float32';
  throw new IngestError(
    'classify/model',
    `Opening a sentence model, expected the output ${expected}, found: ${listed(metadata)}.`,
  );
}

async function embed(session: ort.InferenceSession, output: string, tokens: readonly number[]): Promise<Float32Array> {
  const shape = [1, tokens.length];
  const filled = (value: bigint): ort.Tensor =>
    new ort.Tensor('int64', new BigInt64Array(tokens.length).fill(value), shape);
  const inputs: Record<string, ort.Tensor> = {
    input_ids: new ort.Tensor('int64', BigInt64Array.from(tokens, BigInt), shape),
    attention_mask: filled(1n),
    token_type_ids: filled(0n),
  };
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, inputs[name] ?? filled(0n)]));
  try {
    const data = (await session.run(feeds, [output]))[output]?.data;
    if (data instanceof Float32Array) return output === 'sentence_embedding' ? data : meanOfRows(data, tokens.length);
    throw new Error('expected float32 numbers, found none');
  } catch (cause) {
    throw new IngestError('classify/inference', `Embedding a text failed: ${errorMessage(cause)}`, { cause });
  }
}

function meanOfRows(data: Float32Array, rows: number): Float32Array {
  const length = data.length / rows;
  const mean = new Float32Array(length);
  for (let at = 0; at < data.length; at++) mean[at % length] = (mean[at % length] ?? 0) + (data[at] ?? 0) / rows;
  return mean;
}
