import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';
import { expandBase64 } from './parse.ts';

/** 34683 holds the XML alone; the other two hold an INI text that newer software lets XML follow, or base64 of XML. */
const TAGS = [34683, 34682, 34680];
const MARK = /<(?:\w{1,20}:)?Metadata[\s>]|schemas\.fei\.com\/Metadata\//;
/** Enough to see the root; the state of a microscope is some 90 kB. */
const PEEKED_BASE64 = 8192;
const STARTS = ['<?xml', '<Metadata'];

/** The bytes from where the XML begins; an INI text before it is another reader's. */
function fromXml(bytes: Uint8Array): Uint8Array | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = STARTS.map((start) => buffer.indexOf(start, 0, 'latin1')).filter((start) => start >= 0);
  return starts.length === 0 ? undefined : bytes.subarray(Math.min(...starts));
}

/** UTF-16 hides the mark from a search for bytes; such a text is XML from its first character on. */
function xmlBytes(bytes: Uint8Array): Uint8Array | undefined {
  const found = fromXml(bytes);
  if (found !== undefined) return MARK.test(peekText(found)) ? found : undefined;
  if (/^\s{0,99}</.test(peekText(bytes, 400))) return MARK.test(peekText(bytes)) ? bytes : undefined;
  const expanded = expandBase64(bytes.subarray(0, PEEKED_BASE64));
  // The header stays as it stands in the file; the parser expands it.
  return expanded !== undefined && MARK.test(peekText(expanded)) ? bytes : undefined;
}

/**
 * Finds the XML of FEI and Thermo Fisher microscopes (namespace schemas.fei.com/Metadata/v1/2013/07). Never by the number
 * of the tag alone: Phenom writes 34683 as well. Base64 in 34680 mostly holds `MementoItemCollection`, the state to come
 * back to, which is no description of the picture and is left alone.
 */
export function detectTfs(input: HarvestInput): FoundHeader | undefined {
  for (const number of TAGS) {
    for (const { tag, place, bytes } of input.tags) {
      const found = tag === number ? xmlBytes(bytes) : undefined;
      if (found !== undefined) return { place, bytes: found };
    }
  }
  return undefined;
}
