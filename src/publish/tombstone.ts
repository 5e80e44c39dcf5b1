import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ContentHash, ContentHash as Id, recordFolder } from '../domain/ids.ts';
import type { Tombstone } from './publisher.ts';

const TombstoneFile = z.looseObject({
  id: Id,
  revision: z.int().positive(),
  withdrawnAt: z.string(),
  reason: z.string(),
}) satisfies z.ZodType<Tombstone>;

/** What stands in the place of a withdrawn record; undefined where a record stands, or nothing that can be understood. */
export async function readTombstone(repo: string, id: ContentHash): Promise<Tombstone | undefined> {
  const text = await readFile(join(repo, recordFolder(id), 'record.json'), 'utf8').catch(() => undefined);
  if (text?.includes('"withdrawnAt"') !== true) return undefined;
  try {
    const { revision, withdrawnAt, reason } = TombstoneFile.parse(JSON.parse(text));
    return { id, revision, withdrawnAt, reason };
  } catch {
    return undefined;
  }
}
