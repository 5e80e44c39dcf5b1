import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput } from '../../../../src/metadata/harvest-types.ts';
import type { Replacements } from '../../../builders/header-xml.ts';
import { omeXml } from '../../../builders/header-xml.ts';
import { sidecarInput, tagInput } from '../harvest-input.ts';

/** The TIFF reader hands a description on as latin-1, one character a byte. */
function described(xml: string, change: Partial<HarvestInput> = {}): HarvestInput {
  const imageDescription = Buffer.from(xml, 'utf8').toString('latin1');
  const image = { widthPx: 640, heightPx: 480 };
  return { fileName: 'a.ome.tif', tags: [], sidecars: [], tiffText: { imageDescription }, image, ...change };
}

function ome(...replacements: Replacements) {
  return harvest(described(omeXml(...replacements)));
}

describe('OME-XML', () => {
  it('becomes SI values of the first image', () => {
    const { acquisition, instrument, header, issues, rawHeader } = ome();
    expect(issues).toEqual([]);
    expect(header).toMatchObject({ vendor: 'OME', place: 'tiff:270', encoding: 'utf-8' });
    expect(rawHeader?.place).toBe('tiff:270');
    expect(instrument).toEqual({
      vendor: 'Delmic',
      model: 'SECOM',
      serialNumber: '42',
      softwareVersion: 'Odemis v3.1',
    });
    expect(acquisition).toEqual({
      pixelSizeXM: 1.25e-7,
      pixelSizeYM: 1.25e-7,
      fieldWidthM: 1.25e-7 * 640,
      fieldHeightM: 1.25e-7 * 480,
      stageXM: 0.0015,
      stageYM: -0.002,
      detector: 'ETD',
      acquiredAt: '2021-05-06T07:08:09',
    });
  });

  it('is derived at best', () => {
    expect(new Set(ome().header?.terms.map(({ trust }) => trust))).toEqual(new Set(['derived', 'low']));
    expect(ome().header?.terms).toContainEqual({
      term: 'pixel_size_x',
      value: 1.25e-7,
      unit: 'm',
      raw: '0.125',
      key: 'Image/Pixels@PhysicalSizeX',
      trust: 'derived',
    });
  });

  it('counts in micrometres where it names no unit', () => {
    const { acquisition } = ome([' PhysicalSizeXUnit="µm"', ''], ['"125" PhysicalSizeYUnit="nm"', '"0.125"']);
    expect(acquisition).toMatchObject({ pixelSizeXM: 1.25e-7, pixelSizeYM: 1.25e-7 });
  });

  it('takes pixels for no length', () => {
    const { acquisition, issues } = ome(['"µm"', '"pixel"']);
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
    expect(issues.map(({ code }) => code)).toEqual(['header-value-unreadable', 'pixel-size-missing']);
  });

  it('names no vendor where the microscope has none', () => {
    expect(ome([' Manufacturer="Delmic"', '']).instrument).not.toHaveProperty('vendor');
  });

  it('comes after every header of a microscope', () => {
    const { tiffText } = described(omeXml());
    const fei = tagInput(34682, '[Beam]\nBeam=EBeam\n[EBeam]\nHV=5000\nHFW=0.0003\n');
    expect(harvest({ ...fei, ...(tiffText && { tiffText }) }).header?.vendor).toBe('FEI');
    const hitachi = sidecarInput(Buffer.from('[SemImageFile]\r\nMagnification=200\r\n'));
    expect(harvest({ ...hitachi, ...(tiffText && { tiffText }) }).header?.vendor).toBe('Hitachi');
  });

  it('that says nothing of the picture leaves it to the tags of TIFF', () => {
    const xml =
      '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image><Pixels SizeX="9"/></Image></OME>';
    const input = described(xml);
    const resolution = { xPerUnit: 1e6, yPerUnit: 1e6, unit: 'centimetre' } as const;
    const { header, acquisition } = harvest({ ...input, tiffText: { ...input.tiffText, resolution } });
    expect(header?.vendor).toBe('TIFF');
    expect(acquisition.pixelSizeXM).toBe(1e-8);
  });

  it('that cannot be read becomes an issue', () => {
    const { issues } = harvest(described(omeXml().slice(0, 700)));
    expect(issues[0]).toMatchObject({ code: 'header-unreadable', place: 'tiff:270', vendor: 'OME' });
    const entity = ome(['<OME', '<!DOCTYPE OME [<!ENTITY a "b">]><OME']);
    expect(entity.issues[0]?.message).toContain('DOCTYPE');
  });
});
