import { SaxesParser } from 'saxes';
import { errorMessage } from '../domain/errors.ts';
import { decodeText } from './decode-text.ts';
import { readPlainXml } from './plain-xml.ts';
import type { OpenElement, XmlElement } from './xml-element.ts';
import { localName, MAX_DEPTH, MAX_NODES, newElement } from './xml-element.ts';

export interface XmlDocument {
  readonly root: XmlElement;
  readonly encoding: string;
}

/** The XML of known files has 2 to 90 kB; a hostile text of two mebibytes costs about a second. */
const MAX_XML_BYTES = 2 * 1024 * 1024;
const WHITE = /^[ \t\n]*$/;
const DECLARATION = /^<\?xml[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}["']([A-Za-z][\w.-]{0,39})["']/;

function otherEncoding(label: string, bytes: Uint8Array): { text: string; encoding: string } | undefined {
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    // The standard of the web calls latin-1 windows-1252; the bytes tell the two apart themselves.
    if (decoder.encoding === 'windows-1252') return undefined;
    return { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch {
    return undefined;
  }
}

/**
 * The bytes show UTF-16 and UTF-8 by themselves; only a text of some 8-bit code page needs the declaration, where it
 * names one that fits ("gb2312", "iso-8859-2"). The text ends at the first NUL, which closes or pads a TIFF text.
 */
function xmlText(bytes: Uint8Array): { text: string; encoding: string } {
  const shown = decodeText(bytes);
  const declared = DECLARATION.exec(shown.text.slice(0, 300).trimStart())?.[1];
  const codePage = shown.encoding === 'latin-1' || shown.encoding === 'windows-1252';
  const { text, encoding } = (codePage && declared !== undefined && otherEncoding(declared, bytes)) || shown;
  const end = text.indexOf('\0');
  return { text: (end < 0 ? text : text.slice(0, end)).trim(), encoding };
}

/** Runs the parser over the text; every limit and every refusal is an exception out of its handlers. */
export function buildTree(text: string): OpenElement | undefined {
  const parser = new SaxesParser();
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  let nodes = 0;
  const count = (): void => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new Error(`it has more than ${MAX_NODES} elements and attributes`);
  };
  const addText = (characters: string): void => {
    const current = open.at(-1);
    if (current !== undefined && !WHITE.test(characters)) current.text += characters;
  };
  parser.on('attribute', count);
  parser.on('opentag', ({ name, attributes }) => {
    count();
    if (open.length >= MAX_DEPTH) throw new Error(`its elements lie more than ${MAX_DEPTH} deep`);
    const element = newElement(localName(name), Object.entries(attributes));
    root ??= element;
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  return root;
}

/**
 * Reads the XML of a header into a tree. A text that declares entities or refers to a DTD is refused before it is parsed:
 * no header has one, and they serve to swell a text or to read other files.
 * @throws Error with what is wrong: too large, too deep, too many elements, a DOCTYPE, not well formed (line and column).
 */
export function parseXml(bytes: Uint8Array): XmlDocument {
  if (bytes.length > MAX_XML_BYTES) {
    throw new Error(`the XML has ${bytes.length} bytes, more than ${MAX_XML_BYTES} are not read`);
  }
  const { text, encoding } = xmlText(bytes);
  // To look for two characters is cheap, and few headers have them.
  if (text.includes('<!') && /<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw new Error('the XML has a DOCTYPE or declares entities, which no header needs and which are not read');
  }
  let root: XmlElement | undefined;
  try {
    root = readPlainXml(text) ?? buildTree(text);
  } catch (error) {
    throw new Error(`the XML is not well formed or too large: ${errorMessage(error).replace(/\.$/, '')}`, {
      cause: error,
    });
  }
  if (root === undefined) throw new Error('the XML has no element');
  return { root, encoding };
}
