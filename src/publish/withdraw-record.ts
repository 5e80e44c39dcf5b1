import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentHash, recordFolder } from '../domain/ids.ts';
import type { Tombstone } from '../domain/tombstone.ts';
import { SCHEMA_VERSION } from '../domain/versions.ts';
import { writeFileAtomic } from '../store/atomic-file.ts';
import { readRecord, readTombstone } from './read-record.ts';
import { closeStaging, openStaging } from './staging.ts';

/**
 * Puts a tombstone in place of a record of REPO and removes its files; undefined when REPO has no such record. A record
 * that was withdrawn before keeps its tombstone, and what an interrupted withdrawal left of its files goes.
 * @throws IngestError `publish/folder` where record.json cannot be understood.
 */
export async function withdrawRecord(
  repo: string,
  id: ContentHash,
  { reason, now }: { reason: string; now: Date },
): Promise<Tombstone | undefined> {
  const folder = join(repo, recordFolder(id));
  const tombstone = (await readTombstone(repo, id)) ?? (await newTombstone(repo, id, reason, now));
  if (!tombstone) return undefined;
  await replaceRecordFile(repo, folder, tombstone);
  const rest = (await readdir(folder)).filter((name) => name !== 'record.json');
  await Promise.all(rest.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  return tombstone;
}

async function replaceRecordFile(repo: string, folder: string, tombstone: Tombstone): Promise<void> {
  const staging = await openStaging(repo);
  try {
    const bytes = Buffer.from(`${JSON.stringify(tombstone, null, 2)}\n`);
    await writeFileAtomic(join(folder, 'record.json'), bytes, { fsync: true, temporaryIn: staging });
  } finally {
    await closeStaging(staging);
  }
}

async function newTombstone(repo: string, id: ContentHash, reason: string, now: Date): Promise<Tombstone | undefined> {
  const stored = await readRecord(repo, id);
  if (!stored) return undefined;
  const revision = stored.record.revision + 1;
  const withdrawnAt = now.toISOString().replace('Z', '+00:00');
  return { schemaVersion: SCHEMA_VERSION, id, revision, withdrawnAt, reason };
}
