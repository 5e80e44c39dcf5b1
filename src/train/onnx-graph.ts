/**
 * Writes small ONNX models byte by byte. ONNX is a protobuf schema (onnx.proto3); the few messages a training step needs
 * are encoded here, so that no protobuf library and no binary asset has to be shipped. Field numbers in comments are
 * those of onnx.proto3.
 */

export type OnnxAttribute = number | readonly number[] | string;

export interface OnnxNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Whole numbers become INT, lists of them INTS, strings STRING; floating-point attributes are not needed here. */
  attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  name: string;
  type: 'float32' | 'uint8' | 'int64';
  /** A string names a dimension whose size is known only when the model runs. */
  shape: readonly (number | string)[];
}

export interface OnnxConstant {
  name: string;
  shape: readonly number[];
  data: Float32Array | BigInt64Array;
}

export interface OnnxGraph {
  name: string;
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  constants?: readonly OnnxConstant[];
  nodes: readonly OnnxNode[];
}

/** ONNX IR 8 with operator set 17: what the shipped backbones use, read by every onnxruntime since 1.12. */
const IR_VERSION = 8;
const OPSET_VERSION = 17;

/** TensorProto.DataType */
const ELEMENT_TYPE = { float32: 1, uint8: 2, int64: 7 } as const;

/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPE = { int: 2, string: 3, ints: 7 } as const;

const VARINT = 0;
const LENGTH_DELIMITED = 2;

type Bytes = readonly number[] | Uint8Array;

function varint(value: number): number[] {
  const encoded: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    encoded.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  encoded.push(rest);
  return encoded;
}

function concat(parts: readonly Bytes[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

function int(field: number, value: number): Uint8Array {
  return concat([varint(field * 8 + VARINT), varint(value)]);
}

function bytes(field: number, value: Bytes): Uint8Array {
  return concat([varint(field * 8 + LENGTH_DELIMITED), varint(value.length), value]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function message(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return bytes(field, concat(parts));
}

function attribute(name: string, value: OnnxAttribute): Uint8Array {
  const head = text(1, name);
  if (typeof value === 'number') return message(5, head, int(3, value), int(20, ATTRIBUTE_TYPE.int));
  if (typeof value === 'string') return message(5, head, text(4, value), int(20, ATTRIBUTE_TYPE.string));
  return message(5, head, ...value.map((one) => int(8, one)), int(20, ATTRIBUTE_TYPE.ints));
}

function node({ op, inputs, outputs, attributes = {} }: OnnxNode): Uint8Array {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );
}

/** ValueInfoProto: name = 1, type = 2 > tensor_type = 1 > elem_type = 1, shape = 2 > dim = 1 > value = 1 | param = 2 */
function valueInfo(field: number, { name, type, shape }: OnnxValue): Uint8Array {
  const dims = shape.map((size) => message(1, typeof size === 'number' ? int(1, size) : text(2, size)));
  const tensor = message(1, int(1, ELEMENT_TYPE[type]), message(2, ...dims));
  return message(field, text(1, name), message(2, tensor));
}

/** TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9 (little-endian) */
function constant({ name, shape, data }: OnnxConstant): Uint8Array {
  const raw = new Uint8Array(data.length * data.BYTES_PER_ELEMENT);
  const view = new DataView(raw.buffer);
  if (data instanceof Float32Array) data.forEach((value, at) => view.setFloat32(at * 4, value, true));
  else data.forEach((value, at) => view.setBigInt64(at * 8, value, true));
  const type = data instanceof Float32Array ? ELEMENT_TYPE.float32 : ELEMENT_TYPE.int64;
  return message(5, ...shape.map((size) => int(1, size)), int(2, type), text(8, name), bytes(9, raw));
}

/** The bytes of an ONNX model (ModelProto) with this one graph. The same graph always gives the same bytes. */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const encoded = [
    ...graph.nodes.map(node),
    text(2, graph.name),
    ...(graph.constants ?? []).map(constant),
    ...graph.inputs.map((value) => valueInfo(11, value)),
    ...graph.outputs.map((value) => valueInfo(12, value)),
  ];
  const opset = message(8, text(1, ''), int(2, OPSET_VERSION));
  return concat([int(1, IR_VERSION), text(2, 'semantiff'), message(7, ...encoded), opset]);
}
