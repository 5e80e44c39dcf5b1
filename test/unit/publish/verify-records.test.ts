import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ContentHash, ContentHash as Id, recordFolder } from '../../../src/domain/ids.ts';
import type { Issue } from '../../../src/domain/issue.ts';
import { createFolderPublisher } from '../../../src/publish/folder.ts';
import { commitRecords, stageRecord } from '../../../src/publish/publish-record.ts';
import type { Publisher } from '../../../src/publish/publisher.ts';
import { readRecord } from '../../../src/publish/read-record.ts';
import type { Difference } from '../../../src/publish/verify/difference.ts';
import { type VerifyOptions, type VerifySummary, verifyRecords } from '../../../src/publish/verify-records.ts';
import { withdrawRecord } from '../../../src/publish/withdraw-record.ts';
import { toIndexDocument } from '../../../src/search/document.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const SIGNAL = new AbortController().signal;

let root: string;
let repo: string;
let store: Store;
let target: Publisher;

beforeEach(() => {
  root = temporaryFolder();
  repo = join(root, 'repo');
  mkdirSync(repo);
  store = openStore(join(root, 'state'), { access: 'write', durability: 'batch' });
  mkdirSync(join(root, 'target'));
  target = createFolderPublisher({ folder: join(root, 'target') });
  onTestFinished(() => store.close());
});

/** A picture in the inbox, its record in REPO, ledger and index, and on the target. */
async function ingest(name: string, issues: Issue[] = []): Promise<{ id: ContentHash; path: string; folder: string }> {
  const path = join(root, name);
  writeFileSync(path, `bytes of ${name}`);
  const id = Id.parse(sha256Hex(readFileSync(path)));
  const { artefacts: _, ...draft } = makeRecord({ name, issues });
  const staged = stageRecord(
    { ...draft, id, source: { ...draft.source, sha256: id } },
    [{ role: 'jpeg', name: 'a.jpg', mediaType: 'image/jpeg', bytes: Buffer.from(`look of ${name}`) }],
    join(repo, '.staging', 'test'),
  );
  await commitRecords([staged], repo);
  rmSync(join(repo, '.staging'), { recursive: true });
  const versions = { harvestVersion: 1, convertVersion: 1 };
  const row = { path, bytes: 1, mtimeMs: 1, state: 'done', reason: 'made', contentHash: id, versions } as const;
  store.commit([{ ...row, recordRevision: 1 }], [toIndexDocument(staged.record)]);
  const stored = await readRecord(repo, id);
  if (!stored) throw new Error('a record was expected');
  await target.publish(stored, { signal: SIGNAL });
  return { id, path, folder: stored.folder };
}

async function verify(
  wanted: Partial<VerifyOptions> = {},
): Promise<{ found: string[]; safe: string[]; summary: VerifySummary }> {
  const found: Difference[] = [];
  const safe: string[] = [];
  const summary = await verifyRecords({
    repo,
    quick: false,
    publishers: [target],
    ledger: store.ledger,
    indexed: store.index.ids(),
    signal: SIGNAL,
    onDifference: (difference) => found.push(difference),
    onSafe: (path) => safe.push(path),
    onProgress: () => {},
    ...wanted,
  });
  return { found: found.map(({ place, kind, file }) => [place, kind, file].filter(Boolean).join(' ')), safe, summary };
}

