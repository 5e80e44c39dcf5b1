import type { Database } from './sqlite.ts';

/**
 * Keeps what was read from the database until anything in it changes, by this connection or another. `get` gives what was
 * kept under a key, or undefined; at most `most` keys are kept.
 */
export interface UnchangedCache<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** A cache of its own for one use. */
export function createUnchangedCache<Value>(db: Database, most: number): UnchangedCache<Value> {
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  const kept = new Map<string, Value>();
  let version = '';
  return {
    get: (key) => {
      const now = `${String(db.pragma('data_version', { simple: true }))} ${changes.get()}`;
      if (now !== version) kept.clear();
      version = now;
      return kept.get(key);
    },
    set: (key, value) => {
      if (kept.size >= most && !kept.has(key)) kept.clear();
      kept.set(key, value);
    },
  };
}
