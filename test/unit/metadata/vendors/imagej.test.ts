import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput, TiffText } from '../../../../src/metadata/harvest-types.ts';

function inputOf(
  lines: readonly string[],
  resolution: Partial<NonNullable<TiffText['resolution']>> = {},
): HarvestInput {
  const tiffText: TiffText = {
    imageDescription: ['ImageJ=1.51d', ...lines].join('\n'),
    resolution: { xPerUnit: 5.928571, yPerUnit: 5.928571, unit: 'none', ...resolution },
  };
  return { fileName: 'picture.tif', tags: [], tiffText, sidecars: [], image: { widthPx: 68, heightPx: 68 } };
}

describe('the calibration of ImageJ', () => {
  it.each(['micron', 'um', 'µm', 'μm', String.raw`\u00B5m`, 'Âµm'])('is read where the unit is spelled %s', (unit) => {
    const { acquisition, header, instrument } = harvest(inputOf(['images=2', `unit=${unit}`, 'min=86.0']));
    expect(acquisition.pixelSizeXM).toBe(Number(`${1 / 5.928571}e-6`));
    expect(acquisition.pixelSizeYM).toBe(acquisition.pixelSizeXM);
    expect(header).toMatchObject({ vendor: 'ImageJ', place: 'tiff:270' });
    expect(header?.terms[0]).toMatchObject({ raw: `5.928571 / ${unit}`, key: 'XResolution, unit', trust: 'low' });
    expect(instrument).toEqual({});
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
    const input = inputOf([]);
    const tiffText = { ...input.tiffText, imageDescription: 'Made with ImageJ=1.5\nunit=micron' };
    expect(harvest({ ...input, tiffText }).acquisition).not.toHaveProperty('pixelSizeXM');
  });
});
