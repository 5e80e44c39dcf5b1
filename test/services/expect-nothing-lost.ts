import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ContentHash, recordFolder } from '../../src/domain/ids.ts';
import { MicrographRecord } from '../../src/domain/record.ts';
import { Tombstone } from '../../src/domain/tombstone.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { openStore } from '../../src/store/store.ts';
import { filesBelow } from '../e2e/run-cli.ts';

/** A picture in the inbox, as it was before anything ran. */
export interface Original {
  path: string;
  id: string;
  mtimeMs: number;
}

/** Where the records of a test are to be. */
export interface Everywhere {
  repo: string;
  state: string;
  originals: readonly Original[];
  /** The folder behind the WebDAV collection. */
  webdavFolder: string;
  /** Id and revision of every document in the index. */
  documents: () => Promise<Map<string, number>>;
}

/** An original, with its hash and time. */
export function lookAtOriginal(path: string): Original {
  return { path, id: sha256Hex(readFileSync(path)), mtimeMs: statSync(path).mtimeMs };
}

/**
 * The promise of this program, held against all places at once: each picture has its record in REPO, on the WebDAV server and
 * in the index, whole, once, in the newest revision; a withdrawn one has its tombstone; nothing else lies anywhere; nothing
 * waits; and the pictures are as they were.
 */
export async function expectNothingLost(
  { repo, state, originals, webdavFolder, documents }: Everywhere,
  withdrawn: readonly string[] = [],
): Promise<void> {
  const ids = [...new Set(originals.map(({ id }) => id))].toSorted();
  const files = new Map<string, string>();
  const revisions = new Map<string, number>();
  for (const id of ids) {
    const folder = recordFolder(ContentHash.parse(id));
    const bytes = await readFile(join(repo, folder, 'record.json'));
    const json: unknown = JSON.parse(bytes.toString());
    files.set(`${folder}/record.json`, sha256Hex(bytes));
    if (withdrawn.includes(id)) {
      Tombstone.parse(json);
      continue;
    }
    const record = MicrographRecord.parse(json);
    expect(record.id).toBe(id);
    revisions.set(id, record.revision);
    for (const { path, sha256 } of record.artefacts) files.set(`${folder}/${path}`, sha256);
  }
  expect(await hashesBelow(repo), 'REPO').toEqual(files);
  expect(existsSync(join(repo, '.staging')), 'a staging folder was left').toBe(false);
  expect(await hashesBelow(webdavFolder), 'the WebDAV server').toEqual(files);
  expect(await documents(), 'the index').toEqual(revisions);
  for (const original of originals) expect(lookAtOriginal(original.path)).toEqual(original);
  expectAllSettled(state, ids.length);
}

/** Every file below a folder, of any name, with its SHA-256. */
async function hashesBelow(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of (await filesBelow(folder)).toSorted())
    found.set(file.replaceAll('\\', '/'), sha256Hex(await readFile(join(folder, file))));
  return found;
}

function expectAllSettled(state: string, records: number): void {
  const store = openStore(state, { access: 'read', durability: 'batch' });
  try {
    expect(store.ledger.counts()).toMatchObject({ queued: 0, waiting: 0, quarantined: 0 });
    for (const { name, due, failed, delivered } of store.outbox.counts())
      expect({ name, due, failed, delivered }).toEqual({ name, due: 0, failed: 0, delivered: records });
    expect(store.outbox.counts().map(({ name }) => name)).toEqual(['elasticsearch', 'webdav']);
  } finally {
    store.close();
  }
}
