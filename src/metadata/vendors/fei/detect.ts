import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';

/** 34682 first: newer software keeps the INI text there and base64 of its own XML in 34680. */
const TAGS = [34682, 34680];
/** Philips XL writes another INI text into 34680; these sections are FEI's alone. */
const MARKS = [/^\[(?:E|I|IR)?Beam\]/m, /^\[PrivateFei\]/m, /^\[EScan\]/m];

/** Finds the INI header of FEI and Thermo Fisher microscopes. */
export function detectFei(input: HarvestInput): FoundHeader | undefined {
  for (const number of TAGS) {
    for (const { tag, place, bytes } of input.tags) {
      if (tag !== number) continue;
      const text = peekText(bytes, 16_384);
      if (MARKS.some((mark) => mark.test(text))) return { place, bytes };
    }
  }
  return undefined;
}
