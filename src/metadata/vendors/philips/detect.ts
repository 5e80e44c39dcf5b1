import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';

/** FEI, the successor, writes an INI of other sections into the same tag. */
const TAG = 34680;

/** Finds the INI header of Philips XL microscopes. */
export function detectPhilips(input: HarvestInput): FoundHeader | undefined {
  for (const { tag, place, bytes } of input.tags) {
    if (tag === TAG && /^\[DatabarData\]/m.test(peekText(bytes))) return { place, bytes };
  }
  return undefined;
}
