import { decodeText, splitLines } from '../../decode-text.ts';
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

/** Keys met before: every header of a microscope has the same 800, and to look one up costs less than the expression. */
const known = new Map<string, string>();
/** SmartSEM has some 1,500 keys; what a hostile file makes up beyond is not kept. */
const MOST_KNOWN = 4096;
const UNDERSCORE = 95;

/** The key that a line is, without spaces at its end; undefined for a value. */
function keyIn(line: string): string | undefined {
  // The third character tells nearly all value lines apart.
  if (line.codePointAt(2) !== UNDERSCORE) return undefined;
  const met = known.get(line);
  if (met !== undefined || !KEY.test(line)) return met;
  const key = line.trimEnd();
  if (known.size < MOST_KNOWN) known.set(line, key);
  return key;
}

/** Where the label of a value line ends; -1 where it has none. */
function labelEnd(line: string): number {
  const equals = line.indexOf('=');
  // Only dates and times stand behind a colon ("Date :24 Mar 2017", "Time: 0:06:35").
  return equals >= 0 ? equals : line.indexOf(':');
}

/** Reads the unnamed numbers, then pairs of a KEY line and its "Label = value unit" line; a text may run on. */
export function parseZeiss(bytes: Uint8Array): ZeissHeader {
  const { text, encoding } = decodeText(bytes);
  const lines = splitLines(text.includes('\0') ? text.replaceAll('\0', '') : text);
  const sections = newBranch<Record<string, string>>();
  const header: ZeissHeader = { encoding, numbers: [], sections, keys: [], lines: [] };
  const numbers = newBranch<string>();
  sections['numbers'] = numbers;
  // The key of a text, while it may run on.
  let open: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const key = keyIn(line);
    if (key !== undefined) {
      const value = lines[i + 1] ?? '';
      // A key without a value.
      if (keyIn(value) !== undefined) continue;
      i++;
      open = store(header, key, value) && key.startsWith('SV_') ? key : undefined;
    } else if (header.keys.length === 0) {
      numbers[header.numbers.push(line.trim()) - 1] = line.trim();
    } else if (open !== undefined && line !== '') {
      branchOf(sections, open)[open] += `\n${line}`;
    }
  }
  return header;
}

function branchOf(sections: HeaderSections, key: string): Record<string, string> {
  return (sections[key.slice(0, 2)] ??= newBranch<string>());
}

/** Notes a value; false where its key was stored before: the first value counts. */
function store({ sections, keys, lines }: ZeissHeader, key: string, line: string): boolean {
  keys.push(key);
  lines.push(line);
  const branch = branchOf(sections, key);
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
