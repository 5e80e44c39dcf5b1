import sharp from 'sharp';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { Grey8, Rgb8 } from '../raster/picture.ts';

/** JPEG_MAX_DIMENSION of libjpeg's jmorecfg.h. */
const LONGEST_SIDE_PX = 65_500;
const DEFAULT_QUALITY = 90;

/**
 * The JPEG of a picture, data bar included; grey pictures stay one channel. A picture whose long side is longer than
 * `longSidePx`, or than JPEG allows, is scaled down. Throws IngestError `convert/jpeg`.
 */
export async function encodeJpeg(
  display: Grey8 | Rgb8,
  { longSidePx, quality = DEFAULT_QUALITY }: { longSidePx?: number; quality?: number } = {},
): Promise<Uint8Array> {
  const { widthPx: width, heightPx: height, data } = display;
  const channels = data.length === width * height ? 1 : 3;
  if (data.length === 0 || data.length !== width * height * channels) {
    const message = `Encoding a JPEG: expected ${width} x ${height} pixels of one or three bytes, found ${data.length} bytes.`;
    throw new IngestError('convert/jpeg', message);
  }
  const limit = Math.min(longSidePx ?? LONGEST_SIDE_PX, LONGEST_SIDE_PX);
  // The decoder has its own limit on pixels; sharp's would refuse large stitched pictures that are already in memory.
  let image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (Math.max(width, height) > limit) image = image.resize(limit, limit, { fit: 'inside' });
  if (channels === 1) image = image.toColourspace('b-w');
  try {
    // Optimised Huffman tables take three times as long for 2 % fewer bytes. Full chroma keeps thin annotations sharp.
    const jpeg = await image.jpeg({ quality, optimiseCoding: false, chromaSubsampling: '4:4:4' }).toBuffer();
    return new Uint8Array(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  } catch (cause) {
    const message = `Encoding a JPEG of ${width} x ${height} pixels: expected libvips to take it, but ${errorMessage(cause)}`;
    throw new IngestError('convert/jpeg', message, { cause });
  }
}
