import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';
import { parseDigitalMicrograph, TREE_TAG } from './parse.ts';

/** Finds the tags of DigitalMicrograph. The bytes kept are those of its tree of tags, or of the scale where there is none. */
export function detectDigitalMicrograph(input: HarvestInput): FoundHeader | undefined {
  const { x, y } = parseDigitalMicrograph(input);
  const axis = x ?? y;
  if (axis === undefined) return undefined;
  const kept = [TREE_TAG, axis.scaleTag].map((number) => input.tags.find(({ tag }) => tag === number));
  const found = kept.find((tag) => tag !== undefined);
  return found && { place: found.place, bytes: found.bytes, mediaType: 'application/octet-stream' };
}
