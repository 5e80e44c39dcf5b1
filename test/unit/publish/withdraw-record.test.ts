import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordFolder } from '../../../src/domain/ids.ts';
import { readRecord, readTombstone } from '../../../src/publish/read-record.ts';
import { withdrawRecord } from '../../../src/publish/withdraw-record.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const NOW = new Date('2024-05-06T07:08:09Z');

async function repoWith(name: string): Promise<{ repo: string; folder: string }> {
  const repo = temporaryFolder();
  const folder = join(repo, recordFolder(idOf(name)));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'record.json'), JSON.stringify(makeRecord({ name, revision: 3 })));
  await writeFile(join(folder, 'picture.jpg'), 'x');
  return { repo, folder };
}

describe('withdrawing a record', () => {
  it('leaves a tombstone of the next revision as the only file', async () => {
    const { repo, folder } = await repoWith('a.tif');
    const tombstone = await withdrawRecord(repo, idOf('a.tif'), { reason: 'wrong sample', now: NOW });
    expect(tombstone).toMatchObject({
      revision: 4,
      reason: 'wrong sample',
      withdrawnAt: '2024-05-06T07:08:09.000+00:00',
    });
    expect(await readdir(folder)).toEqual(['record.json']);
    expect(JSON.parse(await readFile(join(folder, 'record.json'), 'utf8'))).toEqual(tombstone);
  });

  it('is told by whoever reads the record', async () => {
    const { repo } = await repoWith('a.tif');
    await withdrawRecord(repo, idOf('a.tif'), { reason: 'wrong sample', now: NOW });
    await expect(readRecord(repo, idOf('a.tif'))).rejects.toMatchObject({ code: 'publish/withdrawn' });
    await expect(readRecord(repo, idOf('a.tif'))).rejects.toThrow(/wrong sample/);
    expect(await readTombstone(repo, idOf('a.tif'))).toMatchObject({ reason: 'wrong sample' });
  });

  it('keeps the first tombstone and completes what was interrupted', async () => {
    const { repo, folder } = await repoWith('a.tif');
    const first = await withdrawRecord(repo, idOf('a.tif'), { reason: 'wrong sample', now: NOW });
    await writeFile(join(folder, 'picture.jpg'), 'left over');
    const later = { reason: 'another', now: new Date('2030-01-01T00:00:00Z') };
    expect(await withdrawRecord(repo, idOf('a.tif'), later)).toEqual(first);
    expect(await readdir(folder)).toEqual(['record.json']);
  });

  it('says nothing of a record that is not there', async () => {
    expect(await withdrawRecord(temporaryFolder(), idOf('b'), { reason: 'x', now: NOW })).toBeUndefined();
  });
});
