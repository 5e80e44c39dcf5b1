import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ContentHash } from '../domain/ids.ts';

/** The ids of all records and tombstones in REPO, in order; one of its small folders is in memory at a time. */
export async function* listRecords(repo: string): AsyncGenerator<ContentHash> {
  const root = join(repo, 'records');
  for (const first of await folders(root, /^[0-9a-f]{2}$/)) {
    for (const second of await folders(join(root, first), /^[0-9a-f]{2}$/)) {
      const names = await folders(join(root, first, second), /^[0-9a-f]{64}$/);
      yield* names.filter((name) => name.startsWith(first + second)).map((name) => ContentHash.parse(name));
    }
  }
}

async function folders(path: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException): Dirent[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory() && pattern.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
}
