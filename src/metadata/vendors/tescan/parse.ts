import { decodeText, peekText, splitLines } from '../../decode-text.ts';
import type { IniDocument } from '../../ini.ts';
import { iniValue, parseIni } from '../../ini.ts';

export interface TescanHeader {
  document: IniDocument;
  encoding: string;
}

/**
 * Tag 50431 is a row of blocks: length (u32, the kind included), kind (u16), content. Gwyddion's tescan.c names the kinds;
 * 1 is a thumbnail (JPEG 2000 in the file known to us) and 0 ends the row. The texts have no section titles of their own.
 */
const TITLES: ReadonlyMap<number, string> = new Map([
  [2, 'MAIN'],
  [3, 'SEM'],
  [4, 'GAMA'],
  [5, 'FIB'],
]);
const LENGTH_BYTES = 4;
const KIND_BYTES = 2;
/** A file has half a dozen blocks; more are damage. */
const MAX_BLOCKS = 64;

interface Block {
  title: string;
  bytes: Uint8Array;
}

/** The text blocks of the tag, or undefined where its bytes are no row of blocks in this byte order. */
function readBlocks(bytes: Uint8Array, littleEndian: boolean): Block[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Block[] = [];
  let at = 0;
  for (let count = 0; count < MAX_BLOCKS && at + LENGTH_BYTES + KIND_BYTES <= bytes.length; count++) {
    const end = at + LENGTH_BYTES + view.getUint32(at, littleEndian);
    const start = at + LENGTH_BYTES + KIND_BYTES;
    if (end < start || end > bytes.length) return undefined;
    const title = TITLES.get(view.getUint16(at + LENGTH_BYTES, littleEndian));
    if (title !== undefined) blocks.push({ title, bytes: bytes.subarray(start, end) });
    at = end;
  }
  return blocks.length === 0 ? undefined : blocks;
}

/** Text of the blocks under their titles, in one encoding; a block that brings its title keeps it. */
function textOf(blocks: readonly Block[]): { text: string; encoding: string } {
  const encoder = new TextEncoder();
  const parts = blocks.flatMap(({ title, bytes }) => {
    const titled = /^\s*\[/.test(peekText(bytes, 16));
    return titled ? [bytes, encoder.encode('\n')] : [encoder.encode(`[${title}]\n`), bytes, encoder.encode('\n')];
  });
  return decodeText(new Uint8Array(Buffer.concat(parts)));
}

const FIRST_PRINTED = 0x20;

/** Where the length and kind of a block stand before a key ("\x04\x03AcceleratorVoltage"), the key alone. */
function withoutPrefix(line: string): string {
  const equals = line.indexOf('=');
  if (equals < 0) return line;
  let start = 0;
  for (let i = 0; i < equals; i++) {
    if ((line.codePointAt(i) ?? 0) < FIRST_PRINTED) start = i + 1;
  }
  return line.slice(start);
}

/** A text file, or a tag whose blocks are damaged: from the first title or key on, whatever stands before it. */
function textFrom(bytes: Uint8Array): { text: string; encoding: string } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = ['[MAIN]', 'AccFrames='].map((mark) => buffer.indexOf(mark)).filter((start) => start > 0);
  const { text, encoding } = decodeText(starts.length === 0 ? bytes : bytes.subarray(Math.min(...starts)));
  return { text: splitLines(text).map(withoutPrefix).join('\n'), encoding };
}

/** Reads the tag or the `.hdr` file. */
export function parseTescan(bytes: Uint8Array): TescanHeader {
  const blocks = readBlocks(bytes, true) ?? readBlocks(bytes, false);
  const { text, encoding } = blocks === undefined ? textFrom(bytes) : textOf(blocks);
  return { document: parseIni({ text }), encoding };
}

export interface Found {
  key: string;
  raw: string;
}

/** A value of one of these sections, or of the lines that no title stands above. */
export function tescanValue(header: TescanHeader, sections: readonly string[], name: string): Found | undefined {
  for (const section of [...sections, '']) {
    const raw = iniValue(header.document, section, name);
    if (raw !== undefined) return { key: section === '' ? name : `[${section}] ${name}`, raw };
  }
  return undefined;
}
