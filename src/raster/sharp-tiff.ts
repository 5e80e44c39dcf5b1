import sharp from 'sharp';
import { IngestError } from '../domain/errors.ts';
import { oneLine } from './foreign-error.ts';
import { plainBytes } from './samples.ts';
import type { ChunkTable } from './tiff-chunks.ts';
import type { TiffPage } from './tiff-directory.ts';
import { PHOTOMETRIC } from './tiff-format.ts';
import type { TiffImage } from './tiff-image.ts';
import { wrapTiffPage } from './wrap-tiff.ts';

/**
 * Decodes fax and JPEG chunks by libtiff: stored values, 0 and 1 for one bit, the samples of a pixel side by side.
 * The chunks must lie inside the file and the size be checked. Throws `raster/corrupt` or `raster/unsupported`.
 */
export async function decodeTiffChunksWithSharp(
  file: Uint8Array,
  page: TiffPage,
  image: TiffImage,
  table: ChunkTable,
): Promise<Uint8Array> {
  const { widthPx, heightPx, samplesPerPixel, bitsPerSample, compression } = image;
  if (bitsPerSample !== 1 && bitsPerSample !== 8) {
    const message = `Compression ${compression} was expected with samples of 1 or 8 bits, found ${bitsPerSample}.`;
    throw new IngestError('raster/unsupported', message);
  }
  const wrapped = await wrapTiffPage(file, page, image, table);
  const decoded = await attempt(wrapped, image);
  const found = `${decoded.info.width} x ${decoded.info.height} x ${decoded.info.channels}`;
  const expected = `${widthPx} x ${heightPx} x ${samplesPerPixel}`;
  if (found !== expected) {
    throw new IngestError('raster/corrupt', `Decoding gave ${found} samples where ${expected} were expected.`);
  }
  return storedValues(plainBytes(decoded.data), image);
}

async function attempt(wrapped: Uint8Array, image: TiffImage) {
  try {
    return await sharp(wrapped, {
      failOn: 'warning',
      limitInputPixels: image.widthPx * image.heightPx,
      sequentialRead: true,
      ignoreIcc: true,
    })
      .toColourspace(image.samplesPerPixel === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    const what = `a picture of ${image.widthPx} x ${image.heightPx} with compression ${image.compression}`;
    throw new IngestError('raster/corrupt', `Decoding ${what} failed: ${oneLine(cause)}.`, { cause });
  }
}

/** Takes back what libvips does for display: one bit becomes 0 and 255, and min-is-white is inverted. */
function storedValues(shown: Uint8Array, image: TiffImage): Uint8Array {
  const inverted = image.photometric === PHOTOMETRIC.minIsWhite;
  const values = inverted ? shown.map((value) => 255 - value) : shown;
  return image.bitsPerSample === 1 ? values.map((value) => value >> 7) : values;
}
