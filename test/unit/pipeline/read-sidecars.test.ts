import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileTask } from '../../../src/pipeline/protocol.ts';
import { isBehind, readSidecars } from '../../../src/pipeline/read-sidecars.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const text = (content: string): Uint8Array => Buffer.from(content);

/** An inbox that holds `a.tif`, and its record, made with a sidecar `a.txt` of content "old". */
async function bench() {
  const [inbox, folder] = [temporaryFolder(), temporaryFolder()];
  await writeFile(join(inbox, 'a.tif'), 'picture');
  await writeFile(join(folder, 'a.r2.3.txt'), 'old');
  const sha256 = sha256Hex(text('old'));
  const plain = makeRecord({ name: 'a.tif' });
  const record = {
    ...plain,
    source: { ...plain.source, sidecars: [{ name: 'a.txt', bytes: 3, sha256 }] },
    artefacts: [{ role: 'sidecar' as const, path: 'a.r2.3.txt', bytes: 3, sha256, mediaType: 'text/plain' }],
  };
  const task = (changes: Partial<FileTask> = {}): FileTask => {
    return { path: join(inbox, 'a.tif'), inbox, relativePath: 'a.tif', sidecars: [], redo: false, ...changes };
  };
  const beside = (name: string) => ({ path: join(inbox, name), name, bytes: 3, mtimeMs: 0 });
  return { inbox, stored: { record, folder }, task, beside };
}

describe('the sidecars of a picture that has a record', () => {
  it('are those that stand beside it and, of those that have gone, the copies in the record', async () => {
    const { inbox, stored, task, beside } = await bench();
    expect(await readSidecars(task(), stored)).toEqual({
      sidecars: [{ name: 'a.txt', bytes: text('old') }],
      issues: [],
      unread: [],
    });
    await writeFile(join(inbox, 'A.TXT'), 'new');
    const { sidecars } = await readSidecars(task({ sidecars: [beside('A.TXT')] }), stored);
    expect(sidecars).toEqual([{ name: 'A.TXT', bytes: text('new') }]);
  });

  it('are named when they cannot be read, and the copy in the record is kept', async () => {
    const { stored, task, beside } = await bench();
    const { sidecars, issues, unread } = await readSidecars(task({ sidecars: [beside('a.txt')] }), stored);
    expect(unread).toEqual(['a.txt']);
    expect(issues).toMatchObject([{ code: 'sidecar-unreadable' }]);
    expect(sidecars).toEqual([{ name: 'a.txt', bytes: text('old') }]);
  });

  it('are kept out of the record when they are far too large for a header', async () => {
    const { inbox, stored, task, beside } = await bench();
    await writeFile(join(inbox, 'a.hdr'), Buffer.alloc(9 * 2 ** 20));
    const { sidecars, issues, unread } = await readSidecars(task({ sidecars: [beside('a.hdr')] }), stored);
    expect([sidecars.map(({ name }) => name), unread]).toEqual([['a.txt'], []]);
    expect(issues[0]?.message).toBe('The sidecar a.hdr has more than 8388608 bytes.');
  });
});

describe('a record is behind', () => {
  const user = { project: 'P' };

  it('when a sidecar or what people say differs from what it was made with', async () => {
    const { stored, task } = await bench();
    const old = { name: 'renamed.txt', bytes: text('old') };
    expect(await isBehind(stored, task(), [old])).toBe(false);
    expect(await isBehind(stored, task(), [old, { name: 'a.txt', bytes: text('new') }])).toBe(true);
    const userContext = { user, issues: [], digest: 'd' };
    expect(await isBehind(stored, task({ userContext }), [])).toBe(true);
    const said = { ...stored, record: { ...stored.record, user } };
    expect(await isBehind(said, task({ userContext }), [])).toBe(false);
    expect(await isBehind(said, task(), [])).toBe(true);
  });

  it('never because of a copy elsewhere, unless the file it is named after has gone', async () => {
    const { inbox, stored, task } = await bench();
    const copy = task({ relativePath: 'copies/a.tif', userContext: { user, issues: [], digest: 'd' } });
    expect(await isBehind(stored, copy, [])).toBe(false);
    await rm(join(inbox, 'a.tif'));
    expect(await isBehind(stored, copy, [])).toBe(true);
  });
});
