/** An embedding as the index stores it: one bit a dimension for the first pass, one byte a dimension for the second. */
export interface EncodedVector {
  bits: Buffer;
  int8: Buffer;
}

const INT8_MAX = 127;

/**
 * Encodes an embedding. int8: scaled so that the largest component becomes 127 (the cosine does not depend on scale).
 * Bits: set where a component exceeds the vector's own mean. Our backbones end in a ReLU, so no component is negative
 * and three of four are zero: the sign would carry little, a mean of all vectors would have to be kept in step. With the
 * own mean, the first 100 by Hamming distance held all of the true nearest 10 for 60 queries among 10,544 crops of real
 * and simulated micrographs. Undefined where the vector is empty, all zero or not finite: it has no direction.
 */
export function encodeVector(vector: Float32Array): EncodedVector | undefined {
  let sum = 0;
  let largest = 0;
  for (const value of vector) {
    sum += value;
    largest = Math.max(largest, Math.abs(value));
  }
  if (!Number.isFinite(sum) || !(largest > 0)) return undefined;
  const mean = sum / vector.length;
  const scale = INT8_MAX / largest;
  const int8 = Buffer.alloc(vector.length);
  const bits = Buffer.alloc(Math.ceil(vector.length / 8));
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] ?? 0;
    int8[index] = Math.round(value * scale) & 0xff;
    if (value > mean) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return { bits, int8 };
}

/** The direction of an encoded embedding as floats: good for another search, not for training. */
export function decodeVector(int8: Uint8Array): Float32Array {
  return Float32Array.from(new Int8Array(int8.buffer, int8.byteOffset, int8.length));
}

/** Number of bits that differ. */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  let distance = 0;
  for (let index = 0; index < a.length; index++) distance += bitCount((a[index] ?? 0) ^ (b[index] ?? 0));
  return distance;
}

/** 1 - cosine of two int8 vectors. */
export function cosineDistance(a: Uint8Array, b: Uint8Array): number {
  const left = new Int8Array(a.buffer, a.byteOffset, a.length);
  const right = new Int8Array(b.buffer, b.byteOffset, b.length);
  let dot = 0;
  let squaresLeft = 0;
  let squaresRight = 0;
  for (let index = 0; index < left.length; index++) {
    const x = left[index] ?? 0;
    const y = right[index] ?? 0;
    dot += x * y;
    squaresLeft += x * x;
    squaresRight += y * y;
  }
  return 1 - dot / Math.sqrt(squaresLeft * squaresRight);
}

/** Bits set in a 32-bit word (Warren, Hacker's Delight, 5-1). */
export function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
