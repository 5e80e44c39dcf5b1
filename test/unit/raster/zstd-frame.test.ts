import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import { boundedZstdFrame } from '../../../src/raster/zstd-frame.ts';
import { buildTiff } from '../../builders/tiff-builder.ts';
import { rejection } from '../../expect-ingest-error.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A last block of plain bytes. */
const rawBlock = (bytes: Uint8Array): number[] => {
  const head = (bytes.length << 3) | 1;
  return [head & 255, (head >> 8) & 255, head >> 16, ...bytes];
};
/** As libtiff writes: a window, no content size. */
const streamed = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...MAGIC, 0, 0x50, ...rawBlock(bytes)]);
/** Content size in two bytes (less 256). */
const sized = (bytes: Uint8Array, stated = bytes.length): Uint8Array =>
  Uint8Array.from([...MAGIC, 0x60, (stated - 256) & 255, (stated - 256) >> 8, ...rawBlock(bytes)]);

/** The last block does not say that it is. */
const endless = (bytes: Uint8Array): Uint8Array => streamed(bytes).map((byte, i) => (i === 6 ? byte & 0xfe : byte));

const samples = Uint8Array.from({ length: 400 }, (_, i) => (i * 13) % 256);

function zstdTiff(encodeChunk: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const tags = [{ tag: 259, type: 'SHORT', value: 50_000 }] as const;
  return buildTiff({ width: 20, height: 20, pixels: samples, tags, encodeChunk });
}

describe('zstd strips', () => {
  it.each([
    ['with their size', sized],
    ['without it, as libtiff writes them', streamed],
  ])('are decoded %s', async (_, encode) => {
    const { picture } = await decodePicture(zstdTiff(encode), { maxPixelBytes: 1000 });
    expect(picture.plane.data).toEqual(samples);
  });

  it('are refused at once where the chain of blocks does not end', async () => {
    await rejection(decodePicture(zstdTiff(endless), { maxPixelBytes: 1000 }), 'raster/corrupt');
  });

  it('are refused where they state a size that the strip cannot have', () => {
    const frame = Uint8Array.from([...MAGIC, 0xa0, 0, 0, 0, 0x40, ...rawBlock(samples)]);
    expect(boundedZstdFrame(frame, 400)).toBeUndefined();
  });

  it('are cut to their first frame', () => {
    const frame = sized(samples);
    expect(boundedZstdFrame(Uint8Array.from([...frame, ...frame]), 400)).toEqual(frame);
  });

  it('are refused cut at any place', () => {
    const frame = streamed(samples);
    for (let length = 0; length < frame.length; length++) {
      expect(boundedZstdFrame(frame.subarray(0, length), 400)).toBeUndefined();
    }
  });
});
