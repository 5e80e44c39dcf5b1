import { decodeText, MAX_LINES } from '../../decode-text.ts';
import type { HeaderSections } from '../../harvest-types.ts';
import { newBranch } from '../../harvest-types.ts';

export interface ZeissEntry {
  key: string;
  /**
   * The characters behind "=" or ":", or the whole line where it has neither ("Frame Counter Range Error 2005270.0"); of
   * a text (SV) also the lines it runs on over.
   */
  raw: string;
}

/**
 * A SmartSEM header. `numbers` are the unnamed lines before the first key; index 3 is the pixel size in metres for a
 * picture of 1024 columns, 4 the magnification, 6 the EHT in volts, 8 the probe current in amperes and 9 the working
 * distance in metres (checked against the labelled values of seven files, V05.07 to V07.00). `sections` is the whole
 * header: DP (states), AP (numbers), SV (texts) and the unnamed numbers. A header has some 800 keys, and a harvest asks
 * for 50 of them, so each is stored once and labels are only looked at when a key is missing.
 */
export interface ZeissHeader {
  encoding: string;
  numbers: string[];
  sections: HeaderSections;
  /** Each key and its value line, label included. */
  keys: string[];
  lines: string[];
}

const KEY = /^[A-Z]{2}_[A-Z0-9_]{1,60} *$/;

/** Keys met before, by their lines: to look one up costs less than the expression. */
const known = new Map<string, string>();
/** SmartSEM has some 1,500 keys; what a hostile file makes up beyond is not kept. */
const MOST_KNOWN = 4096;
/** The keys of the last header: the next picture of a microscope has the same ones in the same order. */
let expected: readonly string[] = [];
const [UNDERSCORE, CR] = [95, 13];

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

/** The line between two places of the text, without the CR at its end. */
function lineAt(text: string, start: number, end: number): string {
  return text.slice(start, end > start && text.codePointAt(end - 1) === CR ? end - 1 : end);
}

/** The key on a line, without spaces at its end; undefined for a value. `index` says which key of the header it would be. */
function keyAt(text: string, start: number, end: number, index: number): string | undefined {
  // The third character tells nearly all value lines apart.
  if (text.codePointAt(start + 2) !== UNDERSCORE || start + 2 >= end) return undefined;
  const guess = expected[index];
  const same = guess !== undefined && end - start - guess.length <= 1 && text.startsWith(guess, start);
  if (same && (start + guess.length === end || text.codePointAt(end - 1) === CR)) return guess;
  const line = lineAt(text, start, end);
  const met = known.get(line);
  if (met !== undefined || !KEY.test(line)) return met;
  const key = line.trimEnd();
  if (known.size < MOST_KNOWN) known.set(line, key);
  return key;
}

/** Without NULs, and with LF or CRLF at the end of lines: a lone CR ends one, too. */
function plainLines(text: string): string {
  const clean = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return /\r(?!\n)/.test(clean) ? clean.replaceAll(/\r\n?/g, '\n') : clean;
}

/** Where the label of a value line ends; -1 where it has none. */
function labelEnd(line: string): number {
  const equals = line.indexOf('=');
  // Only dates and times stand behind a colon ("Date :24 Mar 2017", "Time: 0:06:35").
  return equals >= 0 ? equals : line.indexOf(':');
}

/** Reads the unnamed numbers, then pairs of a KEY line and its "Label = value unit" line; a text may run on. */
export function parseZeiss(bytes: Uint8Array): ZeissHeader {
  const decoded = decodeText(bytes);
  const text = plainLines(decoded.text);
  const sections = newBranch<Record<string, string>>();
  sections['numbers'] = newBranch<string>();
  const header: ZeissHeader = { encoding: decoded.encoding, numbers: [], sections, keys: [], lines: [] };
  // Keys of one kind stand together.
  let [kind, branch] = ['', branchOf(sections, 'numbers')];
  // The key of a text, while it may run on.
  let open: string | undefined;
  let start = 0;
  for (let count = 0; start <= text.length && count < MAX_LINES; count++) {
    const end = lineEnd(text, start);
    const key = keyAt(text, start, end, header.keys.length);
    const next = end + 1;
    if (key === undefined) {
      addLine(header, lineAt(text, start, end), open);
      start = next;
      continue;
    }
    if (kind === '' || !key.startsWith(kind)) {
      kind = key.slice(0, 2);
      branch = branchOf(sections, kind);
    }
    const valueEnd = lineEnd(text, next);
    // A key without a value is followed by another.
    const value = keyAt(text, next, valueEnd, header.keys.length + 1) === undefined;
    if (value) open = store(header, branch, key, lineAt(text, next, valueEnd)) && kind === 'SV' ? key : undefined;
    start = value ? valueEnd + 1 : next;
  }
  expected = header.keys;
  return header;
}

/** A line that is neither key nor value: an unnamed number before the first key, or more of a text. */
function addLine({ numbers, sections, keys }: ZeissHeader, line: string, open: string | undefined): void {
  if (keys.length === 0) {
    const place = numbers.push(line.trim()) - 1;
    branchOf(sections, 'numbers')[place] = line.trim();
  } else if (open !== undefined && line !== '') {
    branchOf(sections, open.slice(0, 2))[open] += `\n${line}`;
  }
}

function branchOf(sections: HeaderSections, name: string): Record<string, string> {
  return (sections[name] ??= newBranch<string>());
}

/** Notes a value; false where its key was stored before: the first value counts. */
function store({ keys, lines }: ZeissHeader, branch: Record<string, string>, key: string, line: string): boolean {
  keys.push(key);
  lines.push(line);
  if (branch[key] !== undefined) return false;
  const end = labelEnd(line);
  branch[key] = end < 0 ? line : line.slice(end + 1).trim();
  return true;
}

/** The entry of this key. */
export function entryOf({ sections }: ZeissHeader, key: string): ZeissEntry | undefined {
  const raw = sections[key.slice(0, 2)]?.[key];
  return raw === undefined ? undefined : { key, raw };
}

/** The entry with this label, in lower case, for versions that call a key otherwise. */
export function entryWithLabel(header: ZeissHeader, label: string): ZeissEntry | undefined {
  const [first = ''] = label;
  const capital = first.toUpperCase();
  for (let i = 0; i < header.lines.length; i++) {
    const line = header.lines[i] ?? '';
    // Few of the 800 lines begin like that: no other is taken apart.
    const start = line[0];
    if (start !== first && start !== capital && start !== ' ') continue;
    const end = labelEnd(line);
    const stated = end < 0 ? line : line.slice(0, end);
    if (stated.trim().toLowerCase() === label) return entryOf(header, header.keys[i] ?? '');
  }
  return undefined;
}
