import type { DecodedText } from './decode-text.ts';
import type { HeaderSections } from './harvest-types.ts';
import { TextLines } from './text-lines.ts';

const [SECTION_BEGINS, XML_BEGINS] = [91, 60];

/** A text of `[section]` and `key=value` lines. Sections and keys may stand twice; the first non-empty value counts. */
export interface IniDocument {
  sections: { name: string; entries: Map<string, string> }[];
  byName: Map<string, Map<string, string>[]>;
}

function addSection(document: IniDocument, name: string): Map<string, string> {
  const entries = new Map<string, string>();
  document.sections.push({ name, entries });
  const same = document.byName.get(name);
  if (same === undefined) document.byName.set(name, [entries]);
  else same.push(entries);
  return entries;
}

/**
 * Reads an INI text. Lines before the first section belong to the section "". Reading ends at a line that opens XML:
 * newer FEI software appends some. Lines without "=" are ignored.
 */
export function parseIni(decoded: Pick<DecodedText, 'text' | 'codes'>): IniDocument {
  const lines = new TextLines(decoded);
  const document: IniDocument = { sections: [], byName: new Map() };
  let current: Map<string, string> | undefined;
  for (let line = 0; line < lines.count; line++) {
    const [start, end] = [lines.start(line), lines.end(line)];
    const first = start === end ? undefined : lines.code(start);
    if (first === XML_BEGINS) break;
    const closing = first === SECTION_BEGINS ? lines.whole(line).indexOf(']') : -1;
    if (closing > 0) current = addSection(document, lines.trimmed(start + 1, start + closing));
    else {
      const equals = lines.equals(line);
      if (equals <= start) continue;
      current ??= addSection(document, '');
      setFirst(current, lines.trimmed(start, equals), lines.trimmed(equals + 1, end));
    }
  }
  return document;
}

/** The first value of a key that is not empty stands. */
function setFirst(entries: Map<string, string>, key: string, value: string): void {
  const known = entries.get(key);
  if (known === undefined || known === '') entries.set(key, value);
}

/** The value of a key, undefined where it is missing or empty in every section of that name. */
export function iniValue(document: IniDocument, section: string, key: string): string | undefined {
  const named = document.byName.get(section);
  if (named === undefined) return undefined;
  for (const entries of named) {
    const value = entries.get(key);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** The document as a tree; a section that stands twice gets "#2" behind its name. */
export function iniSections(document: IniDocument): HeaderSections {
  const seen = new Map<string, number>();
  const tree: HeaderSections = new Map();
  for (const { name, entries } of document.sections) {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    tree.set(count === 1 ? name : `${name}#${count}`, entries);
  }
  return tree;
}
