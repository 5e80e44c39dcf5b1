import { IngestError } from '../domain/errors.ts';
import { oneLine } from './foreign-error.ts';
import { COMPRESSION } from './tiff-format.ts';
import { boundedZstdFrame } from './zstd-frame.ts';

/**
 * Expands a zstd chunk to about `length` bytes by the codec that geotiff brings along; the library is loaded on first
 * use. Throws `raster/corrupt` where the chunk is not one sound frame or the codec refuses it.
 */
export async function expandZstd(chunk: Uint8Array, length: number): Promise<Uint8Array> {
  const frame = boundedZstdFrame(chunk, length);
  if (frame === undefined) {
    const message = `A strip of ${chunk.length} bytes was expected to hold one zstd frame of ${length} bytes, it does not.`;
    throw new IngestError('raster/corrupt', message);
  }
  const { getDecoder } = await import('geotiff');
  // The predictor is undone by the caller, who knows depths that geotiff does not.
  const plain = { tileWidth: 1, tileHeight: 1, planarConfiguration: 1, bitsPerSample: [8], predictor: 1 };
  try {
    const decoder = await getDecoder(COMPRESSION.zstd, plain);
    const expanded = await decoder.decode(frame.slice().buffer);
    return new Uint8Array(expanded).subarray(0, length);
  } catch (cause) {
    const message = `Expanding a zstd strip of ${chunk.length} bytes to ${length} failed: ${oneLine(cause)}.`;
    throw new IngestError('raster/corrupt', message, { cause });
  }
}
