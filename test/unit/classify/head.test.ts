import { describe, expect, it } from 'vitest';
import { decodeHead, encodeHead, type Head, logitsOf, scorerOf, softmax } from '../../../src/classify/head.ts';
import { seededRandom } from '../../../src/train/seeded-random.ts';

const head: Head = {
  classes: 3,
  dim: 2,
  weights: Float32Array.of(0.5, -1, 2, 0.25, -0.75, 1),
  bias: Float32Array.of(0.1, -0.2, 0.3),
  mean: Float32Array.of(1, -2),
  scale: Float32Array.of(0.5, 4),
};

const SIZES = { classes: 3, dim: 2 };

describe('a softmax head', () => {
  it('scores as the formula says, naively computed', () => {
    const embedding = Float32Array.of(2, 3);
    const standardised = [(2 - 1) / 0.5, (3 + 2) / 4];
    const logits = [0, 1, 2].map(
      (k) =>
        (head.weights[2 * k] ?? 0) * (standardised[0] ?? 0) +
        (head.weights[2 * k + 1] ?? 0) * (standardised[1] ?? 0) +
        (head.bias[k] ?? 0),
    );
    const powers = logits.map((logit) => Math.exp(logit / 1.5));
    const sum = powers.reduce((a, b) => a + b, 0);
    [...scorerOf(head, 1.5)(embedding)].forEach((score, k) => expect(score).toBeCloseTo((powers[k] ?? 0) / sum, 6));
  });

  it('adds each class up in the same order, however many there are', () => {
    const random = seededRandom(5);
    const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random() - 1);
    const plain = { mean: new Float32Array(9), scale: new Float32Array(9).fill(1) };
    for (const classes of [2, 4, 7, 11]) {
      const many: Head = { classes, dim: 9, weights: numbers(9 * classes), bias: numbers(classes), ...plain };
      const embedding = numbers(9);
      const inTurn = Array.from({ length: classes }, (_, c) =>
        embedding.reduce((sum, value, d) => sum + (many.weights[9 * c + d] ?? 0) * value, many.bias[c] ?? 0),
      );
      expect([...logitsOf(many)(embedding)]).toEqual(inTurn);
    }
  });

  it('keeps every bit through head.bin', () => {
    expect(decodeHead(encodeHead(head), SIZES)).toEqual(head);
    expect(encodeHead(head)).toHaveLength(4 * (6 + 3 + 2 + 2));
  });

  it('refuses a head.bin of another length, with a scale of zero or with a value that is no number', () => {
    const bytes = encodeHead(head);
    expect(() => decodeHead(bytes.subarray(4), SIZES)).toThrow(/expected 52 bytes .* found 48/);
    expect(() => decodeHead(encodeHead({ ...head, scale: Float32Array.of(1, 0) }), SIZES)).toThrow(/scale/);
    expect(() => decodeHead(encodeHead({ ...head, bias: Float32Array.of(0, Number.NaN, 0) }), SIZES)).toThrow(/finite/);
  });

  it('refuses an embedding of another length', () => {
    expect(() => logitsOf(head)(new Float32Array(3))).toThrow(/expected 2 numbers, found 3/);
  });

  it('stays finite for logits beyond the range of exp', () => {
    expect([...softmax(Float64Array.of(5000, 4000, -5000), 1)]).toEqual([1, 0, 0]);
  });
});

describe('a head with a hidden layer', () => {
  const mlp: Head = {
    ...head,
    weights: Float32Array.of(1, -2, 0.5, 3, -1, 0.25),
    hidden: { size: 2, weights: Float32Array.of(0.5, -1, -2, 0.25), bias: Float32Array.of(0.5, -0.25) },
  };

  it('scores as the formula says: units below zero give nothing', () => {
    const standardised = [(2 - 1) / 0.5, (3 + 2) / 4];
    const units = [0, 1].map((u) => {
      const { weights, bias } = mlp.hidden ?? mlp;
      const sum = (weights[2 * u] ?? 0) * (standardised[0] ?? 0) + (weights[2 * u + 1] ?? 0) * (standardised[1] ?? 0);
      return Math.max(0, sum + (bias[u] ?? 0));
    });
    expect(units[0]).toBeGreaterThan(0);
    expect(units[1]).toBe(0);
    [...logitsOf(mlp)(Float32Array.of(2, 3))].forEach((logit, k) => {
      const expected = (mlp.weights[2 * k] ?? 0) * (units[0] ?? 0) + (mlp.bias[k] ?? 0);
      expect(logit).toBeCloseTo(expected, 6);
    });
  });

  it('keeps every bit through head.bin, after the parts that a softmax head has too', () => {
    const bytes = encodeHead(mlp);
    expect(decodeHead(bytes, { ...SIZES, hidden: 2 })).toEqual(mlp);
    expect(bytes.subarray(0, 4 * 13)).toEqual(encodeHead({ ...head, weights: mlp.weights }));
    expect(() => decodeHead(bytes, SIZES)).toThrow(/expected 52 bytes/);
    expect(() => decodeHead(bytes, { ...SIZES, hidden: 3 })).toThrow(/3 hidden units/);
  });
});
