import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { Replacements } from '../../../builders/header-xml.ts';
import { phenomXml, tfsXml } from '../../../builders/header-xml.ts';
import { tagInput } from '../harvest-input.ts';

/** Digits as the header writes them, in nanometres. */
const PIXEL_M = Number('975.7792598920121e-9');
const IMAGE = { widthPx: 1024, heightPx: 1088 };

function phenom(...replacements: Replacements) {
  return harvest(tagInput(34683, `${phenomXml(...replacements)}\0`, { image: IMAGE }));
}

describe('the Phenom header', () => {
  it('becomes SI values', () => {
    const { acquisition, instrument, header, issues, dataBarHeightPx } = phenom();
    expect(issues).toEqual([]);
    expect(dataBarHeightPx).toBe(64);
    expect(header).toMatchObject({ vendor: 'Phenom', place: 'tiff:34683' });
    expect(instrument).toEqual({
      vendor: 'Phenom',
      model: 'PhenomXL',
      serialNumber: 'MVE000001-0001-L',
      softwareVersion: '5.4.5.rc10',
    });
    expect(acquisition).toEqual({
      accelerationVoltageV: 15_000,
      workingDistanceM: 8.141_749_999_999_993e-3,
      pixelSizeXM: PIXEL_M,
      pixelSizeYM: PIXEL_M,
      fieldWidthM: PIXEL_M * 1024,
      fieldHeightM: PIXEL_M * 1024,
      dwellTimeS: 2e-7,
      spotSize: 3.3,
      emissionCurrentA: 4.15e-5,
      scanRotationRad: 0,
      stageXM: -0.002_586_744_298_575_455,
      stageYM: -0.000_732_216_840_078_401_4,
      stigmatorX: 0.01,
      stigmatorY: -0.02,
      chamberPressurePa: 10,
      detector: 'BSD Full',
      acquiredAt: '2019-08-07T09:37:31',
    });
  });

  it('gives the amount of the negative voltage, and its characters', () => {
    expect(phenom().header?.terms).toContainEqual({
      term: 'acceleration_voltage',
      value: 15_000,
      unit: 'V',
      raw: '-15',
      key: 'acquisition/scan/highVoltage',
      trust: 'measured',
    });
    const volts = phenom(['<highVoltage unit="kV">-15<', '<highVoltage unit="V">-4800<']);
    expect(volts.acquisition.accelerationVoltageV).toBe(4800);
    const none = phenom(['>-15<', '>--15<']);
    expect(none.issues).toMatchObject([{ code: 'header-value-unreadable', term: 'acceleration_voltage' }]);
  });

  it('takes the unit of the pixel from beside it, and guesses none', () => {
    const um = phenom(['<pixelWidth unit="nm">975.77', '<pixelWidth unit="um">0.97577']);
    expect(um.acquisition.pixelSizeXM).toBe(PIXEL_M);
    const { header, issues } = phenom(['<pixelWidth unit="nm">', '<pixelWidth>']);
    expect(issues.map(({ code }) => code)).toEqual(['header-value-unreadable', 'pixel-size-missing']);
    expect(header?.terms.map(({ term }) => term)).not.toContain('pixel_size_x');
  });

  it('uses the known units where nothing stands beside a number', () => {
    const { acquisition } = phenom(
      ['<workingDistance unit="mm">', '<workingDistance>'],
      ['<dwellTime unit="ns">', '<dwellTime>'],
      ['<emissionCurrent unit="uA">', '<emissionCurrent>'],
      ['<highVoltage unit="kV">', '<highVoltage>'],
    );
    expect(acquisition).toMatchObject({ dwellTimeS: 2e-7, emissionCurrentA: 4.15e-5, accelerationVoltageV: 15_000 });
    expect(acquisition.workingDistanceM).toBeCloseTo(8.14e-3, 5);
  });

  it('trusts neither the estimated pressure nor the label', () => {
    const terms = new Map(phenom().header?.terms.map((term) => [term.term, term]));
    expect(terms.get('chamber_pressure')?.trust).toBe('low');
    expect(terms.get('image_name')).toMatchObject({ value: 'grains & pores', trust: 'low' });
  });

  it('reads a rotation only with its unit', () => {
    expect(phenom(['<rotation>0<', '<rotation>30<']).acquisition).not.toHaveProperty('scanRotationRad');
    const { acquisition } = phenom(['<rotation>0<', '<rotation unit="deg">180<']);
    expect(acquisition.scanRotationRad).toBe(Math.PI);
  });

  it('states no brightness and contrast, whose scale nobody knows', () => {
    expect(Object.keys(phenom().acquisition).join(' ')).not.toMatch(/contrast|brightness/i);
  });

  it('proves the data bar by the crop hint or by a square picture', () => {
    const hint = /\s*<cropHint>.*<\/cropHint>/;
    const without = phenomXml().replace(hint, '');
    const bar = (text: string, heightPx: number) =>
      harvest(tagInput(34683, text, { image: { widthPx: 1024, heightPx } }));
    expect(bar(without, 1088).dataBarHeightPx).toBe(64);
    expect(bar(without, 1088).issues).toEqual([]);
    expect(bar(without, 900).dataBarHeightPx).toBeUndefined();
    expect(bar(without, 900).issues.map(({ code }) => code)).toEqual(['data-bar-implausible']);
    expect(bar(phenomXml(), 1024).dataBarHeightPx).toBeUndefined();
    expect(bar(phenomXml(), 1024).issues).toEqual([]);
    const odd = bar(phenomXml(['<right>1024<', '<right>-1<']), 1088);
    expect(odd.issues).toMatchObject([{ code: 'header-value-unreadable', key: 'cropHint' }]);
  });

  it('is told from the other XML of the same tag', () => {
    expect(harvest(tagInput(34683, tfsXml())).header?.vendor).toBe('FEI');
    expect(phenom().header?.vendor).toBe('Phenom');
    const hidden = `<Other><!-- <FeiImage> --></Other>`;
    const { issues, header } = harvest(tagInput(34683, hidden));
    expect(header).toBeUndefined();
    expect(issues[0]).toMatchObject({ code: 'header-unreadable', vendor: 'Phenom' });
    expect(issues[0]?.message).toContain('the root is <Other> and not <FeiImage>');
  });

  it('that declares entities becomes an issue', () => {
    const text = phenomXml(['<FeiImage', '<!DOCTYPE FeiImage SYSTEM "file:///etc/passwd"><FeiImage']);
    const { issues } = harvest(tagInput(34683, text));
    expect(issues[0]).toMatchObject({ code: 'header-unreadable' });
    expect(issues[0]?.message).toContain('DOCTYPE');
  });
});
