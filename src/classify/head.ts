import { IngestError } from '../domain/errors.ts';

/**
 * A softmax head: `score = softmax((W · (embedding - mean) / scale + bias) / temperature)`.
 * `weights` is row-major, [classes x dim]; `bias` has one value a class, `mean` and `scale` one a dimension.
 */
export interface Head {
  classes: number;
  dim: number;
  weights: Float32Array;
  bias: Float32Array;
  mean: Float32Array;
  scale: Float32Array;
}

/** Gives the scores of one embedding: one a class, in [0, 1], with sum 1 within float64 rounding. */
export type ScoreEmbedding = (embedding: Float32Array) => Float64Array;

const BYTES = 4;

function headBytes(classes: number, dim: number): number {
  return BYTES * (classes * dim + classes + dim + dim);
}

/**
 * The bytes of `head.bin`: little-endian float32 without a header, in the order weights [classes x dim], bias [classes],
 * mean [dim], scale [dim]. The sizes stand in model.json.
 */
export function encodeHead(head: Head): Uint8Array {
  const bytes = new Uint8Array(headBytes(head.classes, head.dim));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const part of [head.weights, head.bias, head.mean, head.scale]) {
    for (const value of part) {
      view.setFloat32(offset, value, true);
      offset += BYTES;
    }
  }
  return bytes;
}

/** Reads `head.bin`; throws `classify/model` where its length or a value does not fit. */
export function decodeHead(bytes: Uint8Array, classes: number, dim: number): Head {
  const expected = headBytes(classes, dim);
  if (bytes.length !== expected) {
    throw new IngestError(
      'classify/model',
      `Reading the head of a model, expected ${expected} bytes for ${classes} classes of ${dim} numbers, found ${bytes.length}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({ length: expected / BYTES }, (_, at) => view.getFloat32(at * BYTES, true));
  if (!values.every(Number.isFinite)) {
    throw new IngestError('classify/model', 'Reading the head of a model, found a value that is not a finite number.');
  }
  const biasAt = classes * dim;
  const meanAt = biasAt + classes;
  const scaleAt = meanAt + dim;
  const scale = values.subarray(scaleAt);
  if (!scale.every((value) => value > 0)) {
    throw new IngestError('classify/model', 'Reading the head of a model, found a scale that is not above zero.');
  }
  return {
    classes,
    dim,
    weights: values.subarray(0, biasAt),
    bias: values.subarray(biasAt, meanAt),
    mean: values.subarray(meanAt, scaleAt),
    scale,
  };
}

/** The head's logits as a function of an embedding, with the standardisation folded into the weights once. */
export function logitsOf(head: Head): ScoreEmbedding {
  const { classes, dim, weights, bias, mean, scale } = head;
  const folded = new Float64Array(classes * dim);
  const offset = new Float64Array(classes);
  for (let c = 0; c < classes; c += 1) {
    let shift = bias[c] ?? 0;
    for (let d = 0; d < dim; d += 1) {
      const weight = (weights[c * dim + d] ?? 0) / (scale[d] ?? 1);
      folded[c * dim + d] = weight;
      shift -= weight * (mean[d] ?? 0);
    }
    offset[c] = shift;
  }
  return (embedding) => {
    if (embedding.length !== dim) {
      throw new IngestError(
        'classify/inference',
        `Scoring an embedding, expected ${dim} numbers, found ${embedding.length}.`,
      );
    }
    return offset.map((start, c) => {
      let sum = start;
      const row = c * dim;
      for (let d = 0; d < dim; d += 1) sum += (folded[row + d] as number) * (embedding[d] as number);
      return sum;
    });
  };
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
