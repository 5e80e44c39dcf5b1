import { describe, expect, it } from 'vitest';
import { sniff } from '../../../src/raster/sniff.ts';

describe('sniff', () => {
  it.each([
    ['tiff', 'II*\0'],
    ['tiff', 'MM\0*'],
    ['tiff', 'II+\0'],
    ['tiff', 'MM\0+'],
    ['jpeg', '\xff\xd8\xff\xe0'],
    ['png', '\x89PNG\r\n\x1a\n'],
    ['hdf5', '\x89HDF\r\n\x1a\n'],
    ['other', 'II'],
    ['other', ''],
    ['other', '[SemImageFile]'],
  ])('recognises %s by %j', (kind, start) => {
    expect(sniff(Buffer.from(start, 'latin1'))).toBe(kind);
  });
});
