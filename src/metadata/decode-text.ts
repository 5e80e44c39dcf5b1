import { isAscii, isUtf8 } from 'node:buffer';

/** A header is some kilobytes; whatever is larger is not read at all. */
export const MAX_HEADER_BYTES = 8 * 1024 * 1024;

export interface DecodedText {
  text: string;
  encoding: 'ascii' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1' | 'windows-1252';
  /** The bytes themselves, where each is one character of the text. */
  codes?: Uint8Array;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** UTF-16 without a byte order mark: text of western headers then has a zero in every second byte. */
function utf16Order(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes.length < 4) return undefined;
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'utf-16be';
  return undefined;
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): string {
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  const text = (encoding === 'utf-16be' ? even.swap16() : even).toString('utf16le');
  return text.codePointAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * Windows programs write their code page; only the range that latin-1 leaves to control characters (0x80 to 0x9F) tells the
 * two apart. Looks at four bytes at once: a header in latin-1 is looked through to its end.
 */
function hasWindowsRange(bytes: Uint8Array): boolean {
  const lead = -bytes.byteOffset & 3;
  const count = Math.max(0, (bytes.length - lead) >> 2);
  const words = new Uint32Array(bytes.buffer, count === 0 ? 0 : bytes.byteOffset + lead, count);
  for (let i = 0; i < count; i++) {
    // A byte of this is zero exactly where one of the word is in the range; the second line finds a zero.
    const zeros = ((words[i] as number) & 0xe0e0e0e0) ^ 0x80808080;
    if (((zeros - 0x01010101) & ~zeros & 0x80808080) !== 0) return true;
  }
  return bytes.subarray(0, lead).some(isInWindowsRange) || bytes.subarray(lead + 4 * count).some(isInWindowsRange);
}

function isInWindowsRange(byte: number): boolean {
  return (byte & 0xe0) === 0x80;
}

/**
 * Text of a header in the encoding its bytes show: UTF-16 (with or without a mark), UTF-8 where the bytes are valid
 * UTF-8, else latin-1 (µ is the byte 0xB5, ° 0xB0). Never fails; the end mark (NUL) is kept for the caller.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const utf16 = utf16Order(bytes);
  if (utf16 !== undefined) return { text: decodeUtf16(bytes, utf16), encoding: utf16 };
  if (isAscii(bytes)) return { text: asBuffer(bytes).toString('latin1'), encoding: 'ascii', codes: bytes };
  if (isUtf8(bytes)) {
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return { text: asBuffer(marked ? bytes.subarray(3) : bytes).toString('utf8'), encoding: 'utf-8' };
  }
  if (!hasWindowsRange(bytes)) return { text: asBuffer(bytes).toString('latin1'), encoding: 'latin-1', codes: bytes };
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
}

/** The first characters of a header, enough to see whose it is. */
export function peekText(bytes: Uint8Array, length = 4096): string {
  // Cut at an even offset, or UTF-16 would lose its step; a torn UTF-8 sequence only makes it latin-1, good enough to sniff.
  return decodeText(bytes.subarray(0, length - (length % 2))).text;
}

/** More lines than this are no header but an attack on memory; the rest is left out. */
export const MAX_LINES = 50_000;

/** Lines of a text with CR, LF or CRLF at their ends, without the NULs that end or pad a TIFF text. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  while (start <= text.length && lines.length < MAX_LINES) {
    const lf = text.indexOf('\n', start);
    const end = lf < 0 ? text.length : lf;
    const chunk = text.slice(start, end > start && text.codePointAt(end - 1) === 13 ? end - 1 : end);
    if (chunk.includes('\r')) lines.push(...chunk.split('\r', MAX_LINES - lines.length));
    else lines.push(chunk);
    start = end + 1;
  }
  return lines;
}

/** Without white space and NULs at both ends. */
export function clean(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', ' ').trim() : text.trim();
}
