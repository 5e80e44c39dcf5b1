import { ownString } from '../../own-string.ts';
import type { TextLines, Words } from '../../text-lines.ts';
import { wordsOf } from '../../text-lines.ts';

/** A key as its line writes it. */
export interface KnownKey {
  /** The line, its blanks included. */
  readonly line: Words;
  readonly key: string;
  /** AP, DP or SV. */
  readonly kind: string;
  /** A small number that stands for the key; {@link NO_ID} where too many were met. */
  readonly id: number;
  /** The key that stood behind it the last time: mostly it does again, so it is tried first. */
  next: KnownKey | undefined;
}

const KEY = /^[A-Z]{2}_[A-Z0-9_]{1,60} *$/;
const UNDERSCORE = 95;
export const NO_ID = -1;
/** SmartSEM has some 1,500 keys; what a hostile file makes up beyond is not kept. */
const MOST_KNOWN = 4096;

/** Keys met before, by their lines: to look one up costs less than the expression. */
const byLine = new Map<string, KnownKey>();
const ids = new Map<string, number>();

function newKey(line: string): KnownKey | undefined {
  if (!KEY.test(line)) return undefined;
  const key = ownString(line.trimEnd());
  const isKept = byLine.size < MOST_KNOWN;
  if (isKept && !ids.has(key)) ids.set(key, ids.size);
  const known = { line: wordsOf(line), key, kind: key.slice(0, 2), id: ids.get(key) ?? NO_ID, next: undefined };
  if (isKept) byLine.set(ownString(line), known);
  return known;
}

/** The key on a line; undefined for a value. `previous` is the key before it. */
export function keyOn(lines: TextLines, line: number, previous: KnownKey | undefined): KnownKey | undefined {
  const start = lines.start(line);
  // The third character tells nearly all lines of values apart.
  if (lines.code(start + 2) !== UNDERSCORE) return undefined;
  const guess = previous?.next;
  if (guess?.line.length === lines.end(line) - start && lines.startsWith(guess.line, start)) return guess;
  const text = lines.whole(line);
  const found = byLine.get(text);
  // Only a key that is kept is expected: one made up would keep all those behind it.
  if (found === undefined) return newKey(text);
  if (previous !== undefined) previous.next = found;
  return found;
}

/** The number of a key; undefined where it was never met, or too many were. */
export function keyId(key: string): number | undefined {
  return ids.get(key);
}

/** How many keys have a number. */
export function keyCount(): number {
  return ids.size;
}