describe('verifyRecords', () => {
  it('finds nothing where everything is as record.json says, and calls the originals safe', async () => {
    const { path } = await ingest('a.tif');
    const other = await ingest('b.tif');
    const { found, safe, summary } = await verify();
    expect(found).toEqual([]);
    expect(new Set(safe)).toEqual(new Set([path, other.path]));
    expect(summary).toEqual({ records: 2, withdrawn: 0, differences: 0, safe: 2, stopped: false });
  });

  it('finds files of REPO that are altered, missing or extra, and calls nothing safe', async () => {
    const { folder } = await ingest('a.tif');
    writeFileSync(join(folder, 'a.jpg'), 'look of b.tif');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const gone = await ingest('c.tif');
    rmSync(join(gone.folder, 'a.jpg'));
    const { found, safe } = await verify({ publishers: [] });
    expect(found.toSorted()).toEqual(['repo altered a.jpg', 'repo extra notes.txt', 'repo missing a.jpg']);
    expect(safe).toEqual([]);
  });

  it('finds a record.json that is gone or cannot be understood', async () => {
    const one = await ingest('a.tif');
    const other = await ingest('b.tif');
    rmSync(join(one.folder, 'record.json'));
    writeFileSync(join(other.folder, 'record.json'), '{}');
    const { found } = await verify({ publishers: [], indexed: undefined as never, ledger: undefined as never });
    expect(found.toSorted()).toEqual(['repo missing record.json', 'repo unreadable record.json']);
  });

  it('sees altered bytes of the same number only when it reads them', async () => {
    const { folder } = await ingest('a.tif');
    writeFileSync(join(folder, 'a.jpg'), 'Look of a.tif');
    expect((await verify({ quick: true })).found).toEqual([]);
    expect((await verify({ quick: true })).safe).toEqual([]);
    expect((await verify({ publishers: [] })).found).toEqual(['repo altered a.jpg']);
  });

  it('finds what the ledger and the index know and REPO has not, and the other way round', async () => {
    const { folder, id } = await ingest('a.tif');
    const other = await ingest('b.tif');
    rmSync(folder, { recursive: true });
    await store.index.remove([other.id]);
    const { found } = await verify({ publishers: [] });
    expect(found).toEqual(['repo missing', 'index extra', 'index not-indexed']);
    expect(id).not.toBe(other.id);
  });

  it('finds what a target lacks, holds altered, too old, or too much', async () => {
    const [missing, altered, old] = [await ingest('a.tif'), await ingest('b.tif'), await ingest('c.tif')];
    const there = (id: ContentHash): string => join(root, 'target', recordFolder(id));
    cpSync(there(missing.id), join(root, 'target/records/ff/ff', 'f'.repeat(64)), { recursive: true });
    rmSync(there(missing.id), { recursive: true });
    writeFileSync(join(there(altered.id), 'a.jpg'), 'Look of b.tif');
    const text = readFileSync(join(there(old.id), 'record.json'), 'utf8');
    writeFileSync(join(there(old.id), 'record.json'), text.replace('"revision": 1', '"revision": 0'));
    const { found, safe } = await verify();
    expect(found.toSorted()).toEqual(['folder altered a.jpg', 'folder extra', 'folder missing', 'folder older']);
    expect(safe).toEqual([]);
  });

  it('asks a target that does not answer once, and calls nothing safe', async () => {
    await ingest('a.tif');
    await ingest('b.tif');
    const silent = createFolderPublisher({ folder: join(root, 'unmounted') });
    const { found, safe } = await verify({ publishers: [silent] });
    expect(found).toEqual(['folder unreadable']);
    expect(safe).toEqual([]);
  });

  it('wants a withdrawn record withdrawn at the target, and out of the index', async () => {
    const { id } = await ingest('a.tif');
    const tombstone = await withdrawRecord(join(root, 'repo'), id, { reason: 'a person is in it', now: new Date() });
    if (!tombstone) throw new Error('there was a record');
    expect((await verify()).found).toEqual(['folder older', 'index extra']);
    await target.withdraw(tombstone, { signal: SIGNAL });
    await store.index.remove([id]);
    expect(await verify()).toMatchObject({ found: [], safe: [], summary: { withdrawn: 1 } });
  });
});

describe('an original', () => {
  it('is not safe when its own bytes are no longer those of the record, or when it has gone', async () => {
    const changed = await ingest('a.tif');
    const gone = await ingest('b.tif');
    writeFileSync(changed.path, 'something else');
    rmSync(gone.path);
    expect(await verify()).toMatchObject({ found: [], safe: [] });
  });

  it.each([
    { code: 'pages-left-out', severity: 'warning', message: '2 pages are too many' },
    { code: 'more-pages', severity: 'info', message: 'The first of 2 pages became the record.', pages: 2 },
    { code: 'tiff-damaged', severity: 'warning', message: 'behind the first page' },
  ] as const)('is not safe when its record lacks some of it: $code', async (issue) => {
    await ingest('a.tif', [issue]);
    expect(await verify()).toMatchObject({ found: [], safe: [] });
  });

  it('is safe when all its pages are in the record', async () => {
    const { path } = await ingest('a.tif', [
      { code: 'more-pages', severity: 'info', message: 'all', pages: 2, frames: 2 },
    ]);
    expect((await verify()).safe).toEqual([path]);
  });
});
