import { IngestError } from '../domain/errors.ts';

/**
 * What turns an embedding into scores: `score = softmax((W · x + bias) / temperature)`, where x is the standardised
 * embedding `(embedding - mean) / scale`, or, in a head with a hidden layer, `relu(V · (embedding - mean) / scale + v)`.
 * `weights` (W) is row-major, [classes x dim] or [classes x hidden.size]; `bias` has one value a class, `mean` and `scale`
 * one a dimension.
 */
export interface Head {
  classes: number;
  dim: number;
  weights: Float32Array;
  bias: Float32Array;
  mean: Float32Array;
  scale: Float32Array;
  /** Absent in a softmax regression. */
  hidden?: HiddenLayer;
}

/** A layer of rectified units: `weights` (V) is row-major, [size x dim]; `bias` (v) has one value a unit. */
export interface HiddenLayer {
  size: number;
  weights: Float32Array;
  bias: Float32Array;
}

/** Gives the scores of one embedding: one a class, in [0, 1], with sum 1 within float64 rounding. */
export type ScoreEmbedding = (embedding: Float32Array) => Float64Array;

const BYTES = 4;

/** What the length of `head.bin` follows from; it stands in model.json. */
export interface HeadSizes {
  classes: number;
  dim: number;
  /** Units of the hidden layer, if there is one. */
  hidden?: number | undefined;
}

function headBytes({ classes, dim, hidden }: HeadSizes): number {
  const outputs = classes * (hidden ?? dim) + classes;
  return BYTES * (outputs + dim + dim + (hidden === undefined ? 0 : hidden * dim + hidden));
}

/**
 * The bytes of `head.bin`: little-endian float32 without a header, in the order weights, bias, mean, scale, and for a
 * head with a hidden layer the weights and the bias of that. The sizes stand in model.json.
 */
export function encodeHead(head: Head): Uint8Array {
  const { classes, dim, weights, bias, mean, scale, hidden } = head;
  const bytes = new Uint8Array(headBytes({ classes, dim, hidden: hidden?.size }));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const part of [weights, bias, mean, scale, ...(hidden === undefined ? [] : [hidden.weights, hidden.bias])]) {
    for (const value of part) {
      view.setFloat32(offset, value, true);
      offset += BYTES;
    }
  }
  return bytes;
}

/** Reads `head.bin`; throws `classify/model` where its length or a value does not fit. */
export function decodeHead(bytes: Uint8Array, sizes: HeadSizes): Head {
  const { classes, dim, hidden } = sizes;
  const expected = headBytes(sizes);
  if (bytes.length !== expected) {
    const units = hidden === undefined ? '' : ` and ${hidden} hidden units`;
    throw new IngestError(
      'classify/model',
      `Reading the head of a model, expected ${expected} bytes for ${classes} classes of ${dim} numbers${units}, found ${bytes.length}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({ length: expected / BYTES }, (_, at) => view.getFloat32(at * BYTES, true));
  if (!values.every(Number.isFinite)) {
    throw new IngestError('classify/model', 'Reading the head of a model, found a value that is not a finite number.');
  }
  let at = 0;
  const next = (length: number): Float32Array => values.subarray(at, (at += length));
  const head: Head = {
    classes,
    dim,
    weights: next(classes * (hidden ?? dim)),
    bias: next(classes),
    mean: next(dim),
    scale: next(dim),
  };
  if (!head.scale.every((value) => value > 0)) {
    throw new IngestError('classify/model', 'Reading the head of a model, found a scale that is not above zero.');
  }
  if (hidden === undefined) return head;
  return { ...head, hidden: { size: hidden, weights: next(hidden * dim), bias: next(hidden) } };
}

/** The head's logits as a function of an embedding, with the standardisation folded into the weights once. */
export function logitsOf(head: Head): ScoreEmbedding {
  const { dim, hidden, weights, bias } = head;
  const first = affine(folded(head));
  if (hidden === undefined) return checked(dim, first);
  const second = affine({ inputs: hidden.size, weights: Float64Array.from(weights), offset: Float64Array.from(bias) });
  return checked(dim, (embedding) => second(first(embedding).map((value) => Math.max(value, 0))));
}

function checked(dim: number, score: ScoreEmbedding): ScoreEmbedding {
  return (embedding) => {
    if (embedding.length === dim) return score(embedding);
    throw new IngestError(
      'classify/inference',
      `Scoring an embedding, expected ${dim} numbers, found ${embedding.length}.`,
    );
  };
}

/** `weights` · x + `offset`; weights are row-major, [outputs x inputs]. */
interface Affine {
  inputs: number;
  weights: Float64Array;
  offset: Float64Array;
}

/** The layer that reads the embedding, such that it needs no standardisation. */
function folded({ dim, mean, scale, ...head }: Head): Affine {
  const { weights, bias } = head.hidden ?? head;
  const scaled = new Float64Array(weights.length);
  const offset = Float64Array.from(bias, (start, row) => {
    let shift = start;
    for (let d = 0; d < dim; d += 1) {
      const weight = (weights[row * dim + d] ?? 0) / (scale[d] ?? 1);
      scaled[row * dim + d] = weight;
      shift -= weight * (mean[d] ?? 0);
    }
    return shift;
  });
  return { inputs: dim, weights: scaled, offset };
}

function affine({ inputs, weights, offset }: Affine): (x: Float32Array | Float64Array) => Float64Array {
  return (x) => {
    const sums = offset.slice();
    let row = 0;
    for (; row + 4 <= sums.length; row += 4) addFour(sums, row, weights, x);
    for (; row < sums.length; row += 1) {
      let sum = sums[row] as number;
      for (let d = 0, at = row * inputs; d < inputs; d += 1, at += 1) sum += (weights[at] as number) * (x[d] as number);
      sums[row] = sum;
    }
    return sums;
  };
}

/** Four sums that do not wait for each other take a third of the time of four in turn; each is added up in the same order. */
function addFour(sums: Float64Array, row: number, weights: Float64Array, x: Float32Array | Float64Array): void {
  const length = x.length;
  let first = sums[row] as number;
  let second = sums[row + 1] as number;
  let third = sums[row + 2] as number;
  let fourth = sums[row + 3] as number;
  for (let d = 0, at = row * length; d < length; d += 1, at += 1) {
    const value = x[d] as number;
    first += (weights[at] as number) * value;
    second += (weights[at + length] as number) * value;
    third += (weights[at + 2 * length] as number) * value;
    fourth += (weights[at + 3 * length] as number) * value;
  }
  sums[row] = first;
  sums[row + 1] = second;
  sums[row + 2] = third;
  sums[row + 3] = fourth;
}

/** Softmax of logits divided by `temperature` (above 1 flattens, below 1 sharpens). */
export function softmax(logits: Float64Array, temperature: number): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp((logit - top) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The calibrated scores of a head. */
export function scorerOf(head: Head, temperature: number): ScoreEmbedding {
  const logits = logitsOf(head);
  return (embedding) => softmax(logits(embedding), temperature);
}
