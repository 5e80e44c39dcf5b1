import type { Database } from './sqlite.ts';

/**
 * A query for one column of whole numbers from 0 on, which gives them all at once. SQLite joins them to one text: 30,000
 * numbers take 5 ms so, and 11 ms row by row.
 */
export type NumberList = (...parameters: readonly unknown[]) => Uint32Array;

/** `from` is what stands behind `SELECT column`. */
export function prepareNumberList(db: Database, column: string, from: string): NumberList {
  const statement = db.prepare<unknown[], string | null>(`SELECT group_concat(${column}) ${from}`).pluck();
  return (...parameters) => parseNumbers(statement.get(...parameters) ?? '');
}

const COMMA = 44;
const ZERO = 48;

function parseNumbers(text: string): Uint32Array {
  // A number takes at least one digit and the comma behind it.
  const numbers = new Uint32Array((text.length + 1) >> 1);
  let count = 0;
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== COMMA) {
      number = number * 10 + code - ZERO;
      continue;
    }
    numbers[count++] = number;
    number = 0;
  }
  if (text !== '') numbers[count++] = number;
  return numbers.slice(0, count);
}
