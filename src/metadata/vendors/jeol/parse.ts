import { decodeText, peekText, splitLines } from '../../decode-text.ts';
import type { HeaderSections } from '../../harvest-types.ts';

interface JeolEntry {
  /** The key with its dollars, "$CM_MAG" or "$$SM_WD". */
  key: string;
  raw: string;
}

export interface JeolHeader {
  encoding: string;
  /** Entries by their key without dollars. */
  entries: Map<string, JeolEntry>;
}

/** Two keys that every file has; one alone may stand in a note. */
export function isJeolText(bytes: Uint8Array): boolean {
  const text = peekText(bytes, 16_384);
  return /^\$\$?(?:SEM|CM)_[A-Z_]+/m.test(text) && /^\$\$?SM_[A-Z_]+/m.test(text);
}

/** Lines of "$KEY value" or "$$KEY value". A key may stand twice; the first value that is not empty counts. */
export function parseJeol(bytes: Uint8Array): JeolHeader {
  const { text, encoding } = decodeText(bytes);
  const entries = new Map<string, JeolEntry>();
  for (const line of splitLines(text.includes('\0') ? text.replaceAll('\0', '') : text)) {
    const key = /^\$\$?[A-Z][A-Z0-9_%]{0,80}/.exec(line)?.[0];
    if (key === undefined) continue;
    const name = key.slice(key.startsWith('$$') ? 2 : 1);
    const known = entries.get(name);
    if (known === undefined || known.raw === '') entries.set(name, { key, raw: line.slice(key.length).trim() });
  }
  return { encoding, entries };
}

/** The entry of a key, undefined where it is missing or empty. */
export function jeolEntry(header: JeolHeader, name: string): JeolEntry | undefined {
  const entry = header.entries.get(name);
  return entry === undefined || entry.raw === '' ? undefined : entry;
}

/** The header as a tree: SEM, CM (common), SM (of scanning microscopes), AN (annotations), ADD. */
export function jeolSections(header: JeolHeader): HeaderSections {
  const tree = new Map<string, [key: string, raw: string][]>();
  for (const [name, { key, raw }] of header.entries) {
    const underscore = name.indexOf('_');
    const section = underscore < 0 ? name : name.slice(0, underscore);
    const branch = tree.get(section);
    if (branch === undefined) tree.set(section, [[key, raw]]);
    else branch.push([key, raw]);
  }
  return tree;
}
