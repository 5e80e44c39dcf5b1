import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput, TiffText } from '../../../../src/metadata/harvest-types.ts';

function inputOf(
  lines: readonly string[],
  resolution: Partial<NonNullable<TiffText['resolution']>> = {},
  encoding: 'latin1' | 'utf8' = 'utf8',
): HarvestInput {
  const bytes = Buffer.from(`${['ImageJ=1.51d', ...lines].join('\n')}\0`, encoding);
  const tiffText: TiffText = { resolution: { xPerUnit: 5.928571, yPerUnit: 5.928571, unit: 'none', ...resolution } };
  const tags = [{ place: 'tiff:270', tag: 270, bytes }];
  return { fileName: 'picture.tif', tags, tiffText, sidecars: [], image: { widthPx: 68, heightPx: 68 } };
}

describe('the calibration of ImageJ', () => {
  it.each(['micron', 'um', 'µm', 'μm', String.raw`\u00B5m`])('is read where the unit is spelled %s', (unit) => {
    const { acquisition, header, instrument } = harvest(inputOf(['images=2', `unit=${unit}`, 'min=86.0']));
    expect(acquisition.pixelSizeXM).toBe(Number(`${1 / 5.928571}e-6`));
    expect(acquisition.pixelSizeYM).toBe(acquisition.pixelSizeXM);
    expect(header).toMatchObject({ vendor: 'ImageJ', place: 'tiff:270' });
    expect(header?.terms[0]).toMatchObject({ raw: `5.928571 / ${unit}`, key: 'XResolution, unit', trust: 'low' });
    expect(instrument).toEqual({});
  });

  it('is read in any encoding, and its bytes are kept', () => {
    const input = inputOf(['unit=µm'], {}, 'latin1');
    const { acquisition, header, rawHeader } = harvest(input);
    expect(acquisition.pixelSizeXM).toBe(Number(`${1 / 5.928571}e-6`));
    expect(header?.encoding).toBe('latin-1');
    expect(rawHeader?.bytes).toBe(input.tags[0]?.bytes);
  });

  it('keeps a y of its own', () => {
    const { acquisition } = harvest(inputOf(['unit=nm', 'yunit=micron'], { xPerUnit: 0.5, yPerUnit: 400 }));
    expect(acquisition).toMatchObject({ pixelSizeXM: 2e-9, pixelSizeYM: 2.5e-9 });
  });

  it.each([
    ['no unit', [], {}],
    ['a unit of pixels', ['unit=pixel'], {}],
    ['an empty unit', ['unit='], {}],
    ['paper', ['unit=inch'], { xPerUnit: 300, yPerUnit: 300 }],
    ['paper in centimetres', ['unit=cm'], { xPerUnit: 1e6, yPerUnit: 1e6 }],
    ['one pixel a unit', ['unit=micron'], { xPerUnit: 1, yPerUnit: 1 }],
    ['zero pixels a unit', ['unit=micron'], { xPerUnit: 0, yPerUnit: 0 }],
    ['a resolution in inches', ['unit=micron'], { unit: 'inch', xPerUnit: 72, yPerUnit: 72 }],
    ['a pixel of metres', ['unit=m'], { xPerUnit: 2, yPerUnit: 2 }],
  ] as const)('is none with %s', (_, lines, resolution) => {
    const { acquisition, issues } = harvest(inputOf(lines, resolution));
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
    expect(issues.map(({ code }) => code)).toContain('header-unknown');
  });

  it('is none where another program wrote the description', () => {
    const bytes = Buffer.from('Made with ImageJ=1.5\nunit=micron');
    const input = { ...inputOf([]), tags: [{ place: 'tiff:270', tag: 270, bytes }] };
    expect(harvest(input).acquisition).not.toHaveProperty('pixelSizeXM');
  });
});
