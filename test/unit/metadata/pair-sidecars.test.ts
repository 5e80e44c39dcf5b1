import { describe, expect, it } from 'vitest';
import { imageNameInside, looksLikeSidecar, pairSidecars } from '../../../src/metadata/pair-sidecars.ts';
import { latin1 } from './harvest-input.ts';

describe('pairSidecars', () => {
  it('pairs by stem in any case, and by the whole name', () => {
    const listing = ['A 1.tif', 'a 1.TXT', 'b.tif', 'b.tif.txt', 'c.tif', 'c-tif.hdr', 'd.tif'];
    const pairs = pairSidecars(listing, ['A 1.tif', 'b.tif', 'c.tif', 'd.tif']);
    expect(Object.fromEntries(pairs)).toEqual({
      'A 1.tif': ['a 1.TXT'],
      'b.tif': ['b.tif.txt'],
      'c.tif': ['c-tif.hdr'],
      'd.tif': [],
    });
  });

  it('pairs composed with decomposed letters and full-width with plain ones', () => {
    const pairs = pairSidecars(
      ['Gru\u0308n.txt', 'sample-1_200倍(x200).txt'],
      ['Gr\u00fcn.tif', 'sample-１_200倍(x200).tif'],
    );
    expect([...pairs.values()]).toEqual([['Gru\u0308n.txt'], ['sample-1_200倍(x200).txt']]);
  });

  it('prefers the exact name where only case or width tells two apart', () => {
    const images = ['a.tif', 'A.tif', '1.tif', '１.tif'];
    const pairs = pairSidecars(['a.txt', 'A.txt', '1.txt', '１.txt'], images);
    expect([...pairs.values()]).toEqual([['a.txt'], ['A.txt'], ['1.txt'], ['１.txt']]);
  });

  it('pairs a renamed picture by the name inside the sidecar, but the stem counts more', () => {
    const inside = new Map([
      ['export7.txt', 'x.tif'],
      ['y.txt', 'x.tif'],
      ['z.txt', 'gone.tif'],
    ]);
    const pairs = pairSidecars(['export7.txt', 'y.txt', 'z.txt'], ['x.tif', 'y.tif'], inside);
    expect(Object.fromEntries(pairs)).toEqual({ 'x.tif': ['export7.txt'], 'y.tif': ['y.txt'] });
  });

  it('gives the sidecar of one stem to each of its pictures', () => {
    const pairs = pairSidecars(['a.txt'], ['a.tif', 'a.tiff']);
    expect([...pairs.values()]).toEqual([['a.txt'], ['a.txt']]);
  });

  it('leaves other files alone', () => {
    expect([...pairSidecars(['a.jpg', 'a.log', 'a'], ['a.tif']).values()]).toEqual([[]]);
  });

  it('stays fast in a folder of twenty thousand files', () => {
    const images = Array.from({ length: 10_000 }, (_, index) => `scan_${index}.tif`);
    const started = performance.now();
    const pairs = pairSidecars(
      images.map((name) => name.replace('.tif', '.txt')),
      images,
    );
    expect(pairs.get('scan_9999.tif')).toEqual(['scan_9999.txt']);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('looksLikeSidecar', () => {
  it.each([
    ['a.txt', '[SemImageFile]\nImageName=a.tif\n'],
    ['a.txt', '$SEM_DATA_VERSION 1\n$CM_FORMAT JPEG\n'],
    ['a.hdr', '[MAIN]\nMagnification=1\n'],
  ])('knows the header in %s', (name, text) => {
    expect(looksLikeSidecar(latin1(text), name)).toBe(true);
    expect(looksLikeSidecar(new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')), name)).toBe(true);
  });

  it('takes notes and other files for no header', () => {
    expect(looksLikeSidecar(latin1('Read me: see [SemImageFile]\n'), 'readme.txt')).toBe(false);
    expect(looksLikeSidecar(latin1('[SemImageFile]\n'), 'a.ini')).toBe(false);
    expect(looksLikeSidecar(new Uint8Array(), 'a.txt')).toBe(false);
  });
});

describe('imageNameInside', () => {
  it('reads the name only from a Hitachi text', () => {
    expect(imageNameInside(latin1('[SemImageFile]\nFormat=tif\nImageName=x y.tif\n'))).toBe('x y.tif');
    expect(imageNameInside(latin1('[SemImageFile]\nImageName=\nDate=1\n'))).toBeUndefined();
    expect(imageNameInside(latin1('[Other]\nImageName=x.tif\n'))).toBeUndefined();
  });
});
