import { decodeText, MAX_LINES, trimmedSlice } from '../../decode-text.ts';
import type { HeaderSections } from '../../harvest-types.ts';
import { TextMarks } from '../../text-marks.ts';

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
  text: string;
  /** Each key, and where in `text` its value line begins, with its label. */
  keys: string[];
  starts: number[];
}

/** A key as its line writes it. The line behind its value mostly is the same in the next header, so it is tried first. */
interface KnownKey {
  line: string;
  key: string;
  /** AP, DP or SV. */
  kind: string;
  next: KnownKey | undefined;
}

const KEY = /^[A-Z]{2}_[A-Z0-9_]{1,60} *$/;

/** Keys met before, by their lines: to look one up costs less than the expression. */
const known = new Map<string, KnownKey>();
/** SmartSEM has some 1,500 keys; what a hostile file makes up beyond is not kept. */
const MOST_KNOWN = 4096;
const [UNDERSCORE, CR, LF] = [95, 13, 10];

/** Where the label of the value line between `start` and `end` ends; -1 where it has none. */
function labelEnd(marks: TextMarks, start: number, end: number): number {
  const equals = marks.equalsIn(start, end);
  // Only dates and times stand behind a colon ("Date :24 Mar 2017", "Time: 0:06:35").
  return equals >= 0 ? equals : marks.colonIn(start, end);
}

/** The key on the line at `start`; undefined for a value. */
function keyAt(text: string, start: number, marks: TextMarks, previous: KnownKey | undefined): KnownKey | undefined {
  // The third character tells nearly all value lines apart.
  if (text.codePointAt(start + 2) !== UNDERSCORE) return undefined;
  const guess = previous?.next;
  if (guess !== undefined && text.startsWith(guess.line, start)) {
    const mark = text.codePointAt(start + guess.line.length);
    if (mark === CR || mark === LF) return guess;
  }
  const line = text.slice(start, marks.lineEnd(start));
  const found = known.get(line) ?? newKey(line);
  if (previous !== undefined && found !== undefined) previous.next = found;
  return found;
}

function newKey(read: string): KnownKey | undefined {
  if (!KEY.test(read)) return undefined;
  // The name of a property, not the part of a text, which would keep the whole text alive.
  const [line = read] = Object.keys({ [read]: true });
  const found = { line, key: line.trimEnd(), kind: line.slice(0, 2), next: undefined };
  if (known.size < MOST_KNOWN) known.set(line, found);
  return found;
}

/** Reads the unnamed numbers, then pairs of a KEY line and its "Label = value unit" line; a text may run on. */
export function parseZeiss(bytes: Uint8Array): ZeissHeader {
  const decoded = decodeText(bytes);
  const text = decoded.text.includes('\0') ? decoded.text.replaceAll('\0', '') : decoded.text;
  const sections: HeaderSections = new Map([['numbers', new Map()]]);
  const header: ZeissHeader = { encoding: decoded.encoding, numbers: [], sections, text, keys: [], starts: [] };
  const marks = new TextMarks(text);
  // Keys of one kind stand together.
  let [kind, branch] = ['', branchOf(sections, 'numbers')];
  let previous: KnownKey | undefined;
  // The key of a text, while it may run on.
  let open: string | undefined;
  let start = 0;
  for (let count = 0; start <= text.length && count < MAX_LINES; count++) {
    const found = keyAt(text, start, marks, previous);
    if (found === undefined) {
      const end = marks.lineEnd(start);
      addLine(header, text.slice(start, end), open);
      start = marks.lineAfter(end);
      continue;
    }
    previous = found;
    if (found.kind !== kind) {
      kind = found.kind;
      branch = branchOf(sections, kind);
    }
    start = marks.lineAfter(start + found.line.length);
    // A key without a value is followed by another.
    if (keyAt(text, start, marks, found) !== undefined) continue;
    const end = marks.lineEnd(start);
    open = store(header, branch, found.key, marks, start, end) && kind === 'SV' ? found.key : undefined;
    start = marks.lineAfter(end);
  }
  return header;
}

/** A line that is neither key nor value: an unnamed number before the first key, or more of a text. */
function addLine({ numbers, sections, keys }: ZeissHeader, line: string, open: string | undefined): void {
  if (keys.length === 0) {
    const place = numbers.push(line.trim()) - 1;
    branchOf(sections, 'numbers').set(String(place), line.trim());
  } else if (open !== undefined && line !== '') {
    const branch = branchOf(sections, open.slice(0, 2));
    branch.set(open, `${branch.get(open)}\n${line}`);
  }
}

function branchOf(sections: HeaderSections, name: string): Map<string, string> {
  const there = sections.get(name);
  if (there !== undefined) return there;
  const branch = new Map<string, string>();
  sections.set(name, branch);
  return branch;
}

/** Notes the value of the line between `start` and `end`; false where its key was stored before: the first value counts. */
function store(
  { text, keys, starts }: ZeissHeader,
  branch: Map<string, string>,
  key: string,
  marks: TextMarks,
  start: number,
  end: number,
): boolean {
  keys.push(key);
  starts.push(start);
  if (branch.has(key)) return false;
  const label = labelEnd(marks, start, end);
  // A line without a label stays as it is.
  branch.set(key, label < 0 ? text.slice(start, end) : trimmedSlice(text, label + 1, end));
  return true;
}

/** The entry of this key. */
export function entryOf({ sections }: ZeissHeader, key: string): ZeissEntry | undefined {
  const raw = sections.get(key.slice(0, 2))?.get(key);
  return raw === undefined ? undefined : { key, raw };
}

/** The entry with this label, in lower case, for versions that call a key otherwise. */
export function entryWithLabel(header: ZeissHeader, label: string): ZeissEntry | undefined {
  const [first = ''] = label;
  const capital = first.toUpperCase();
  const { text, keys, starts } = header;
  const marks = new TextMarks(text);
  for (let i = 0; i < starts.length; i++) {
    const at = starts[i] ?? 0;
    // Few of the 800 lines begin like that: no other is taken apart.
    const start = text[at];
    if (start !== first && start !== capital && start !== ' ') continue;
    const lineEnd = marks.lineEnd(at);
    const end = labelEnd(marks, at, lineEnd);
    const stated = text.slice(at, end < 0 ? lineEnd : end);
    if (stated.trim().toLowerCase() === label) return entryOf(header, keys[i] ?? '');
  }
  return undefined;
}
