import { describe, expect, it } from 'vitest';
import { pairSidecars, pairWithNames } from '../../../src/watcher/pair-sidecars.ts';

describe('pairing of sidecars', () => {
  it('pairs by stem without case, and knows what Tescan calls its headers', () => {
    const pairs = pairSidecars(['IMG_1.TIF', 'b.tif'], ['img_1.txt', 'IMG_1-tif.hdr', 'img_1.tif.hdr', 'readme.txt']);
    expect(pairs.sidecarsOf('IMG_1.TIF')).toEqual(['IMG_1-tif.hdr', 'img_1.tif.hdr', 'img_1.txt']);
    expect(pairs.sidecarsOf('b.tif')).toEqual([]);
    expect(pairs.picturesOf('img_1.txt')).toEqual(['IMG_1.TIF']);
    expect(pairs.picturesOf('readme.txt')).toEqual([]);
  });

  it('pairs a picture and a sidecar whose umlauts are spelled differently', () => {
    const picture = 'Körner.tif'.normalize('NFD');
    expect(pairSidecars([picture], ['Körner.txt'.normalize('NFC')]).sidecarsOf(picture)).toEqual(['Körner.txt']);
  });

  it('gives one sidecar to all pictures of its stem', () => {
    expect(pairSidecars(['a.tif', 'a.jpg'], ['a.txt']).picturesOf('a.txt')).toEqual(['a.jpg', 'a.tif']);
  });
});

describe('pairing by the name inside a sidecar', () => {
  const pair = async (pictures: string[], inside: Record<string, string | undefined>) => {
    const opened: string[] = [];
    const pairs = await pairWithNames(pictures, Object.keys(inside), {
      pathOf: (name) => `/in/${name}`,
      nameInside: async (path) => {
        opened.push(path);
        return await Promise.resolve(inside[path.slice('/in/'.length)]);
      },
    });
    return { ...pairs, opened };
  };

  it('finds the header of a picture that was renamed, whatever folder, case, form or extension it states', async () => {
    const pairs = await pair(['Körner １.TIF'.normalize('NFD'), 'b.tif'], {
      'x.txt': 'D:\\Data\\KÖRNER 1.tif',
      'y.txt': 'b.bmp',
      'z.txt': undefined,
    });
    expect(pairs.sidecarsOf('Körner １.TIF'.normalize('NFD'))).toEqual(['x.txt']);
    expect(pairs.sidecarsOf('b.tif')).toEqual(['y.txt']);
    expect(pairs.picturesOf('y.txt')).toEqual(['b.tif']);
    expect(pairs.picturesOf('z.txt')).toEqual([]);
  });

  it('goes by stem first, and opens a text only where a picture has none', async () => {
    const pairs = await pair(['a.tif', 'b.tif'], { 'a.txt': 'b.tif', 'c.txt': 'a.tif' });
    expect(pairs.sidecarsOf('a.tif')).toEqual(['a.txt']);
    expect(pairs.sidecarsOf('b.tif')).toEqual([]);
    expect(pairs.picturesOf('c.txt')).toEqual([]);
    expect(pairs.opened).toEqual(['/in/c.txt']);
    expect((await pair(['a.tif'], { 'a.txt': 'a.tif', 'readme.txt': undefined })).opened).toEqual([]);
  });

  it('gives one sidecar to every picture it names', async () => {
    const pairs = await pair(['a.tif', 'a.jpg', 'b.tif'], { 'x.txt': 'a.bmp' });
    expect(pairs.picturesOf('x.txt')).toEqual(['a.jpg', 'a.tif']);
    expect([pairs.sidecarsOf('a.tif'), pairs.sidecarsOf('a.jpg'), pairs.sidecarsOf('b.tif')]).toEqual([
      ['x.txt'],
      ['x.txt'],
      [],
    ]);
  });
});
