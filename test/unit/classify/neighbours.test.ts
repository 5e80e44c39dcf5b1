import { describe, expect, it } from 'vitest';
import { decodeNeighbours, encodeNeighbours, nearestSimilarity, unitVector } from '../../../src/classify/neighbours.ts';

const plain = { mean: new Float32Array(2), scale: Float32Array.of(1, 1) };
const neighbours = { count: 2, dim: 2, vectors: Float32Array.of(1, 0, 0, 1) };

describe('the outlier guard', () => {
  it('measures the cosine to the nearest training image', () => {
    expect(nearestSimilarity(neighbours, unitVector(plain, Float32Array.of(5, 0)))).toBe(1);
    expect(nearestSimilarity(neighbours, unitVector(plain, Float32Array.of(3, 4)))).toBeCloseTo(0.8, 6);
    expect(nearestSimilarity(neighbours, unitVector(plain, Float32Array.of(-3, -4)))).toBeCloseTo(-0.6, 6);
  });

  it('finds the nearest wherever it stands', () => {
    for (let at = 0; at < 11; at += 1) {
      const vectors = new Float32Array(22).fill(-Math.SQRT1_2);
      vectors.set([0.6, 0.8], 2 * at);
      const found = nearestSimilarity({ count: 11, dim: 2, vectors }, Float32Array.of(0.6, 0.8));
      expect(found).toBeCloseTo(1, 6);
    }
  });

  it('ends at one that is near enough, and at the nearest where none is', () => {
    const angles = Array.from({ length: 9 }, (_, at) => (8 - at) / 9);
    const guard = { count: 9, dim: 2, vectors: Float32Array.from(angles.flatMap((x) => [Math.cos(x), Math.sin(x)])) };
    const near = Float32Array.of(1, 0);
    expect(nearestSimilarity(guard, near, 0.5)).toBeGreaterThanOrEqual(0.5);
    expect(nearestSimilarity(guard, near, 0.5)).toBeLessThan(nearestSimilarity(guard, near));
    const far = Float32Array.of(-1, 0);
    expect(nearestSimilarity(guard, far, 0.5)).toBe(nearestSimilarity(guard, far));
  });

  it('standardises first', () => {
    const head = { mean: Float32Array.of(10, 10), scale: Float32Array.of(2, 1) };
    expect([...unitVector(head, Float32Array.of(16, 14))]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  });

  it('takes an embedding in the very middle for unlike everything, not for a fault', () => {
    expect(nearestSimilarity(neighbours, unitVector(plain, Float32Array.of(0, 0)))).toBe(0);
  });

  it('keeps every bit through neighbours.bin and refuses another length', () => {
    expect(decodeNeighbours(encodeNeighbours(neighbours), 2, 2)).toEqual(neighbours);
    expect(() => decodeNeighbours(encodeNeighbours(neighbours), 3, 2)).toThrow(/expected 24 bytes .* found 16/);
  });
});
