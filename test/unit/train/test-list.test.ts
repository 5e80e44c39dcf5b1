import { describe, expect, it } from 'vitest';
import { markTested, parseTestList } from '../../../src/train/test-list.ts';

const image = (file: string) => ({ file, label: 'A' });

describe('a fixed test list', () => {
  it('names pictures by content hash, file name or the end of a path', () => {
    const list = parseTestList(`# ours\r\n\r\n${'A'.repeat(64)}\nb.jpg\nFibres\\c.tif\nabsent.png\n`, 'test.txt');
    expect([...list.hashes]).toEqual(['a'.repeat(64)]);
    const images = ['/d/Tips/b.jpg', '/d/Fibres/b.jpg', '/d/Fibres/c.tif', '/d/Tips/c.tif'].map(image);
    const { images: marked, unknown } = markTested(images, list);
    expect(marked.filter(({ testOnly }) => testOnly === true).map(({ file }) => file)).toEqual([
      '/d/Tips/b.jpg',
      '/d/Fibres/b.jpg',
      '/d/Fibres/c.tif',
    ]);
    expect(unknown).toEqual(['absent.png']);
  });

  it('without a line is refused', () => {
    expect(() => parseTestList('# nothing\n\n', 'test.txt')).toThrow(expect.objectContaining({ code: 'train/data' }));
  });
});
