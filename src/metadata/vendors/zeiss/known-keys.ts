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
  /** A small number that stands for the key. */
  readonly id: number;
  /** The key that stood behind it the last time: mostly it does again, so it is tried first. */
  next: KnownKey | undefined;
}

const KEY = /^[A-Z]{2}_[A-Z0-9_]{1,60} *$/;
const UNDERSCORE = 95;
/** SmartSEM has some 1,500 keys. */
const MOST_KEPT = 4096;

/** Keys met before: to know one again costs less than the expression. */
export class KnownKeys {
  private readonly byLine = new Map<string, KnownKey>();
  private readonly ids = new Map<string, number>();

  /** How many keys have a number. */
  get count(): number {
    return this.ids.size;
  }

  /** The key on a line; undefined for a value. `previous` is the key before it. */
  on(lines: TextLines, line: number, previous: KnownKey | undefined): KnownKey | undefined {
    const start = lines.start(line);
    // The third character tells nearly all lines of values apart.
    if (lines.code(start + 2) !== UNDERSCORE) return undefined;
    const guess = previous?.next;
    if (guess?.line.length === lines.end(line) - start && lines.startsWith(guess.line, start)) return guess;
    const text = lines.whole(line);
    const found = this.byLine.get(text) ?? this.add(text);
    if (previous !== undefined && found !== undefined) previous.next = found;
    return found;
  }

  private add(line: string): KnownKey | undefined {
    if (!KEY.test(line)) return undefined;
    const key = ownString(line.trimEnd());
    const id = this.ids.get(key) ?? this.ids.size;
    this.ids.set(key, id);
    const known = { line: wordsOf(line), key, kind: key.slice(0, 2), id, next: undefined };
    this.byLine.set(ownString(line), known);
    return known;
  }

  /** The number of a key; undefined where it was never met. */
  idOf(key: string): number | undefined {
    return this.ids.get(key);
  }
}

let kept = new KnownKeys();

/** The keys that earlier headers had; none again after one that made up so many that they are not worth the memory. */
export function knownKeys(): KnownKeys {
  if (kept.count > MOST_KEPT) kept = new KnownKeys();
  return kept;
}
