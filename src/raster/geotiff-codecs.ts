import { IngestError } from '../domain/errors.ts';
import { oneLine } from './foreign-error.ts';

/**
 * Expands a chunk by the codec that geotiff brings along for a compression (zstd and others too rare to keep code for).
 * The library is loaded on first use. Throws `raster/corrupt` where the codec refuses the bytes.
 */
export async function expandWithGeotiff(compression: number, chunk: Uint8Array, length: number): Promise<Uint8Array> {
  const { getDecoder } = await import('geotiff');
  // The predictor is undone by the caller, who knows depths that geotiff does not.
  const plain = { tileWidth: 1, tileHeight: 1, planarConfiguration: 1, bitsPerSample: [8], predictor: 1 };
  try {
    const decoder = await getDecoder(compression, plain);
    const expanded = await decoder.decode(chunk.slice().buffer);
    return new Uint8Array(expanded).subarray(0, length);
  } catch (cause) {
    const message = `Expanding a strip of ${chunk.length} bytes (compression ${compression}) failed: ${oneLine(cause)}.`;
    throw new IngestError('raster/corrupt', message, { cause });
  }
}
