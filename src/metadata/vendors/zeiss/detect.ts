import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';

/** 34119 repeats 34118 in UTF-16; it serves where 34118 is missing or damaged. */
const TAGS = [34118, 34119];

/** Finds the text header of Zeiss SmartSEM (and LEO) microscopes. */
export function detectZeiss(input: HarvestInput): FoundHeader | undefined {
  for (const number of TAGS) {
    for (const { tag, place, bytes } of input.tags) {
      if (tag === number && /^(?:AP|DP|SV)_[A-Z0-9_]+\r?$/m.test(peekText(bytes))) return { place, bytes };
    }
  }
  return undefined;
}
