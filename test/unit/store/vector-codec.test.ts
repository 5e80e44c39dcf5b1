import { describe, expect, it } from 'vitest';
import { cosineDistance, decodeVector, encodeVector, hammingDistance } from '../../../src/store/vector-codec.ts';

describe('an encoded embedding', () => {
  it('keeps its direction to a part in ten thousand', () => {
    const vector = Float32Array.from({ length: 1280 }, (_, index) => Math.max(0, Math.sin(index * index)));
    const encoded = encodeVector(vector);
    if (encoded === undefined) throw new Error('nothing was encoded');
    const again = encodeVector(decodeVector(encoded.int8));
    expect(cosineDistance(encoded.int8, again?.int8 ?? Buffer.alloc(0))).toBeLessThan(1e-6);
    expect(cosine(vector, decodeVector(encoded.int8))).toBeGreaterThan(0.9999);
  });

  it('sets a bit where a component is above the mean of its own vector', () => {
    expect(encodeVector(Float32Array.of(0, 0, 4, 0, 0, 0, 0, 0, 4))?.bits).toEqual(Buffer.from([0b100, 0b1]));
  });

  it('has no form for a vector without a direction', () => {
    expect(encodeVector(new Float32Array(8))).toBeUndefined();
    expect(encodeVector(new Float32Array(0))).toBeUndefined();
    expect(encodeVector(Float32Array.of(1, Number.NaN))).toBeUndefined();
    expect(encodeVector(Float32Array.of(1, Number.POSITIVE_INFINITY))).toBeUndefined();
  });

  it('counts the bits that differ', () => {
    expect(hammingDistance(Buffer.from([0xff, 0x0f]), Buffer.from([0x00, 0x1f]))).toBe(9);
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
