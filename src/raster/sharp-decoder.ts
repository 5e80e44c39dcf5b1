import sharp from 'sharp';
import { IngestError } from '../domain/errors.ts';
import type { ImageFacts } from '../domain/record.ts';
import { colourPicture, isGreyAsColour, type MultiSamples, samplePlane } from './colour-planes.ts';
import { assertPixelBytes, type DecodeOptions } from './decode-tiff.ts';
import { oneLine } from './foreign-error.ts';
import type { Picture, SampleArray } from './picture.ts';
import { plainBytes } from './samples.ts';

interface Declared {
  widthPx: number;
  heightPx: number;
  channels: number;
  isDeep: boolean;
}

/**
 * Decodes a JPEG or PNG: grey as one plane, colour as for a TIFF, alpha left out of the plane; embedded colour profiles
 * and the orientation of EXIF are not applied. The declared size is checked before anything is decoded. Rejects with
 * `raster/too-large`, or `raster/corrupt` where the file is damaged or cut short.
 */
export async function decodeJpegOrPng(
  bytes: Uint8Array,
  kind: 'jpeg' | 'png',
  options: DecodeOptions,
): Promise<Picture> {
  const declared = await readDeclared(bytes, kind);
  const { widthPx, heightPx, channels, isDeep } = declared;
  const declaredBytes = widthPx * heightPx * channels * (isDeep ? 2 : 1);
  assertPixelBytes({ widthPx, heightPx, samplesPerPixel: channels, bytes: declaredBytes }, options.maxPixelBytes);
  const { data, info } = await decode(bytes, kind, declared);
  const samples: MultiSamples = {
    widthPx,
    heightPx,
    samplesPerPixel: info.channels,
    planar: false,
    data: isDeep ? asSixteenBit(data) : plainBytes(data),
  };
  return toPicture(samples, isDeep);
}

async function readDeclared(bytes: Uint8Array, kind: string): Promise<Declared> {
  try {
    const { width, height, channels, depth } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { widthPx: width, heightPx: height, channels, isDeep: depth === 'ushort' };
  } catch (cause) {
    throw damaged(kind, 'Reading the header', cause);
  }
}

async function decode(bytes: Uint8Array, kind: string, declared: Declared) {
  const { widthPx, heightPx, channels, isDeep } = declared;
  try {
    const pipeline = sharp(bytes, {
      // A cut-off JPEG would otherwise end in grey rows.
      failOn: 'truncated',
      limitInputPixels: widthPx * heightPx,
      sequentialRead: true,
      ignoreIcc: true,
    });
    const grey = channels <= 2;
    const space = isDeep ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb';
    return await pipeline
      .toColourspace(space)
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw damaged(kind, `Decoding ${widthPx} x ${heightPx} pixels`, cause);
  }
}

function damaged(kind: string, attempted: string, cause: unknown): IngestError {
  const message = `${attempted} of a ${kind.toUpperCase()} failed: ${oneLine(cause)}.`;
  return new IngestError('raster/corrupt', message, { cause });
}

function asSixteenBit(data: Uint8Array): Uint16Array {
  const aligned = data.byteOffset % 2 === 0 ? data : new Uint8Array(data);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

function toPicture(samples: MultiSamples, isDeep: boolean): Picture {
  const { widthPx, heightPx, samplesPerPixel } = samples;
  const isColour = samplesPerPixel >= 3;
  const facts: ImageFacts = {
    widthPx,
    heightPx,
    bitsPerSample: isDeep ? 16 : 8,
    sampleFormat: 'uint',
    samplesPerPixel,
    photometric: isColour ? 'rgb' : 'min-is-black',
    pages: 1,
  };
  const plane = (data: SampleArray): Picture => ({ facts, plane: { widthPx, heightPx, data } });
  if (samplesPerPixel === 1) return plane(samples.data);
  if (!isColour || isGreyAsColour(samples)) return plane(samplePlane(samples, 0));
  return { facts, ...colourPicture(samples) };
}
