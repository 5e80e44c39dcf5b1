import { endianness } from 'node:os';
import { IngestError } from '../domain/errors.ts';
import type { SampleArray } from './picture.ts';
import type { TiffImage } from './tiff-image.ts';

/** Whether this machine keeps the lowest byte of a number first. */
export const NATIVE_LITTLE_ENDIAN = endianness() === 'LE';

/** Gives a buffer of at least `size` bytes, which may hold anything. */
export type Allocate = (size: number) => Uint8Array;

/** New memory, where nobody lends any. */
export function newBytes(size: number): Uint8Array {
  return new Uint8Array(size);
}

/** A kind of typed array: how samples of a depth and format are kept in memory. */
export type SampleArrayType = { new (length: number): SampleArray; BYTES_PER_ELEMENT: number } & (
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | BigUint64ArrayConstructor
  | Int8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor
  | BigInt64ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor
);

/**
 * The smallest typed array that holds the samples exactly, as tifffile chooses it; half- and 24-bit floating point goes
 * into single precision. Throws `raster/unsupported` for depths and formats that are none of a picture's.
 */
export function sampleArrayType({ bitsPerSample: bits, sampleFormat }: TiffImage): SampleArrayType {
  if (sampleFormat === 'float') {
    if (bits === 16 || bits === 24 || bits === 32) return Float32Array;
    if (bits === 64) return Float64Array;
  } else if (sampleFormat === 'int') {
    if (bits <= 8) return Int8Array;
    if (bits <= 16) return Int16Array;
    if (bits <= 32) return Int32Array;
    if (bits <= 64) return BigInt64Array;
  } else if (sampleFormat === 'uint') {
    if (bits <= 8) return Uint8Array;
    if (bits <= 16) return Uint16Array;
    if (bits <= 32) return Uint32Array;
    if (bits <= 64) return BigUint64Array;
  }
  throw new IngestError('raster/unsupported', `Samples of ${bits} bits in the format ${sampleFormat} cannot be read.`);
}

/** Whether the samples stand in the file as they are kept in memory, byte order apart. */
export function isPlainDepth(image: TiffImage): boolean {
  return image.bitsPerSample === sampleArrayType(image).BYTES_PER_ELEMENT * 8;
}

/** `length` samples over the bytes at `byteOffset`, which must be aligned. */
export function viewSamples(type: SampleArrayType, bytes: Uint8Array): SampleArray {
  return new type(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);
}

/** The bytes of a sample array, not copied. */
export function bytesOf(samples: SampleArray): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** The same bytes as a plain Uint8Array: a Buffer's subarray, map and constructor behave differently. */
export function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Turns the byte order of every sample round, in place. */
export function swapBytes(bytes: Uint8Array, sampleBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sampleBytes === 2) buffer.swap16();
  else if (sampleBytes === 4) buffer.swap32();
  else if (sampleBytes === 8) buffer.swap64();
}
