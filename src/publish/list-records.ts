import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ContentHash } from '../domain/ids.ts';

const PAIR = /^[0-9a-f]{2}$/;

/** The ids of all records and tombstones of REPO, in order. Reads folders, opens no record. */
export async function* listRecords(repo: string): AsyncGenerator<ContentHash> {
  const root = join(repo, 'records');
  for (const first of await names(root, PAIR)) {
    for (const second of await names(join(root, first), PAIR)) {
      for (const name of await names(join(root, first, second), /^[0-9a-f]{64}$/)) {
        const id = ContentHash.parse(name);
        if (name.startsWith(first + second)) yield id;
      }
    }
  }
}

async function names(folder: string, form: RegExp): Promise<string[]> {
  const found = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return found.filter((name) => form.test(name)).toSorted();
}
