import { describe, expect, it } from 'vitest';
import { candidateRules } from '../../../src/watcher/candidate.ts';

describe('candidate rules', () => {
  const rules = candidateRules(['tiff']);

  it('takes TIFF by its extension in any case, and sidecars beside it', () => {
    expect(['a.tif', 'a.TIFF', 'Probe 7/Ü b.Tif', '試料/画像.tif'].map(rules.kindOf)).toEqual(Array(4).fill('picture'));
    expect(['a.txt', 'a-tif.HDR'].map(rules.kindOf)).toEqual(['sidecar', 'sidecar']);
    expect(['a', 'a.tif.bak', 'tif', 'a.xml', 'a.jpg', 'a.png'].map(rules.kindOf)).toEqual(Array(6).fill(undefined));
  });

  it('takes JPEG and PNG only when they are accepted', () => {
    const all = candidateRules(['tiff', 'jpeg', 'png']);
    expect(['a.JPG', 'a.jpeg', 'a.png', 'a.tif'].map(all.kindOf)).toEqual(Array(4).fill('picture'));
  });

  it('leaves out hidden, temporary and system names', () => {
    for (const name of ['.a.tif', '._a.tif', '~$a.tif', 'x/.a.tif.Xy12', 'a.tif.part', 'a.tif.CRDOWNLOAD', 'a.tmp']) {
      expect(rules.kindOf(name), name).toBeUndefined();
    }
    for (const name of [
      '@eaDir',
      '.snapshot',
      '$RECYCLE.BIN',
      'x/#recycle',
      'System Volume Information',
      'Thumbs.db',
    ]) {
      expect(rules.ignores(name), name).toBe(true);
    }
  });

  it('leaves out what the user names, by name at any depth or by path', () => {
    const own = candidateRules(['tiff'], ['*_preview.tif', 'Archiv/2019/**', '/raw', '**/scratch/*.tif', '画像?.tif']);
    const out = ['a_preview.tif', 'b/A_PREVIEW.TIF', 'archiv/2019/a.tif', 'raw', 'scratch/a.tif', 'x/y/scratch/b.tif'];
    expect([...out, 'x/画像1.tif'].filter((path) => !own.ignores(path))).toEqual([]);
    const kept = ['preview.tif', 'Archiv/2020/a.tif', 'scratch/x/a.tif', 'x/raw', '画像12.tif'];
    expect(kept.filter((path) => own.ignores(path))).toEqual([]);
  });

  it('reads a pattern literally but for its wildcards', () => {
    const own = candidateRules(['tiff'], ['a+(b)[1].tif']);
    expect(own.ignores('a+(b)[1].tif')).toBe(true);
    expect(own.ignores('aa(b)1.tif')).toBe(false);
  });
});
