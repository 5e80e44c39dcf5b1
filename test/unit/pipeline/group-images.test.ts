import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Grouping, groupFiles, groupOfRecord } from '../../../src/pipeline/group-images.ts';
import { listClassFolders } from '../../../src/train/class-folders.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

async function groups(files: Record<string, string>, by?: Grouping): Promise<(string | undefined)[]> {
  const root = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const images = await groupFiles(await listClassFolders([root]), [root], by);
  return images.map(({ group }) => group);
}

const NESTED = { 'A/may/1.jpg': '', 'A/june/x__2.jpg': '', 'B/may/deep/x__3.jpg': '', 'B/4.jpg': '' };

describe('the group of a picture in a class folder', () => {
  it('is the folder below that of the class where a class has several', async () => {
    expect(await groups(NESTED)).toEqual(['june', 'may', undefined, 'may/deep']);
    expect(await groups({ 'A/1.jpg': '', 'B/all/2.jpg': '' })).toEqual([undefined, undefined]);
  });

  it('is what was asked for', async () => {
    expect(await groups({ 'A/1.jpg': '', 'B/all/2.jpg': '' }, 'folder')).toEqual([undefined, 'all']);
    expect(await groups(NESTED, 'session')).toEqual(['june', 'may', undefined, 'may/deep']);
    expect(await groups(NESTED, 'source')).toEqual(['x', undefined, undefined, 'x']);
    expect(await groups(NESTED, 'none')).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is the sample that a description names', async () => {
    const described = {
      ...NESTED,
      'A/may/semantiff.yml': 'sample: {name: wafer 7}',
      'B/semantiff.yml': 'sample: {name: foil}',
    };
    expect(await groups(described, 'sample')).toEqual([undefined, 'wafer 7', 'foil', 'foil']);
  });
});

describe('the group of a record', () => {
  const record = makeRecord({
    name: 'src__1.tif',
    path: 'may/src__1.tif',
    instrument: { vendor: 'Zeiss', serialNumber: '12' },
    acquisition: { acquiredAt: '2024-05-17T10:00:00', sampleName: 'foil' },
  });

  it('is instrument and day unless something else is asked for', () => {
    expect(groupOfRecord(record, undefined)).toBe('Zeiss 12 2024-05-17');
    expect(groupOfRecord({ ...record, instrument: { id: 'gemini' } }, 'session')).toBe('gemini 2024-05-17');
    expect(groupOfRecord(record, 'sample')).toBe('foil');
    expect(groupOfRecord(record, 'folder')).toBe('may');
    expect(groupOfRecord(record, 'source')).toBe('src');
    expect(groupOfRecord(record, 'none')).toBeUndefined();
  });

  it('is unknown where the day is not stated; a session is then its folder', () => {
    const dateless = { ...record, acquisition: {} };
    expect(groupOfRecord(dateless, undefined)).toBeUndefined();
    expect(groupOfRecord(dateless, 'session')).toBe('may');
    const described = { ...dateless, user: { sample: { name: 'wafer' } } };
    expect(groupOfRecord(described, 'sample')).toBe('wafer');
  });
});
