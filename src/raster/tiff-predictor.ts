import { IngestError } from '../domain/errors.ts';
import { NATIVE_LITTLE_ENDIAN, swapBytes } from './samples.ts';
import { chunkRowBytes } from './tiff-chunks.ts';
import type { TiffImage } from './tiff-image.ts';

/**
 * Undoes the predictor of one expanded chunk in place; the samples are in this machine's byte order afterwards.
 * `chunk` must be ours to write and aligned. Throws `raster/unsupported` for a predictor or depth no writer combines.
 */
export function undoPredictor(chunk: Uint8Array, image: TiffImage, littleEndian: boolean): void {
  const step = image.planar ? 1 : image.samplesPerPixel;
  const rowBytes = chunkRowBytes(image);
  if (image.predictor === 2 && [8, 16, 32, 64].includes(image.bitsPerSample)) {
    if (littleEndian !== NATIVE_LITTLE_ENDIAN) swapBytes(chunk, image.bitsPerSample / 8);
    const samples = integersOver(chunk, image.bitsPerSample);
    const perRow = image.chunkWidthPx * step;
    for (let row = 0; row < samples.length; row += perRow) accumulate(samples, row, row + perRow, step);
  } else if (image.predictor === 3 && image.sampleFormat === 'float' && image.bitsPerSample % 8 === 0) {
    for (let row = 0; row < chunk.length; row += rowBytes) {
      undoFloatRow(chunk.subarray(row, row + rowBytes), image.bitsPerSample / 8, step);
    }
  } else {
    const what = `predictor ${image.predictor} with ${image.bitsPerSample}-bit samples`;
    throw new IngestError('raster/unsupported', `Expected predictor 1, 2 or 3 with a depth it fits, found ${what}.`);
  }
}

type Integers = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

function integersOver({ buffer, byteOffset, byteLength }: Uint8Array, bits: number): Integers {
  if (bits === 8) return new Uint8Array(buffer, byteOffset, byteLength);
  if (bits === 16) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (bits === 32) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  return new BigUint64Array(buffer, byteOffset, byteLength / 8);
}

/** Each sample is a difference from that of the pixel on its left; sums wrap at the sample's depth. */
function accumulate(samples: Integers, begin: number, end: number, step: number): void {
  if (samples instanceof BigUint64Array) {
    for (let i = begin + step; i < end; i++) samples[i] = (samples[i] as bigint) + (samples[i - step] as bigint);
    return;
  }
  for (let i = begin + step; i < end; i++) samples[i] = (samples[i] as number) + (samples[i - step] as number);
}

/** TIFF Technical Note 3: bytes differenced along the row, and the highest bytes of all samples first. */
function undoFloatRow(row: Uint8Array, sampleBytes: number, step: number): void {
  for (let i = step; i < row.length; i++) row[i] = (row[i] as number) + (row[i - step] as number);
  const shuffled = row.slice();
  const samples = row.length / sampleBytes;
  for (let i = 0; i < samples; i++) {
    for (let k = 0; k < sampleBytes; k++) {
      const place = NATIVE_LITTLE_ENDIAN ? sampleBytes - 1 - k : k;
      row[i * sampleBytes + place] = shuffled[k * samples + i] as number;
    }
  }
}
