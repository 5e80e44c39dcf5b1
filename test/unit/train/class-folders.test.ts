import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listClassFolders } from '../../../src/train/class-folders.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

function folderWith(...paths: string[]): string {
  const root = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), 'x');
  }
  return root;
}

describe('class folders', () => {
  it('give every picture the name of its first folder as label', async () => {
    const root = folderWith(
      'Fibres/b.JPG',
      'Fibres/a.tif',
      'Nano Dräte/2024/c.png',
      'Fibres/notes.txt',
      'Fibres/.d.jpg',
      'e.jpg',
    );
    const images = await listClassFolders([root]);
    expect(images).toEqual([
      { file: join(root, 'Fibres', 'a.tif'), label: 'Fibres' },
      { file: join(root, 'Fibres', 'b.JPG'), label: 'Fibres' },
      { file: join(root, 'Nano Dräte', '2024', 'c.png'), label: 'Nano Dräte' },
    ]);
  });

  it('are put together from several roots', async () => {
    const images = await listClassFolders([folderWith('A/1.jpg'), folderWith('A/2.jpg', 'B/3.jpg')]);
    expect(images.map(({ label }) => label)).toEqual(['A', 'A', 'B']);
  });

  it('are refused where there is no picture in any, or no folder at all', async () => {
    await expect(listClassFolders([folderWith('1.jpg')])).rejects.toMatchObject({ code: 'train/data' });
    await expect(listClassFolders([join(temporaryFolder(), 'absent')])).rejects.toMatchObject({ code: 'train/data' });
  });
});
