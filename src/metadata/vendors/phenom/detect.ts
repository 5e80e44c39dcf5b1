import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';

/** FEI's electron microscopes write 34683 too, with another root. */
const TAG = 34683;
const ROOT = 'FeiImage';
const MARK = /<(?:!DOCTYPE\s{1,9})?(?:\w{1,20}:)?FeiImage[\s>]/;

function isPhenomText(bytes: Uint8Array): boolean {
  const text = peekText(bytes);
  return text.includes(ROOT) && MARK.test(text);
}

/** Finds the XML header of Phenom desktop microscopes by its root `<FeiImage>`. */
export function detectPhenom(input: HarvestInput): FoundHeader | undefined {
  const found = input.tags.find(({ tag, bytes }) => tag === TAG && isPhenomText(bytes));
  return found === undefined ? undefined : { place: found.place, bytes: found.bytes };
}
