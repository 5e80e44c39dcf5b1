import { stat } from 'node:fs/promises';
import { imageNameInside } from '../metadata/sidecar-content.ts';
import type { NameInside } from '../watcher/pair-sidecars.ts';
import { readBounded } from './read-bounded.ts';

/** As much of a sidecar as is looked at to see whom it names. */
const PEEKED_BYTES = 4096;
const MOST_REMEMBERED = 10_000;

/**
 * Reads the picture's name inside a sidecar, and remembers it by size and mtime: a folder may hold many texts that name
 * nobody, and is listed again and again. What cannot be read names nobody.
 */
export function createNameInside(): NameInside {
  const known = new Map<string, { size: number; mtimeMs: number; name: string | undefined }>();
  return async (path) => {
    try {
      const { size, mtimeMs } = await stat(path);
      const before = known.get(path);
      if (before?.size === size && before.mtimeMs === mtimeMs) return before.name;
      const name = imageNameInside(await readBounded(path, PEEKED_BYTES));
      const [oldest] = known.keys();
      if (known.size >= MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
      known.set(path, { size, mtimeMs, name });
      return name;
    } catch {
      return undefined;
    }
  };
}
