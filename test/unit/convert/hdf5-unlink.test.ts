import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hdf5Checksum } from '../../../src/convert/hdf5-checksum.ts';
import { type Hdf5, openHdf5 } from '../../../src/convert/hdf5-file.ts';
import { unlinkFromGroup } from '../../../src/convert/hdf5-unlink.ts';
import { loadNexusTemplate } from '../../../src/convert/nexus-template.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { dataset, group, withFile } from '../../integration/convert/read-hdf5.ts';

let hdf5: Hdf5;
let template: Uint8Array;

beforeAll(async () => {
  hdf5 = await openHdf5();
  template = await loadNexusTemplate();
});

/** The template with so many more members of the entry, among them `answer`. */
async function fileWith(members: number): Promise<string> {
  const path = join(temporaryFolder(), 'a.h5');
  const bytes = hdf5.write(template, (tree) => {
    for (let i = 1; i < members; i++) tree.count(`/entry/member${i}`, i);
    tree.group('/entry/answer', 'NXprocess');
    tree.text('/entry/answer/text', 'first');
  });
  await writeFile(path, bytes);
  return path;
}

describe('hdf5Checksum', () => {
  it('is that of lookup3.c, whose author gives these numbers', () => {
    expect(hdf5Checksum(new Uint8Array())).toBe(0xdeadbeef);
    expect(hdf5Checksum(Buffer.from('Four score and seven years ago'))).toBe(0x17770551);
  });
});

describe('unlinkFromGroup', () => {
  it('takes one member out, so that another may take its name, and leaves the others', async () => {
    const path = await fileWith(3);
    const before = await withFile(await readFile(path), (file) => group(file, '/entry').keys());
    expect(unlinkFromGroup(path, 'entry', 'answer')).toBe(true);
    await withFile(await readFile(path), (file) => {
      expect(group(file, '/entry').keys()).toEqual(before.filter((name) => name !== 'answer'));
    });
    await hdf5.extendOnDisk(path, (tree) => {
      tree.group('/entry/answer', 'NXprocess');
      tree.text('/entry/answer/text', 'second');
    });
    await withFile(await readFile(path), (file) => {
      expect(group(file, '/entry').keys().toSorted()).toEqual(before.toSorted());
      expect(dataset(file, '/entry/answer/text').value).toBe('second');
      expect(dataset(file, '/entry/member2').value).toBe(2);
    });
  });

  it('takes out a link that is a message of the header, as groups of few members have them', async () => {
    const small = join(temporaryFolder(), 'small.h5');
    const bytes = hdf5.write(template, (tree) => tree.group('/small', 'NXcollection'));
    await writeFile(small, bytes);
    await hdf5.extendOnDisk(small, (tree) => {
      for (const name of ['one', 'two', 'three']) tree.count(`/small/${name}`, 1);
    });
    expect(unlinkFromGroup(small, 'small', 'two')).toBe(true);
    await withFile(await readFile(small), (file) => {
      expect(group(file, '/small').keys().toSorted()).toEqual(['one', 'three']);
    });
  });

  it('changes nothing where there is no such member', async () => {
    const path = await fileWith(1);
    const before = await readFile(path);
    expect(unlinkFromGroup(path, 'entry', 'nothing')).toBe(false);
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it('takes any member out of a group that has so many that their index has two levels', async () => {
    const members = Array.from({ length: 59 }, (_, i) => `member${i + 1}`);
    const whole = await readFile(await fileWith(60));
    const path = join(temporaryFolder(), 'b.h5');
    for (const name of members) {
      await writeFile(path, whole);
      expect(unlinkFromGroup(path, 'entry', name)).toBe(true);
      await hdf5.extendOnDisk(path, (tree) => tree.count('/entry/other', 1));
      await withFile(await readFile(path), (file) => {
        const kept = members.filter((other) => other !== name);
        expect(
          group(file, '/entry')
            .keys()
            .filter((key) => key.startsWith('member'))
            .toSorted(),
        ).toEqual(kept.toSorted());
        for (const other of kept) expect(dataset(file, `/entry/${other}`).value).toBe(Number(other.slice(6)));
      });
    }
  });

  it('refuses, before a byte changes, what it does not understand', async () => {
    const large = await fileWith(1500);
    const damaged = await fileWith(1);
    const bytes = await readFile(damaged);
    bytes[bytes.indexOf('BTLF') + 8] = 0xff;
    await writeFile(
      damaged,
      bytes.map((byte) => byte),
    );
    const other = join(temporaryFolder(), 'other.h5');
    await writeFile(other, Buffer.alloc(200, 1));
    for (const [path, why] of [
      [large, /depth 2/],
      [damaged, /checksum/],
      [other, /superblock/],
    ] as const) {
      const before = await readFile(path);
      expect(() => unlinkFromGroup(path, 'entry', 'answer')).toThrow(why);
      expect((await readFile(path)).equals(before)).toBe(true);
    }
  });
});
