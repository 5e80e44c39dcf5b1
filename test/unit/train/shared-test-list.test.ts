import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  extendSharedTestList,
  readSharedTestList,
  SHARED_TEST_LIST_FILE,
} from '../../../src/train/shared-test-list.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const image = (digit: string, label: string, file?: string) => ({
  sha256: digit.repeat(64),
  label,
  ...(file !== undefined && { file }),
});

describe('the shared test list', () => {
  it('is empty before a training held anything back', async () => {
    expect(await readSharedTestList(join(temporaryFolder(), 'models'))).toEqual([]);
  });

  it('grows with every training, and takes the newest label of an image', async () => {
    const folder = join(temporaryFolder(), 'models');
    expect(await extendSharedTestList(folder, [image('b', 'Tips'), image('a', 'Fibres', '/x/a.tif')])).toBe(2);
    expect(await extendSharedTestList(folder, [image('b', 'Powder', '/x/b.tif'), image('c', 'Tips')])).toBe(3);
    expect(await readSharedTestList(folder)).toEqual([
      image('a', 'Fibres', '/x/a.tif'),
      image('b', 'Powder', '/x/b.tif'),
      image('c', 'Tips'),
    ]);
  });

  it('loses nothing to a training that ends at the same time', async () => {
    const folder = temporaryFolder();
    const digits = ['0', '1', '2', '3', '4', '5'];
    await Promise.all(digits.map((digit) => extendSharedTestList(folder, [image(digit, 'Tips')])));
    expect((await readSharedTestList(folder)).map(({ sha256 }) => sha256[0])).toEqual(digits);
  });

  it('is refused where it is no list', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, SHARED_TEST_LIST_FILE), '{"schemaVersion":1,"images":[{"sha256":"x","label":"y"}]}');
    await expect(readSharedTestList(folder)).rejects.toMatchObject({ code: 'train/data' });
  });
});
