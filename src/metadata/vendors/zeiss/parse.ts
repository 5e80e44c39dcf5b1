import { decodeText, splitLines } from '../../decode-text.ts';
import type { HeaderSections } from '../../harvest-types.ts';
import { newBranch } from '../../harvest-types.ts';

export interface ZeissEntry {
  key: string;
  label: string;
  /** The characters behind "=" or ":"; undefined where the line has neither ("Frame Counter Range Error 2005270.0"). */
  raw: string | undefined;
  line: string;
}

/**
 * A SmartSEM header. `numbers` are the unnamed lines before the first key; index 3 is the pixel size in metres for a
 * picture of 1024 columns, 4 the magnification, 6 the EHT in volts, 8 the probe current in amperes and 9 the working
 * distance in metres (checked against the labelled values of seven files, V05.07 to V07.00).
 */
export interface ZeissHeader {
  encoding: string;
  numbers: string[];
  entries: Map<string, ZeissEntry>;
}

const KEY = /^[A-Z]{2}_[A-Z0-9_]{1,60} *$/;

function readEntry(key: string, line: string): ZeissEntry {
  const equals = line.indexOf('=');
  // Only dates and times stand behind a colon ("Date :24 Mar 2017", "Time: 0:06:35").
  const cut = equals >= 0 ? equals : line.indexOf(':');
  if (cut < 0) return { key, label: line.trim(), raw: undefined, line };
  return { key, label: line.slice(0, cut).trim(), raw: line.slice(cut + 1).trim(), line };
}

/** Reads the unnamed numbers, then pairs of a KEY line and its "Label = value unit" line; a text may run on. */
export function parseZeiss(bytes: Uint8Array): ZeissHeader {
  const { text, encoding } = decodeText(bytes);
  const header: ZeissHeader = { encoding, numbers: [], entries: new Map() };
  const lines = splitLines(text.includes('\0') ? text.replaceAll('\0', '') : text);
  let last: ZeissEntry | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (!KEY.test(line)) {
      if (last === undefined) header.numbers.push(line.trim());
      else if (line !== '' && last.key.startsWith('SV_')) last.raw = `${last.raw ?? ''}\n${line}`;
      continue;
    }
    const next = lines[i + 1] ?? '';
    if (next.includes('_') && KEY.test(next)) continue;
    i++;
    last = readEntry(line, next);
    if (!header.entries.has(line)) header.entries.set(line, last);
  }
  return header;
}

/** The header as a JSON-able tree: DP (states), AP (numbers), SV (texts) and the unnamed numbers. */
export function zeissSections(header: ZeissHeader): HeaderSections {
  const tree = newBranch<Record<string, string>>();
  const numbers = newBranch<string>();
  for (const [index, line] of header.numbers.entries()) numbers[index] = line;
  tree['numbers'] = numbers;
  for (const { key, raw, line } of header.entries.values()) {
    const branch = (tree[key.slice(0, 2)] ??= newBranch<string>());
    branch[key] = raw ?? line;
  }
  return tree;
}

/** The entry with this label, for versions that call a key otherwise. */
export function entryWithLabel(header: ZeissHeader, label: string): ZeissEntry | undefined {
  for (const entry of header.entries.values()) {
    if (entry.label.toLowerCase() === label) return entry;
  }
  return undefined;
}
