import { describe, expect, it } from 'vitest';
import type { ImageFacts } from '../../../src/domain/record.ts';
import type { Grey8, Picture } from '../../../src/raster/picture.ts';
import { assessQuality } from '../../../src/raster/quality.ts';
import { viewPicture } from '../../../src/raster/view-picture.ts';
import { greyPicture, lettering, painted, specimen, withStrip } from '../../builders/grey-picture.ts';

const FACTS: ImageFacts = {
  widthPx: 1,
  heightPx: 1,
  bitsPerSample: 8,
  sampleFormat: 'uint',
  samplesPerPixel: 1,
  photometric: 'min-is-black',
  pages: 1,
};
const GOOD = specimen(640, 480);

function pictureOf(plane: Picture['plane'], facts: Partial<ImageFacts> = {}, palette?: Uint8Array): Picture {
  const { widthPx, heightPx } = plane;
  return { facts: { ...FACTS, widthPx, heightPx, ...facts }, plane, ...(palette && { palette }) };
}

function assess(picture: Picture, hasColour = false) {
  return assessQuality(picture, viewPicture(picture, undefined), hasColour);
}

function codes(grey: Grey8): string[] {
  return assess(pictureOf(grey)).issues.map(({ code }) => code);
}

/** The mean over a square of 2 x `reach` + 1 pixels, twice: close to a Gaussian of that many pixels. */
function blurred(grey: Grey8, reach: number): Grey8 {
  const { widthPx, heightPx } = grey;
  let { data } = grey;
  for (const [step, length] of [
    [1, widthPx],
    [widthPx, heightPx],
    [1, widthPx],
    [widthPx, heightPx],
  ] as const) {
    const from = data;
    data = from.map((_, at) => {
      const place = step === 1 ? at % widthPx : Math.floor(at / widthPx);
      const first = Math.max(-reach, -place);
      const last = Math.min(reach, length - 1 - place);
      let sum = 0;
      for (let offset = first; offset <= last; offset++) sum += from[at + offset * step] as number;
      return sum / (last - first + 1);
    });
  }
  return { widthPx, heightPx, data };
}

describe('assessQuality', () => {
  it('has nothing to say about a specimen in focus, also beside a data bar', () => {
    expect(codes(GOOD)).toEqual([]);
    expect(codes(withStrip(GOOD, { background: 255, height: 50 }))).toEqual([]);
    expect(assess(pictureOf(GOOD)).hasContrast).toBe(true);
  });

  it('sees a picture without contrast, whatever its data bar shows', () => {
    for (const grey of [greyPicture(640, 480, () => 90), greyPicture(640, 480, (x) => 90 + (x % 3))]) {
      const { issues, hasContrast } = assess(pictureOf(withStrip(grey, { background: 0, height: 50 })));
      expect(hasContrast).toBe(false);
      expect(issues).toMatchObject([{ code: 'no-contrast', severity: 'warning', limit: 2 }]);
    }
    expect(codes(greyPicture(640, 480, (x) => 90 + (x % 5)))).not.toContain('no-contrast');
  });

  it('sees clipping at either end of the stored range, with its share', () => {
    const white = greyPicture(640, 480, (x, y) => (x < 64 ? 255 : (GOOD.data[y * 640 + x] as number)));
    expect(assess(pictureOf(white)).issues).toMatchObject([{ code: 'saturated', end: 'bright', limit: 0.05 }]);
    expect(assess(pictureOf(white)).issues[0]?.['share']).toBeCloseTo(0.1, 2);
    const black = greyPicture(640, 480, (x, y) => (x < 240 ? 0 : (GOOD.data[y * 640 + x] as number)));
    expect(assess(pictureOf(black)).issues).toMatchObject([{ code: 'saturated', end: 'dark' }]);
    const deep = Uint16Array.from(GOOD.data, (level) => Math.min(1500, level * 10));
    expect(assess(pictureOf({ ...GOOD, data: deep }, { bitsPerSample: 16 })).issues).toMatchObject([
      { code: 'saturated', end: 'bright' },
    ]);
    const unclipped = Uint16Array.from(GOOD.data, (level, at) => level * 16 + (at % 16));
    expect(assess(pictureOf({ ...GOOD, data: unclipped }, { bitsPerSample: 16 })).issues).toEqual([]);
  });

  it('sees noise by its share of the contrast', () => {
    expect(codes(specimen(640, 480, { noise: 8 }))).toEqual([]);
    const { issues } = assess(pictureOf(specimen(640, 480, { noise: 45 })));
    expect(issues).toMatchObject([{ code: 'noisy', severity: 'info', limit: 0.125 }]);
    expect(issues[0]?.['noise']).toBeGreaterThan(0.125);
  });

  it('sees a specimen out of focus, and does not take a smooth one in focus for it', () => {
    expect(codes(blurred(GOOD, 5))).toEqual(['out-of-focus']);
    expect(codes(blurred(GOOD, 1))).toEqual([]);
    const smooth = greyPicture(640, 480, (x, y) => 128 + 60 * Math.sin(x / 60) + (x + y > 500 ? 40 : 0));
    expect(codes(smooth)).toEqual([]);
  });

  it('sees the rest of an interrupted scan, in rows', () => {
    const rest = painted(GOOD, { x: 0, y: 420, width: 640, height: 60 }, () => 0);
    expect(assess(pictureOf(rest)).issues).toMatchObject([{ code: 'scan-interrupted', rows: 60, ofRows: 480 }]);
    const midRow = painted(rest, { x: 100, y: 419, width: 540, height: 1 }, () => 0);
    expect(assess(pictureOf(midRow)).issues).toMatchObject([{ code: 'scan-interrupted', rows: 60 }]);
    const fading = greyPicture(640, 480, (x, y) => (y < 300 ? 100 + ((x * 7) % 90) : Math.max(0, 460 - y) * 0.5));
    expect(codes(fading)).not.toContain('scan-interrupted');
  });

  it('sees lettering on the picture, a strip over it, and colours of a palette', () => {
    const lettered = painted(GOOD, { x: 0, y: 440, width: 640, height: 40 }, (x, y) =>
      lettering(x, y, 40) === 1 ? 255 : 60,
    );
    expect(codes(lettered)).toEqual(['annotation']);
    expect(assess(pictureOf(withStrip(GOOD, { background: 255, height: 40, rowsBelow: 30 }))).issues).toMatchObject([
      { code: 'annotation', rowsBelowPx: 30 },
    ]);
    const palette = Uint8Array.from({ length: 768 }, (_, at) => Math.floor(at / 3));
    palette.set([255, 0, 0], 3 * 200);
    const marked = painted(GOOD, { x: 9, y: 9, width: 9, height: 9 }, () => 200);
    const picture = pictureOf(marked, { photometric: 'palette' }, palette);
    expect(assess(picture, true).issues).toMatchObject([{ code: 'annotation' }]);
  });

  it('names number and limit in each message', () => {
    for (const { message } of assess(pictureOf(specimen(640, 480, { noise: 45 }))).issues) {
      expect(message).toMatch(/\d.*\d/);
    }
  });

  it('survives the smallest pictures', () => {
    for (const [width, height] of [
      [1, 1],
      [256, 1],
      [1, 300],
      [40, 40],
    ] as const) {
      expect(() => codes(greyPicture(width, height, (x, y) => (x * 31 + y * 17) % 200))).not.toThrow();
    }
  });
});
