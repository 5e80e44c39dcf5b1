import { IngestError } from '../domain/errors.ts';
import { type DecodeOptions, decodeTiff } from './decode-tiff.ts';
import { memorySource } from './memory-source.ts';
import type { Picture } from './picture.ts';
import { plainBytes } from './samples.ts';
import { decodeJpegOrPng } from './sharp-decoder.ts';
import { sniff } from './sniff.ts';
import { readTiff, type Tiff } from './tiff-directory.ts';

export { sniff } from './sniff.ts';

export interface DecodedPicture {
  kind: 'tiff' | 'jpeg' | 'png';
  picture: Picture;
  /** The directories of a TIFF, for its other tags. */
  tiff?: Tiff;
}

/**
 * Decodes a picture file that is in memory, whatever it is by content; the picture may be a view of `file`.
 * Rejects with `raster/not-a-picture` for other files, else as {@link decodeTiff}.
 */
export async function decodePicture(file: Uint8Array, options: DecodeOptions): Promise<DecodedPicture> {
  const bytes = plainBytes(file);
  const kind = sniff(bytes);
  if (kind === 'tiff') {
    const tiff = await readTiff(memorySource(bytes));
    return { kind, tiff, picture: await decodeTiff(bytes, tiff, options) };
  }
  if (kind === 'jpeg' || kind === 'png') return { kind, picture: await decodeJpegOrPng(bytes, kind, options) };
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  const found = bytes.length === 0 ? 'an empty file' : `${kind === 'hdf5' ? 'an HDF5 file, ' : ''}the bytes ${start}`;
  throw new IngestError('raster/not-a-picture', `Expected a TIFF, JPEG or PNG, found ${found}.`);
}
