import { describe, expect, it } from 'vitest';
import type { Picture, SampleArray } from '../../../src/raster/picture.ts';
import { viewPicture } from '../../../src/raster/view-picture.ts';
import { specimen, withStrip } from '../../builders/grey-picture.ts';

const BARRED = withStrip(specimen(640, 480), { background: 255, height: 50 });

function pictureOf(data: SampleArray, bitsPerSample = 8): Picture {
  const { widthPx, heightPx } = BARRED;
  return {
    facts: {
      widthPx,
      heightPx,
      bitsPerSample,
      sampleFormat: 'uint',
      samplesPerPixel: 1,
      photometric: 'min-is-black',
      pages: 1,
    },
    plane: { widthPx, heightPx, data },
  };
}

describe('viewPicture', () => {
  it('parts the picture from the data bar it finds, without copying plain grey', () => {
    const { grey, area, bar } = viewPicture(pictureOf(BARRED.data), undefined);
    expect(bar).toEqual({ heightPx: 50, from: 'picture', rowsBelowPx: 0 });
    expect([grey.heightPx, area.heightPx]).toEqual([480, 430]);
    expect(area.data.buffer).toBe(BARRED.data.buffer);
  });

  it('believes the height that the header proves, and looks no further', () => {
    const { area, bar } = viewPicture(pictureOf(BARRED.data), 20);
    expect(bar).toEqual({ heightPx: 20, from: 'header', rowsBelowPx: 0 });
    expect(area.heightPx).toBe(460);
  });

  it('does not let a bar that it finds set black and white of a deep picture', () => {
    const deep = Uint16Array.from(BARRED.data, (level, at) => (at < 430 * 640 ? 1000 + level : level * 257));
    const { area, bar } = viewPicture(pictureOf(deep, 16), undefined);
    expect(bar?.heightPx).toBe(50);
    expect(area.data.reduce((most, level) => Math.max(most, level), 0)).toBe(255);
  });

  it('shows a picture without a bar whole', () => {
    const { data } = specimen(640, 480);
    const { grey, area, bar } = viewPicture(pictureOf(data), undefined);
    expect(bar).toBeUndefined();
    expect(area).toBe(grey);
  });
});
