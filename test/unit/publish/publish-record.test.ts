import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordFolder } from '../../../src/domain/ids.ts';
import type { MicrographRecord } from '../../../src/domain/record.ts';
import {
  type ArtefactFile,
  addAlias,
  commitRecords,
  reviseRecord,
  stageRecord,
} from '../../../src/publish/publish-record.ts';
import { readRecord } from '../../../src/publish/read-record.ts';
import { closeStaging, openStaging, sweepStaging } from '../../../src/publish/staging.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';

const ID = idOf('a.tif');

function draftOf(revision = 1): Omit<MicrographRecord, 'artefacts'> {
  const { artefacts: _, ...draft } = makeRecord({ name: 'a.tif', revision });
  return draft;
}

function file(name: string, text: string): ArtefactFile {
  return { role: 'jpeg', name, mediaType: 'image/jpeg', bytes: Buffer.from(text) };
}

let repo: string;

beforeEach(async () => {
  repo = await mkdtemp(join(tmpdir(), 'semantiff repo ü '));
});

async function publish(text = 'picture'): Promise<boolean | undefined> {
  const staging = await openStaging(repo);
  const [won] = await commitRecords([stageRecord(draftOf(), [file('a.jpg', text)], staging)], repo);
  await closeStaging(staging);
  return won;
}

describe('a file that lies on the disk already', () => {
  async function stored(staging: string): Promise<ArtefactFile> {
    const path = join(staging, 'pixels.h5');
    await writeFile(path, 'many bytes');
    return { role: 'nexus', name: 'a.h5', mediaType: 'application/x-hdf5', stored: { path, bytes: 10, sha256: ID } };
  }

  it('is moved into the record, and listed as it was described', async () => {
    const staging = await openStaging(repo);
    const one = stageRecord(draftOf(), [await stored(staging), file('a.jpg', 'picture')], staging);
    expect(await readdir(staging)).not.toContain('pixels.h5');
    await commitRecords([one], repo);
    const { record, folder } = (await readRecord(repo, ID)) ?? {};
    expect(record?.artefacts[0]).toMatchObject({ path: 'a.h5', bytes: 10, sha256: ID });
    expect(await readFile(join(folder ?? '', 'a.h5'), 'utf8')).toBe('many bytes');
  });

  it('is moved into the next revision', async () => {
    await publish();
    const previous = await readRecord(repo, ID);
    if (!previous) throw new Error('a record was expected');
    const staging = await openStaging(repo);
    await reviseRecord(draftOf(2), [await stored(staging)], previous, staging);
    expect((await readdir(previous.folder)).toSorted()).toEqual(['a.h5', 'record.json']);
  });
});

