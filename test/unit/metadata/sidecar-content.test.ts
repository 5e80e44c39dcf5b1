import { describe, expect, it } from 'vitest';
import { imageNameInside, looksLikeSidecar } from '../../../src/metadata/sidecar-content.ts';
import { latin1 } from './harvest-input.ts';

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
