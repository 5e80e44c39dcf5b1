import { describe, expect, it } from 'vitest';
import { findDataBar } from '../../../src/raster/find-data-bar.ts';
import { greyPicture, lettering, painted, specimen, withStrip } from '../../builders/grey-picture.ts';

const PICTURE = specimen(640, 480);

describe('findDataBar', () => {
  it.each([
    { background: 0, height: 40 },
    { background: 255, height: 40 },
    { background: 52, height: 62 },
    { background: 150, ink: 10, height: 30 },
  ])('finds a strip of grey $background, $height rows high, to the row', (strip) => {
    expect(findDataBar(withStrip(PICTURE, strip))).toEqual({
      heightPx: strip.height,
      rowsBelowPx: 0,
      background: strip.background,
    });
  });

  it('finds a strip that lies over the picture, and says how much picture goes on beneath', () => {
    const found = findDataBar(withStrip(PICTURE, { background: 255, height: 40, rowsBelow: 45 }));
    expect(found).toEqual({ heightPx: 85, rowsBelowPx: 45, background: 255 });
  });

  it('finds the strip below a specimen that is as dark, by the line between them', () => {
    const black = withStrip(
      greyPicture(640, 480, () => 0),
      { background: 0, height: 40 },
    );
    const ruled = painted(black, { x: 0, y: 440, width: 640, height: 1 }, () => 255);
    expect(findDataBar(ruled)?.heightPx).toBe(40);
    expect(findDataBar(black)).toBeUndefined();
  });

  it('takes the first row of the strip, not of the even specimen above it', () => {
    const even = withStrip(
      greyPicture(640, 480, (x, y) => 110 + ((x + y) % 4)),
      { background: 0, height: 40 },
    );
    expect(findDataBar(even)?.heightPx).toBe(40);
  });

  it('finds none in a specimen, however dark or flat it is', () => {
    expect(findDataBar(PICTURE)).toBeUndefined();
    expect(findDataBar(greyPicture(640, 480, () => 0))).toBeUndefined();
    expect(findDataBar(greyPicture(640, 480, (x, y) => 8 + ((x * 7 + y * 13) % 5)))).toBeUndefined();
    expect(findDataBar(specimen(640, 480, { noise: 40, seed: 3 }))).toBeUndefined();
  });

  it('finds none in the black rest of a scan that was stopped', () => {
    const rest = { x: 0, y: 430, width: 640, height: 50 };
    expect(findDataBar(painted(PICTURE, rest, () => 0))).toBeUndefined();
  });

  it('finds none where text and scale bar stand on the picture without a strip', () => {
    const text = painted(PICTURE, { x: 0, y: 440, width: 640, height: 40 }, (x, y) =>
      lettering(x, y, 40) === 1 ? 255 : (PICTURE.data[(440 + y) * 640 + x] as number),
    );
    expect(findDataBar(text)).toBeUndefined();
  });

  it('finds none in a frame, a single dark band, or a strip that is too high or too low', () => {
    const frame = greyPicture(640, 480, (x, y) =>
      x < 9 || y < 9 || x > 630 || y > 470 ? 0 : (PICTURE.data[y * 640 + x] as number),
    );
    expect(findDataBar(frame)).toBeUndefined();
    expect(findDataBar(painted(PICTURE, { x: 0, y: 400, width: 640, height: 30 }, () => 40))).toBeUndefined();
    expect(findDataBar(withStrip(PICTURE, { background: 0, height: 90 }))).toBeUndefined();
    expect(findDataBar(withStrip(PICTURE, { background: 0, height: 5 }))).toBeUndefined();
  });

  it('looks for none in pictures too small to hold text', () => {
    expect(findDataBar(withStrip(specimen(60, 480), { background: 0, height: 40 }))).toBeUndefined();
    expect(findDataBar(greyPicture(640, 1, () => 0))).toBeUndefined();
  });
});
