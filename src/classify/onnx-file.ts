import { IngestError } from '../domain/errors.ts';
import type { Operations } from './operations.ts';

/**
 * What has to be known of an ONNX file beyond its inputs and outputs, which onnxruntime tells: the operations between
 * them. ONNX is a protobuf schema; field numbers are those of onnx.proto3.
 */
const MODEL_GRAPH = 7;
const MODEL_METADATA = 14;
const GRAPH_NODE = 1;
const GRAPH_OUTPUT = 12;
const NODE = { input: 1, output: 2, name: 3, op: 4 } as const;

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
/** TensorProto.DataType.FLOAT */
const FLOAT = 1;

export interface OnnxOperations {
  operations: Operations;
  /** First tensor that each named node gives. */
  nodes: ReadonlyMap<string, string>;
}

/** Operations of the main graph; throws `classify/model` where `bytes` are no ONNX model. */
export function readOnnxOperations(bytes: Uint8Array): OnnxOperations {
  const operations = new Map<string, { op: string; inputs: string[] }>();
  const nodes = new Map<string, string>();
  const graph = graphOf(bytes);
  for (const field of fieldsOf(bytes, graph.start, graph.end)) {
    if (field.number !== GRAPH_NODE) continue;
    const parts = [...fieldsOf(bytes, field.start, field.end)];
    const texts = (number: number): string[] =>
      parts.filter((part) => part.number === number).map(({ start, end }) => textOf(bytes.subarray(start, end)));
    const outputs = texts(NODE.output);
    const made = { op: texts(NODE.op)[0] ?? '', inputs: texts(NODE.input) };
    for (const output of outputs) operations.set(output, made);
    const [name] = texts(NODE.name);
    if (name !== undefined && outputs[0] !== undefined) nodes.set(name, outputs[0]);
  }
  return { operations, nodes };
}

/** The same model with one more output, a tensor of float32 inside of it: onnxruntime gives only what is an output. */
export function exposeOnnxOutput(bytes: Uint8Array, tensor: string): Uint8Array {
  const graph = graphOf(bytes);
  // ValueInfoProto: name = 1, type = 2 > tensor_type = 1 > elem_type = 1; onnxruntime finds the shape itself.
  const elementType = Uint8Array.of(1 << 3, FLOAT);
  const type = delimited(2, delimited(1, elementType));
  const output = delimited(GRAPH_OUTPUT, Buffer.concat([delimited(1, new TextEncoder().encode(tensor)), type]));
  const body = Buffer.concat([bytes.subarray(graph.start, graph.end), output]);
  return new Uint8Array(
    Buffer.concat([bytes.subarray(0, graph.tag), delimited(MODEL_GRAPH, body), bytes.subarray(graph.end)]),
  );
}

/** The same model with one more entry in its metadata, which runtimes pass over. */
export function withOnnxMetadata(bytes: Uint8Array, key: string, value: string): Uint8Array {
  const text = (number: number, content: string): Uint8Array => delimited(number, new TextEncoder().encode(content));
  // StringStringEntryProto: key = 1, value = 2
  const entry = delimited(MODEL_METADATA, Buffer.concat([text(1, key), text(2, value)]));
  return new Uint8Array(Buffer.concat([bytes, entry]));
}

interface Field {
  number: number;
  /** Where its tag stands. */
  tag: number;
  start: number;
  end: number;
}

function graphOf(bytes: Uint8Array): Field {
  for (const field of fieldsOf(bytes, 0, bytes.length)) if (field.number === MODEL_GRAPH) return field;
  throw new IngestError('classify/model', 'Reading an ONNX model, expected a graph in it, found none.');
}

function* fieldsOf(bytes: Uint8Array, start: number, end: number): Generator<Field> {
  let at = start;
  while (at < end) {
    const tag = at;
    const key = varintAt(bytes, at);
    at = key.end;
    const wire = key.value % 8;
    let contentAt = at;
    let next = at;
    if (wire === VARINT) next = varintAt(bytes, at).end;
    else if (wire === FIXED_64) next = at + 8;
    else if (wire === FIXED_32) next = at + 4;
    else if (wire === LENGTH_DELIMITED) {
      const length = varintAt(bytes, at);
      contentAt = length.end;
      next = contentAt + length.value;
    } else throw damaged(tag);
    if (next > end) throw damaged(tag);
    at = next;
    yield { number: Math.floor(key.value / 8), tag, start: contentAt, end: next };
  }
}

/** Values beyond 2^53 lose their last bits; no length and no tag comes near. */
function varintAt(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let factor = 1;
  for (let at = start; at < start + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte % 0x80) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
    factor *= 0x80;
  }
  throw damaged(start);
}

function damaged(at: number): IngestError {
  return new IngestError('classify/model', `Reading an ONNX model, expected a field at byte ${at}, found damage.`);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function delimited(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + LENGTH_DELIMITED), varint(content.length), content]);
}

function varint(value: number): Uint8Array {
  const encoded: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    encoded.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...encoded, rest]);
}
