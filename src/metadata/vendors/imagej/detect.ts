import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';
import { imageJPixels } from './map.ts';
import { parseImageJ } from './parse.ts';

/** Finds a calibration by ImageJ. Without one its description says nothing about the micrograph, and is no header. */
export function detectImageJ(input: HarvestInput): FoundHeader | undefined {
  const description = input.tiffText?.imageDescription;
  if (description?.startsWith('ImageJ=') !== true) return undefined;
  const bytes = Buffer.from(description, 'utf8');
  return imageJPixels(parseImageJ(bytes), input).length === 0 ? undefined : { place: 'tiff:270', bytes };
}
