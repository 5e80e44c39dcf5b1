import type { XmlDocument } from '../../xml.ts';
import { parseXml } from '../../xml.ts';

/** @throws Error where the XML cannot be read or is another program's. */
export function parseOme(bytes: Uint8Array): XmlDocument {
  const document = parseXml(bytes);
  if (document.root.name !== 'OME') throw new Error(`the root is <${document.root.name}> and not <OME>`);
  return document;
}
