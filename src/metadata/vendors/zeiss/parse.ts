import type { DecodedText } from '../../decode-text.ts';
import { decodeText } from '../../decode-text.ts';
import type { HeaderEntries, HeaderSections } from '../../harvest-types.ts';
import { TextLines } from '../../text-lines.ts';
import type { KnownKey, KnownKeys } from './known-keys.ts';
import { knownKeys } from './known-keys.ts';

export interface ZeissEntry {
  key: string;
  /**
   * The characters behind "=" or ":", or the whole line where it has neither ("Frame Counter Range Error 2005270.0"); of
   * a text (SV) also the lines it runs on over.
   */
  raw: string;
}

/**
 * Keys of one kind and their values in lists: a header has some 800, of which a harvest asks for 50, and to put each into a
 * map takes longer than to read it.
 */
class Branch implements HeaderEntries {
  readonly keys: string[] = [];
  readonly values: string[] = [];
  /** The numbers of the values' lines. */
  readonly lines: number[] = [];

  *[Symbol.iterator](): Generator<readonly [key: string, value: string]> {
    for (const [i, key] of this.keys.entries()) yield [key, this.values[i] ?? ''];
  }
}

/** The named values of a header. The first value of a key counts. */
class Entries {
  private readonly decoded: DecodedText;
  private readonly known: KnownKeys;
  /** By kind: AP, DP, SV. */
  readonly branches = new Map<string, Branch>();
  /** By the number of a key, where it stands in its branch, counted from 1; 0: nowhere. */
  private readonly places: Uint16Array;
  /** Entries by their labels; read when one is asked for, which is never where every key is called as expected. */
  private labels: Map<string, ZeissEntry> | undefined;

  /** `most` entries can be added. */
  constructor(decoded: DecodedText, known: KnownKeys, most: number) {
    this.decoded = decoded;
    this.known = known;
    this.places = new Uint16Array(known.count + most);
  }

  branchOf(kind: string): Branch {
    const there = this.branches.get(kind);
    if (there !== undefined) return there;
    const branch = new Branch();
    this.branches.set(kind, branch);
    return branch;
  }

  /** Adds the value on a line; false where the key has one already. */
  add({ id, key }: KnownKey, branch: Branch, lines: TextLines, line: number): boolean {
    if (this.places[id] !== 0) return false;
    this.places[id] = branch.keys.length + 1;
    const label = labelEnd(lines, line);
    branch.keys.push(key);
    branch.lines.push(line);
    // A line without a label stays as it is.
    branch.values.push(label < 0 ? lines.whole(line) : lines.trimmed(label + 1, lines.end(line)));
    return true;
  }

  /** The first entry with a label, in lower case. */
  withLabel(label: string): ZeissEntry | undefined {
    this.labels ??= this.readLabels();
    return this.labels.get(label);
  }

  private readLabels(): Map<string, ZeissEntry> {
    const lines = new TextLines(this.decoded);
    const labels = new Map<string, ZeissEntry>();
    for (const branch of this.branches.values()) {
      for (const [place, line] of branch.lines.entries()) {
        const end = labelEnd(lines, line);
        const label = lines.text
          .slice(lines.start(line), end < 0 ? lines.end(line) : end)
          .trim()
          .toLowerCase();
        if (!labels.has(label)) labels.set(label, { key: branch.keys[place] ?? '', raw: branch.values[place] ?? '' });
      }
    }
    return labels;
  }

  valueOf(key: string): string | undefined {
    const id = this.known.idOf(key);
    const counted = id === undefined ? 0 : (this.places[id] ?? 0);
    return counted === 0 ? undefined : this.branches.get(key.slice(0, 2))?.values[counted - 1];
  }
}

/**
 * A SmartSEM header. `numbers` are the unnamed lines before the first key; index 3 is the pixel size in metres for a
 * picture of 1024 columns, 4 the magnification, 6 the EHT in volts, 8 the probe current in amperes and 9 the working
 * distance in metres (checked against the labelled values of seven files, V05.07 to V07.00). `sections` is the whole
 * header: DP (states), AP (numbers), SV (texts) and the unnamed numbers.
 */
export interface ZeissHeader {
  encoding: string;
  numbers: string[];
  sections: HeaderSections;
  entries: Entries;
}

/** Where the label on a value's line ends; -1 where it has none. */
function labelEnd(lines: TextLines, line: number): number {
  const equals = lines.equals(line);
  if (equals >= 0) return equals;
  // Only dates and times stand behind a colon ("Date :24 Mar 2017", "Time: 0:06:35").
  const colon = lines.whole(line).indexOf(':');
  return colon < 0 ? colon : lines.start(line) + colon;
}

/** Reads the unnamed numbers, then pairs of a KEY line and its "Label = value unit" line; a text may run on. */
export function parseZeiss(bytes: Uint8Array): ZeissHeader {
  const decoded = decodeText(bytes);
  const lines = new TextLines(decoded);
  const numbers: string[] = [];
  const known = knownKeys();
  const entries = new Entries(decoded, known, lines.count);
  let branch = new Branch();
  // Keys of one kind stand together.
  let kind = '';
  let previous: KnownKey | undefined;
  // Whether the last value is a text that may run on.
  let open = false;
  for (let line = 0; line < lines.count; line++) {
    const found = known.on(lines, line, previous);
    if (found === undefined) {
      const [start, end] = [lines.start(line), lines.end(line)];
      if (previous === undefined) numbers.push(lines.trimmed(start, end));
      else if (open && end > start) branch.values.push(`${branch.values.pop()}\n${lines.whole(line)}`);
      continue;
    }
    previous = found;
    if (found.kind !== kind) {
      kind = found.kind;
      branch = entries.branchOf(kind);
    }
    // A key without a value is followed by another, or by nothing.
    if (line + 1 === lines.count || known.on(lines, line + 1, found) !== undefined) continue;
    line++;
    open = entries.add(found, branch, lines, line) && kind === 'SV';
  }
  const sections: HeaderSections = new Map([['numbers', new Map(numbers.map((text, i) => [String(i), text]))]]);
  for (const [name, named] of entries.branches) sections.set(name, named);
  return { encoding: decoded.encoding, numbers, sections, entries };
}

/** The entry of this key. */
export function entryOf({ entries }: ZeissHeader, key: string): ZeissEntry | undefined {
  const raw = entries.valueOf(key);
  return raw === undefined ? undefined : { key, raw };
}

/** The entry with this label, in lower case, for versions that call a key otherwise. */
export function entryWithLabel({ entries }: ZeissHeader, label: string): ZeissEntry | undefined {
  return entries.withLabel(label);
}