describe('a file that describes the others', () => {
  const description: ArtefactFile = {
    role: 'ro-crate',
    name: 'ro-crate-metadata.json',
    mediaType: 'application/ld+json',
    describe: ({ artefacts }) => Buffer.from(artefacts.map(({ path, sha256 }) => `${path} ${sha256}`).join()),
  };

  it('is made when their checksums are known, and is listed with its own', async () => {
    const staging = await openStaging(repo);
    const one = stageRecord(draftOf(), [file('a.jpg', 'picture'), description], staging);
    await commitRecords([one], repo);
    const [jpeg, crate] = one.record.artefacts;
    const text = `a.jpg ${jpeg?.sha256}`;
    expect(await readFile(join(repo, recordFolder(ID), 'ro-crate-metadata.json'), 'utf8')).toBe(text);
    expect(crate).toMatchObject({ bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') });
  });

  it('follows the next revision under its own name', async () => {
    const staging = await openStaging(repo);
    await commitRecords([stageRecord(draftOf(), [file('a.jpg', 'picture'), description], staging)], repo);
    const previous = await readRecord(repo, ID);
    if (!previous) throw new Error('a record was expected');
    await reviseRecord(draftOf(2), [file('a.r2.jpg', 'other'), description], previous, staging);
    expect((await readdir(previous.folder)).toSorted()).toEqual(['a.r2.jpg', 'record.json', 'ro-crate-metadata.json']);
    expect(await readFile(join(previous.folder, 'ro-crate-metadata.json'), 'utf8')).toMatch(/^a\.r2\.jpg /);
  });
});

describe('commitRecords', () => {
  it('makes a record visible with all its files at once, and leaves nothing in the staging folder', async () => {
    expect(await publish()).toBe(true);
    const stored = await readRecord(repo, ID);
    expect(stored?.record.artefacts).toMatchObject([{ path: 'a.jpg', bytes: 7 }]);
    expect((await readdir(repo)).toSorted()).toEqual(['records']);
  });

  it('lets the first of two win, and leaves its record as it is', async () => {
    expect(await publish('first')).toBe(true);
    expect(await publish('second')).toBe(false);
    expect(await readFile(join(repo, recordFolder(ID), 'a.jpg'), 'utf8')).toBe('first');
  });

  it('takes over a folder that holds no record, and removes what lay there', async () => {
    await mkdir(join(repo, recordFolder(ID)), { recursive: true });
    await writeFile(join(repo, recordFolder(ID), 'rubbish.bin'), 'x');
    expect(await publish()).toBe(true);
    expect((await readdir(join(repo, recordFolder(ID)))).toSorted()).toEqual(['a.jpg', 'record.json']);
  });

  it('stages a record again where a batch that failed left its files', async () => {
    const staging = await openStaging(repo);
    stageRecord(draftOf(), [file('a.jpg', 'a much longer first try')], staging);
    await commitRecords([stageRecord(draftOf(), [file('a.jpg', 'short')], staging)], repo);
    expect(await readFile(join(repo, recordFolder(ID), 'a.jpg'), 'utf8')).toBe('short');
  });
});

describe('the same bytes twice', () => {
  it('keeps two copies apart that are staged before either is committed', async () => {
    const staging = await openStaging(repo);
    const first = stageRecord(draftOf(), [file('a.jpg', 'first')], staging);
    const second = stageRecord(draftOf(), [file('copy.jpg', 'second')], staging);
    expect(await commitRecords([first], repo)).toEqual([true]);
    expect(await commitRecords([second], repo)).toEqual([false]);
    expect((await readdir(join(repo, recordFolder(ID)))).toSorted()).toEqual(['a.jpg', 'record.json']);
  });

  it('notes all aliases that are found at the same time', async () => {
    await publish();
    const stored = await readRecord(repo, ID);
    if (!stored) throw new Error('no record');
    const staging = await openStaging(repo);
    const aliases = ['b.tif', 'c.tif', 'd.tif'].map((name) => ({ name, path: name }));
    await Promise.all(aliases.map((alias) => addAlias(stored, alias, staging)));
    expect((await readRecord(repo, ID))?.record).toMatchObject({ revision: 4, source: { aliases } });
  });
});

describe('reviseRecord', () => {
  it('writes the new files beside the old ones, then the record, then removes the old', async () => {
    await publish();
    const previous = await readRecord(repo, ID);
    if (!previous) throw new Error('no record');
    const staging = await openStaging(repo);
    await reviseRecord(draftOf(2), [file('a.r2.jpg', 'better')], previous, staging);
    expect((await readdir(previous.folder)).toSorted()).toEqual(['a.r2.jpg', 'record.json']);
    expect((await readRecord(repo, ID))?.record).toMatchObject({ revision: 2, artefacts: [{ path: 'a.r2.jpg' }] });
  });

  it('writes in the staging folder only, so that a run that is killed leaves nothing beside the record', async () => {
    await publish();
    const previous = await readRecord(repo, ID);
    if (!previous) throw new Error('no record');
    const nowhere = join(repo, '.staging', 'swept');
    await expect(reviseRecord(draftOf(2), [file('a.r2.jpg', 'better')], previous, nowhere)).rejects.toThrow();
    await expect(addAlias(previous, { name: 'b.tif', path: 'b.tif' }, nowhere)).rejects.toThrow();
    expect((await readdir(previous.folder)).toSorted()).toEqual(['a.jpg', 'record.json']);
  });

  it('removes what revisions that were cut off left beside the record', async () => {
    await publish();
    const first = await readRecord(repo, ID);
    if (!first) throw new Error('no record');
    const staging = await openStaging(repo);
    await reviseRecord(draftOf(2), [file('a.r2.jpg', 'better')], first, staging);
    const second = await readRecord(repo, ID);
    if (!second) throw new Error('no record');
    await writeFile(join(second.folder, 'a.jpg'), 'of the first revision');
    await reviseRecord(draftOf(3), [file('a.r3.jpg', 'best')], second, staging);
    expect((await readdir(first.folder)).toSorted()).toEqual(['a.r3.jpg', 'record.json']);
  });
});

describe('addAlias', () => {
  it('notes another name once, and raises the revision only then', async () => {
    await publish();
    const staging = await openStaging(repo);
    const alias = { name: 'copy.tif', path: 'copies/copy.tif' };
    for (let i = 0; i < 2; i++) {
      const stored = await readRecord(repo, ID);
      if (!stored) throw new Error('no record');
      await addAlias(stored, alias, staging);
    }
    expect((await readRecord(repo, ID))?.record).toMatchObject({ revision: 2, source: { aliases: [alias] } });
  });
});

describe('sweepStaging', () => {
  it('removes what a dead process left, and nothing of a living one', async () => {
    const mine = await openStaging(repo);
    const dead = mine.replace(`-${process.pid}-`, '-999999999-');
    await mkdir(dead);
    expect(await sweepStaging(repo)).toBe(1);
    expect(await readdir(join(repo, '.staging'))).toEqual([mine.split(/[/\\]/).at(-1)]);
  });

  it('leaves the folder of another computer until it is a week old', async () => {
    const foreign = join(repo, '.staging', '00000000-1-00000000');
    await mkdir(foreign, { recursive: true });
    expect(await sweepStaging(repo)).toBe(0);
    expect(await sweepStaging(repo, Date.now() + 8 * 24 * 3600 * 1000)).toBe(1);
  });
});
