import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';
import { DESCRIPTION_TAG } from '../../vendor-tags.ts';
import { imageJPixels } from './map.ts';
import { parseImageJ } from './parse.ts';

/** Finds a calibration by ImageJ. Without one its description says nothing about the micrograph, and is no header. */
export function detectImageJ(input: HarvestInput): FoundHeader | undefined {
  const found = input.tags.find(({ tag }) => tag === DESCRIPTION_TAG);
  if (found === undefined || !peekText(found.bytes, 16).startsWith('ImageJ=')) return undefined;
  const { place, bytes } = found;
  return imageJPixels(parseImageJ(bytes), input).length === 0 ? undefined : { place, bytes };
}
