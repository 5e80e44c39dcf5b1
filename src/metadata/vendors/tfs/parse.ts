import type { XmlDocument } from '../../xml.ts';
import { parseXml } from '../../xml.ts';

/** What XML begins with in base64: "<", a byte order mark before it, or white space. */
const BEGINNINGS = ['PD', '77u/PD', 'DQo8', 'Cjw'];

function isBase64(text: string): boolean {
  return BEGINNINGS.some((beginning) => text.startsWith(beginning)) && /^[A-Za-z0-9+/]{16}/.test(text);
}

/** The bytes of XML that was written as base64; undefined where the bytes hold no such text. */
export function expandBase64(bytes: Uint8Array): Uint8Array | undefined {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  if (!isBase64(head)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  // Node's decoder stops at nothing: what is no base64 is left out, such as the NUL at the end.
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** @throws Error where the XML cannot be read. */
export function parseTfs(bytes: Uint8Array): XmlDocument {
  return parseXml(expandBase64(bytes) ?? bytes);
}
