import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { readTiff } from '../../../src/raster/tiff-directory.ts';
import { type PagePlan, planPages } from '../../../src/raster/tiff-pages.ts';
import { buildTiff, type PageSpec, type TiffSpec } from '../../builders/tiff-builder.ts';

const planOf = async (spec: TiffSpec): Promise<PagePlan> => planPages(await readTiff(memorySource(buildTiff(spec))));

const PAGE: PageSpec = { width: 6, height: 4, bits: 16 };
const subfile = (value: number): PageSpec => ({ ...PAGE, tags: [{ tag: 254, type: 'LONG', value }] });
const palette = (first: number): number[] => Array.from({ length: 3 * 256 }, (_, i) => (i === 0 ? first : i));

describe('the plan of the pages', () => {
  it('takes pages of the size and type of the first as frames, however they are stored', async () => {
    const morePages: PageSpec[] = [
      { ...PAGE, compression: 8, predictor: 2 },
      { ...PAGE, tile: { width: 16, height: 16 } },
      { ...PAGE, rowsPerStrip: 1 },
      subfile(2),
    ];
    const plan = await planOf({ ...PAGE, morePages });
    expect(plan).toEqual({ frames: [0, 1, 2, 3, 4], frameBytes: 48, others: [], unreadable: [] });
  });

  it('says of every other page what it is', async () => {
    const morePages: PageSpec[] = [
      { ...PAGE, width: 5 },
      { ...PAGE, bits: 8 },
      { ...PAGE, sampleFormat: 2 },
      { ...PAGE, photometric: 0 },
      { ...PAGE, samples: 3, photometric: 2 },
      subfile(1),
      subfile(4),
      PAGE,
    ];
    const plan = await planOf({ ...PAGE, morePages });
    expect(plan.frames).toEqual([0, 8]);
    expect(plan.others).toEqual([
      { page: 1, what: '5 x 4, 16-bit uint', bytes: 40 },
      { page: 2, what: '6 x 4, 8-bit uint', bytes: 24 },
      { page: 3, what: '6 x 4, 16-bit int', bytes: 48 },
      { page: 4, what: '6 x 4, 16-bit uint, min-is-white', bytes: 48 },
      { page: 5, what: '6 x 4 x 3 samples, 16-bit uint', bytes: 144 },
      { page: 6, what: '6 x 4, 16-bit uint, a reduced copy or a mask', bytes: 48 },
      { page: 7, what: '6 x 4, 16-bit uint, a reduced copy or a mask', bytes: 48 },
    ]);
  });

  it('tells palettes apart', async () => {
    const page = (first: number): PageSpec => ({ width: 6, height: 4, photometric: 3, colorMap: palette(first) });
    const plan = await planOf({ ...page(7), morePages: [page(7), page(8)] });
    expect(plan.frames).toEqual([0, 1]);
    expect(plan.others).toEqual([{ page: 2, what: '6 x 4, 8-bit uint, with a palette of its own', bytes: 24 }]);
  });

  it('never stacks true colour', async () => {
    const colour: PageSpec = { width: 6, height: 4, samples: 3, photometric: 2 };
    const plan = await planOf({ ...colour, morePages: [colour] });
    expect(plan.frames).toEqual([0]);
    expect(plan.others.map(({ page, bytes }) => [page, bytes])).toEqual([[1, 72]]);
  });

  it('names the fault of a page that describes no picture, and goes on', async () => {
    const morePages: PageSpec[] = [{ ...PAGE, omit: [256] }, PAGE];
    const plan = await planOf({ ...PAGE, morePages });
    expect(plan.unreadable.map(({ page }) => page)).toEqual([1]);
    expect(plan.unreadable[0]?.fault?.message).toMatch(/does not state the width/);
    expect(plan.frames).toEqual([0, 2]);
  });
});
