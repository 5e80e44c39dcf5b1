import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';

const MARK = /<(?:!DOCTYPE\s{1,9})?(?:\w{1,20}:)?OME[\s>]/;
/** Without any of these the text describes how the planes are stored, and TIFF's own tags say more. */
const CONTENTS = ['PhysicalSizeX=', 'AcquisitionDate', 'Microscope'];

/** The description as its bytes stood in the file: they were read as latin-1, one character a byte. */
function bytesOf(text: string): Uint8Array {
  const wide = /[\u0100-\uffff]/.test(text);
  return new Uint8Array(Buffer.from(text, wide ? 'utf8' : 'latin1'));
}

/** Finds OME-XML in the TIFF's ImageDescription. */
export function detectOme({ tiffText }: HarvestInput): FoundHeader | undefined {
  const text = tiffText?.imageDescription;
  if (text === undefined || !text.includes('OME')) return undefined;
  const bytes = bytesOf(text);
  const found = MARK.test(peekText(bytes)) && CONTENTS.some((content) => text.includes(content));
  return found ? { place: 'tiff:270', bytes } : undefined;
}
