import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';

const TAG = 51023;
const MARK = /<(?:!DOCTYPE\s{1,9})?(?:\w{1,20}:)?Fibics[\s>]/;

/** Finds the XML header that Fibics writes: Zeiss Atlas (and NPVE, its forerunner) on SEM, FIB and helium ion microscopes. */
export function detectAtlas(input: HarvestInput): FoundHeader | undefined {
  const found = input.tags.find(({ tag, bytes }) => tag === TAG && MARK.test(peekText(bytes)));
  return found === undefined ? undefined : { place: found.place, bytes: found.bytes };
}
