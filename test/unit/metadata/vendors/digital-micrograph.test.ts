import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput, TagBytes } from '../../../../src/metadata/harvest-types.ts';

function text(tag: number, characters: string): TagBytes {
  return { place: `tiff:${tag}`, tag, bytes: Buffer.from(`${characters}\0`, 'latin1') };
}

function double(tag: number, value: number): TagBytes {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return { place: `tiff:${tag}`, tag, bytes, numbers: [value] };
}

function inputOf(tags: readonly TagBytes[]): HarvestInput {
  return { fileName: 'picture.tif', tags, sidecars: [], image: { widthPx: 68, heightPx: 68 } };
}

function calibrated(unit: string, scale: number): HarvestInput {
  return inputOf([text(65_003, unit), text(65_004, unit), double(65_009, scale), double(65_010, scale)]);
}

describe('the tags of DigitalMicrograph', () => {
  it.each([
    ['µm', 0.168_674_692_511_558_5, 1.686_746_925_115_585e-7],
    ['um', 0.25, 0.25e-6],
    ['micron', 0.25, 0.25e-6],
    ['nm', 2.1, 2.1e-9],
    ['Å', 2.1, 2.1e-10],
    ['micrometer', 0.25, 0.25e-6],
  ])('state a pixel size in %s', (unit, scale, expected) => {
    const { acquisition, header } = harvest(calibrated(unit, scale));
    expect(acquisition.pixelSizeXM).toBe(expected);
    expect(acquisition.pixelSizeYM).toBe(expected);
    expect(header?.terms[0]).toEqual({
      term: 'pixel_size_x',
      value: expected,
      unit: 'm',
      raw: `${scale} / ${unit}`,
      key: '65009, 65003',
      trust: 'derived',
    });
  });

  it.each([
    ['', 1],
    ['pixel', 1],
    ['px', 1],
    ['1/nm', 0.1],
    ['nm', 0],
    ['nm', -2],
    ['nm', Number.NaN],
    ['m', 1],
  ])('state none in "%s" of %d', (unit, scale) => {
    const { acquisition, issues } = harvest(calibrated(unit, scale));
    expect(acquisition).toEqual({});
    expect(issues.map(({ code }) => code)).toEqual(['pixel-size-missing']);
  });

  it('keep the tree of tags as the raw header', () => {
    const tree = text(65_027, 'tree');
    const { tags } = calibrated('nm', 2);
    expect(harvest(inputOf([...tags, tree])).rawHeader).toMatchObject({ place: 'tiff:65027', bytes: tree.bytes });
    expect(harvest(inputOf(tags)).rawHeader).toMatchObject({ place: 'tiff:65009' });
  });

  it('stand below the header of a microscope', () => {
    const fei = text(
      34_682,
      '[Beam]\r\nBeam=EBeam\r\nScan=EScan\r\n[EScan]\r\nPixelWidth=3e-9\r\nPixelHeight=3e-9\r\n',
    );
    const { tags } = calibrated('nm', 2);
    const { acquisition, instrument } = harvest(inputOf([...tags, fei]));
    expect(acquisition.pixelSizeXM).toBe(3e-9);
    expect(instrument.vendor).toBe('FEI');
  });

  it('name no vendor of the microscope', () => {
    expect(harvest(calibrated('nm', 2)).instrument).toEqual({});
  });
});
