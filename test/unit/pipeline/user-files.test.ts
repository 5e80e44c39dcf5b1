import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUserFiles } from '../../../src/pipeline/user-files.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { createFakeClock } from '../watcher/fake-clock.ts';

async function bench() {
  const root = temporaryFolder();
  const inbox = join(root, 'inbox');
  await mkdir(join(inbox, 'a/b c'), { recursive: true });
  const clock = createFakeClock();
  return { root, inbox, clock, files: createUserFiles(inbox, clock) };
}

describe('the files in which people describe their pictures', () => {
  it('count from the inbox down to the picture, and nothing above the inbox does', async () => {
    const { root, inbox, files } = await bench();
    await writeFile(join(root, 'semantiff.yml'), 'project: outside');
    await writeFile(join(inbox, 'semantiff.yml'), 'project: P\nkeywords: [k]');
    await writeFile(join(inbox, 'a/b c/semantiff.yaml'), 'keywords: [l]\nlicence: [x]');
    expect((await files.of('x.tif'))?.user).toEqual({ project: 'P', keywords: ['k'] });
    const deep = await files.of('a/b c/x.tif');
    expect(deep?.user).toEqual({ project: 'P', keywords: ['k', 'l'] });
    expect(deep?.issues).toMatchObject([{ file: 'a/b c/semantiff.yaml', place: 'licence' }]);
    expect((await files.of('a/x.tif'))?.digest).toBe((await files.of('x.tif'))?.digest);
    expect((await files.of('a/x.tif'))?.digest).not.toBe(deep?.digest);
  });

  it('are looked at again after a moment, or at once when told; a comment does not change the digest', async () => {
    const { inbox, clock, files } = await bench();
    const path = join(inbox, 'a/semantiff.yml');
    expect(await files.of('a/x.tif')).toBeUndefined();
    await writeFile(path, 'project: P');
    expect(await files.of('a/x.tif')).toBeUndefined();
    await clock.advance(1000);
    const first = await files.of('a/x.tif');
    expect(first?.user?.project).toBe('P');
    await writeFile(path, '# the same again\nproject: "P"\n');
    files.forget();
    expect((await files.of('a/x.tif'))?.digest).toBe(first?.digest);
    await rm(path);
    files.forget();
    expect(await files.of('a/x.tif')).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('are no links, which could lead out of the inbox', async () => {
    const { root, inbox, files } = await bench();
    await writeFile(join(root, 'other.yml'), 'project: outside');
    await symlink(join(root, 'other.yml'), join(inbox, 'semantiff.yml'));
    expect(await files.of('x.tif')).toBeUndefined();
  });
});
