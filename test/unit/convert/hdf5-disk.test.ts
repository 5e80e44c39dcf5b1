import { existsSync } from 'node:fs';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Hdf5, openHdf5 } from '../../../src/convert/hdf5-file.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { dataset, withFile } from '../../integration/convert/read-hdf5.ts';

const TEMPLATE = resolve(import.meta.dirname, '../../../assets/nexus-template.h5');

let hdf5: Hdf5;

beforeAll(async () => {
  hdf5 = await openHdf5();
});

async function templateOnDisk(): Promise<string> {
  const path = join(temporaryFolder(), 'a.h5');
  await copyFile(TEMPLATE, path);
  return path;
}

describe('an HDF5 file on the disk', () => {
  it('takes an array in boxes, and more when it is opened again', async () => {
    const path = await templateOnDisk();
    await hdf5.extendOnDisk(path, async (tree) => {
      const put = tree.slabs('/entry/boxes', new Uint16Array(), [5, 4], [2, 4]);
      put({ data: Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8), count: [2, 4], offset: [3, 0] });
      await Promise.resolve();
      put({ data: Uint16Array.of(9, 10), count: [1, 2], offset: [0, 1] });
    });
    await hdf5.extendOnDisk(path, (tree) => tree.attribute('/entry/boxes', 'note', 'später'));
    await withFile(await readFile(path), (file) => {
      const boxes = dataset(file, '/entry/boxes');
      expect(boxes.dtype).toBe('<H');
      expect(boxes.shape).toEqual([5, 4]);
      const rows = [0, 9, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
      expect(Array.from(boxes.value as Uint16Array)).toEqual(rows);
      expect(boxes.attrs['note']?.value).toBe('später');
    });
  });

  it('does not stay in memory: WebAssembly memory does not grow with it', async () => {
    const path = await templateOnDisk();
    const before = process.memoryUsage().arrayBuffers;
    await hdf5.extendOnDisk(path, (tree) => {
      const put = tree.slabs('/entry/large', new Uint8Array(), [256, 2 ** 20], [1, 2 ** 20]);
      const row = new Uint8Array(2 ** 20).fill(1);
      for (let y = 0; y < 256; y++) put({ data: row, count: [1, 2 ** 20], offset: [y, 0] });
    });
    expect((await stat(path)).size).toBeGreaterThan(2 ** 28);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  });

  it('says what the system said of a file that is not there', async () => {
    const path = join(temporaryFolder(), 'none.h5');
    await expect(hdf5.extendOnDisk(path, () => undefined)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' });
    expect(existsSync(path)).toBe(false);
  });

  it('says what the library said of a file that is none of its own, and goes on with the next', async () => {
    const path = join(temporaryFolder(), 'bad.h5');
    await writeFile(path, 'not HDF5');
    await expect(hdf5.extendOnDisk(path, () => undefined)).rejects.toThrow(/H5F/);
    await expect(
      hdf5.extendOnDisk(await templateOnDisk(), (tree) => tree.count('/entry/n', 1)),
    ).resolves.toBeUndefined();
  });
});
