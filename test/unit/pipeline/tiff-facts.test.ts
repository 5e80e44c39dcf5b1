import { describe, expect, it } from 'vitest';
import { harvest } from '../../../src/metadata/harvest.ts';
import type { HarvestInput } from '../../../src/metadata/harvest-types.ts';
import { VENDOR_TAG_NUMBERS } from '../../../src/metadata/vendor-tags.ts';
import { readerInto, readTiffFacts } from '../../../src/pipeline/tiff-facts.ts';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { readTiff } from '../../../src/raster/tiff-directory.ts';
import { SIS_BLOCK_AT, sisFile } from '../../builders/sis-block.ts';
import { buildTiff, type TagSpec, type TiffSpec } from '../../builders/tiff-builder.ts';

const ORDERS = [
  ['little', true],
  ['big', false],
] as const;

async function inputOf(file: Uint8Array): Promise<HarvestInput> {
  const facts = await readTiffFacts(await readTiff(memorySource(file)), VENDOR_TAG_NUMBERS);
  const image = { widthPx: 4, heightPx: 4 };
  return { fileName: 'picture.tif', ...facts, sidecars: [], image, readAt: readerInto(file) };
}

describe('the tags of a TIFF', () => {
  it.each(ORDERS)('of numbers are handed over as numbers from a %s-endian file', async (_, littleEndian) => {
    const tags: TagSpec[] = [
      { tag: 65_003, type: 'ASCII', value: 'nm' },
      { tag: 65_009, type: 'DOUBLE', value: 2.5 },
    ];
    const input = await inputOf(buildTiff({ width: 4, height: 4, littleEndian, tags }));
    expect(input.tags.find(({ tag }) => tag === 65_009)).toMatchObject({ numbers: [2.5], pageWidthPx: 4 });
    expect(input.tags.find(({ tag }) => tag === 65_003)).not.toHaveProperty('numbers');
    expect(harvest(input).acquisition.pixelSizeXM).toBe(2.5e-9);
  });

  it('that are long stay bytes', async () => {
    const value = Array.from({ length: 17 }, (_, index) => index);
    const tags: TagSpec[] = [{ tag: 65_027, type: 'BYTE', value }];
    const input = await inputOf(buildTiff({ width: 4, height: 4, tags }));
    expect(input.tags[0]).not.toHaveProperty('numbers');
    expect(input.tags[0]?.bytes).toEqual(Uint8Array.from(value));
  });

  it.each(ORDERS)('lead to a block on the second page of a %s-endian file', async (_, littleEndian) => {
    const spec = (at: number, width: number): TiffSpec => ({
      width: 4,
      height: 4,
      littleEndian,
      morePages: [{ width, height: 4, tags: [{ tag: 33_560, type: 'LONG', value: at }] }],
    });
    const fileOf = (width: number): Uint8Array => {
      const { length } = buildTiff(spec(0, width));
      return Buffer.concat([buildTiff(spec(length + SIS_BLOCK_AT, width)), sisFile({}, length)]);
    };
    const same = harvest(await inputOf(fileOf(4)));
    expect(same.acquisition).toMatchObject({ pixelSizeXM: 1.5e-9, pixelSizeYM: 1.5e-9, magnification: 125_000 });
    const larger = harvest(await inputOf(fileOf(8)));
    expect(larger.acquisition).not.toHaveProperty('pixelSizeXM');
    expect(larger.issues.map(({ code }) => code)).toContain('header-conflict');
  });
});
