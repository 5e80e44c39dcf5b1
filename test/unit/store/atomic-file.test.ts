import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isIngestError } from '../../../src/domain/errors.ts';
import { fsyncFiles, fsyncFolder, writeFileAtomic } from '../../../src/store/atomic-file.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

describe('an atomic write', () => {
  it('creates a file and leaves nothing else in the folder', async () => {
    const folder = temporaryFolder();
    await writeFileAtomic(join(folder, 'Aufnahme ü 試.json'), Buffer.from('one'), { fsync: true });
    expect(readdirSync(folder)).toEqual(['Aufnahme ü 試.json']);
    expect(readFileSync(join(folder, 'Aufnahme ü 試.json'), 'utf8')).toBe('one');
  });

  it('replaces a file whole, also by fewer bytes', async () => {
    const path = join(temporaryFolder(), 'record.json');
    await writeFileAtomic(path, Buffer.from('a long first text'), { fsync: false });
    await writeFileAtomic(path, Buffer.from('short'), { fsync: false });
    expect(readFileSync(path, 'utf8')).toBe('short');
  });

  it('lets many writers of one name finish, one of them whole', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'record.json');
    const texts = Array.from({ length: 12 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, Buffer.from(text), { fsync: false })));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['record.json']);
  });

  it('takes a name as long as file systems allow', async () => {
    const folder = temporaryFolder();
    const name = `${'ü'.repeat(120)}.json`;
    await writeFileAtomic(join(folder, name), Buffer.from('x'), { fsync: false });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('fails with the reason and without a rest where the target is a folder or its folder is missing', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'taken', 'inside'), { recursive: true });
    for (const path of [join(folder, 'taken'), join(folder, 'no such folder', 'x')]) {
      const attempt = writeFileAtomic(path, Buffer.from('x'), { fsync: true });
      await expect(attempt).rejects.toSatisfy((error) => isIngestError(error, 'store/io') && !error.retryable);
    }
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('flushing', () => {
  it('takes a group of files and their folder', async () => {
    const folder = temporaryFolder();
    const paths = Array.from({ length: 20 }, (_, index) => join(folder, `${index}.bin`));
    for (const path of paths) writeFileSync(path, 'x');
    await expect(fsyncFiles(paths)).resolves.toBeUndefined();
    await expect(fsyncFolder(folder)).resolves.toBeUndefined();
    await expect(fsyncFiles([])).resolves.toBeUndefined();
  });

  it('fails when one of the files is gone', async () => {
    const missing = fsyncFiles([join(temporaryFolder(), 'gone.bin')]);
    await expect(missing).rejects.toSatisfy((error) => isIngestError(error, 'store/io'));
  });
});
