import { describe, expect, it } from 'vitest';
import { pairSidecars } from '../../../src/watcher/pair-sidecars.ts';

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
