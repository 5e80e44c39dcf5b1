import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import { detectTfs } from '../../../../src/metadata/vendors/tfs/detect.ts';
import type { Replacements } from '../../../builders/header-xml.ts';
import { phenomXml, tfsXml } from '../../../builders/header-xml.ts';
import { latin1, tagInput } from '../harvest-input.ts';

const IMAGE = { widthPx: 1536, heightPx: 1024 };
const INI = '[User]\nUserText=\n[Other]\nKey=1\n\n';

function tfs(...replacements: Replacements) {
  return harvest(tagInput(34683, `${tfsXml(...replacements)}\0`, { image: IMAGE }));
}

function base64(text: string): string {
  return Buffer.from(`\ufeff${text}`, 'utf8').toString('base64');
}

describe('the Thermo Fisher XML', () => {
  it('becomes SI values', () => {
    const { acquisition, instrument, header, issues, dataBarHeightPx } = tfs();
    expect(issues).toEqual([]);
    expect(dataBarHeightPx).toBeUndefined();
    expect(header).toMatchObject({ vendor: 'FEI', place: 'tiff:34683', encoding: 'ascii' });
    expect(instrument).toEqual({
      vendor: 'FEI',
      model: 'Helios 5 Hydra CX',
      serialNumber: '1234567',
      softwareVersion: '17.21.0.16195',
      emitter: 'FEG',
    });
    expect(acquisition).toEqual({
      beam: 'electron',
      accelerationVoltageV: 2000,
      decelerationVoltageV: 0,
      workingDistanceM: Number('0.0037984801843336419'),
      fieldWidthM: 0.0003,
      fieldHeightM: 0.0002,
      pixelSizeXM: Number('1.9531249999999998e-7'),
      pixelSizeYM: Number('1.9531249999999998e-7'),
      probeCurrentA: 5e-11,
      apertureSizeM: 3.2e-5,
      tiltCorrection: false,
      tiltCorrectionAngleRad: -0.5,
      stigmatorX: 0.0045,
      stigmatorY: -0.0266,
      stageXM: Number('0.0032841646154704303'),
      stageYM: -0.0033,
      stageZM: 0.0039,
      stageRotationRad: 0.25,
      stageTiltRad: Number('0.61086457777071013'),
      dwellTimeS: 3e-7,
      lineTimeS: 0.000_483,
      frameTimeS: 0.494_592,
      scanRotationRad: Math.PI,
      chamberPressurePa: 0.000_12,
      detector: 'ETD',
      detectorMode: 'SE',
      contrastPercent: 56.4,
      brightnessPercent: 38.6,
      operator: 'somebody',
      acquiredAt: '2022-10-04T08:41:33',
    });
  });

  it('keeps the characters, where they stood, and the whole tree', () => {
    const { header, sections } = tfs();
    expect(header?.terms).toContainEqual({
      term: 'working_distance',
      value: Number('0.0037984801843336419'),
      unit: 'm',
      raw: '0.0037984801843336419',
      key: 'Optics/WorkingDistance',
      trust: 'measured',
    });
    expect(header?.terms.find(({ term }) => term === 'operator')?.trust).toBe('low');
    expect(new Map(sections?.get('Optics')).get('Optics/SpotSize')).toBe('6.9E-09');
    expect(new Map(sections?.get('GasInjectionSystems')).get('GasInjectionSystems/Gis[2]/PortName')).toBe('Port2');
    expect(new Map(sections?.get('BinaryResult')).get('BinaryResult/PixelSize/X@unit')).toBe('m');
  });

  it('states neither a spot number nor a detector bias', () => {
    expect(tfs().acquisition).not.toHaveProperty('spotSize');
    expect(tfs().acquisition).not.toHaveProperty('detectorBiasV');
  });

  it('tells the ion beam', () => {
    const { acquisition, issues } = tfs(['<BeamType>Electron', '<BeamType>Ion']);
    expect(acquisition.beam).toBe('ion');
    // Its z counts from the ion column.
    expect(acquisition).not.toHaveProperty('stageZM');
    expect(acquisition.stageYM).toBe(-0.0033);
    expect(issues.map(({ code }) => code)).toEqual(['ion-beam']);
  });

  it('counts frames, and calls those that were moved a noise reduction', () => {
    const terms = (filter: string) => tfs(['>Integrate<', `>${filter}<`]).header?.terms ?? [];
    expect(terms('Integrate')).toContainEqual(expect.objectContaining({ term: 'frame_integration', value: 4 }));
    expect(terms('Average')).toContainEqual(expect.objectContaining({ term: 'frame_average', value: 4 }));
    const moved = terms('DriftCorrectedFrameIntegration').filter(({ term }) => /frame_[ai]|noise/.test(term));
    expect(moved).toMatchObject([
      { term: 'noise_reduction', value: 'DriftCorrectedFrameIntegration of 4 frames', trust: 'derived' },
    ]);
  });

  it('reads no pixel size whose power is unknown, and derives it from the field', () => {
    const { header, issues } = tfs(['unitPrefixPower="1"', 'unitPrefixPower="-9"']);
    expect(issues).toMatchObject([
      { code: 'header-value-unreadable', term: 'pixel_size_x', key: 'BinaryResult/PixelSize/X' },
    ]);
    const pixel = header?.terms.find(({ term }) => term === 'pixel_size_x');
    expect(pixel).toMatchObject({ value: 0.0003 / 1536, trust: 'derived', key: 'Optics/ScanFieldOfView/X / 1536 px' });
  });

  it('finds the rows below the picture, but no bar in another picture', () => {
    const bar = (widthPx: number, heightPx: number) =>
      harvest(tagInput(34683, tfsXml(), { image: { widthPx, heightPx } })).dataBarHeightPx;
    expect(bar(1536, 1103)).toBe(79);
    expect(bar(1536, 2048)).toBeUndefined();
    expect(bar(768, 590)).toBeUndefined();
  });

  it('flags a picture that was made smaller', () => {
    const { issues } = harvest(tagInput(34683, tfsXml(), { image: { widthPx: 768, heightPx: 512 } }));
    expect(issues.map(({ code }) => code)).toContain('pixel-size-conflict');
  });

  it.each([
    ['after an INI text', 34682, `${INI}${tfsXml()}\0`],
    ['after an INI text without declaration', 34680, `${INI}${tfsXml().replace(/^.*\n/, '')}\0`],
    ['in base64', 34680, `${base64(tfsXml())}\0`],
    ['with a prefix', 34683, tfsXml(['<Metadata xmlns', '<nil:Metadata xmlns'], ['</Metadata>', '</nil:Metadata>'])],
  ])('is found %s', (_, tag, text) => {
    const { header, acquisition, issues } = harvest(tagInput(tag, text, { image: IMAGE }));
    expect(header).toMatchObject({ vendor: 'FEI', place: `tiff:${tag}` });
    expect(acquisition.accelerationVoltageV).toBe(2000);
    expect(issues).toEqual([]);
  });

  it('is found in UTF-16', () => {
    const bytes = new Uint8Array(Buffer.from(`\ufeff${tfsXml()}`, 'utf16le'));
    const tags = [{ place: 'tiff:34683', tag: 34683, bytes }];
    const { header, issues } = harvest({ ...tagInput(34683, '', { image: IMAGE }), tags });
    expect(header).toMatchObject({ encoding: 'utf-16le', vendor: 'FEI' });
    expect(issues).toEqual([]);
  });

  it('leaves the INI text before it to the reader of that', () => {
    const text = `[Beam]\nBeam=EBeam\n[EBeam]\nHV=5000\nHFW=0.0003\n${tfsXml()}`;
    expect(harvest(tagInput(34682, text, { image: IMAGE })).acquisition.accelerationVoltageV).toBe(5000);
    const input = tagInput(34682, text);
    const found = detectTfs(input);
    expect(Buffer.from(found?.bytes ?? []).toString('latin1')).toMatch(/^<\?xml/);
    expect(found?.bytes.buffer).toBe(input.tags[0]?.bytes.buffer);
  });

  it.each([
    ['a Phenom header', 34683, phenomXml()],
    ['another program', 34683, '<?xml version="1.0"?><Root><Optics/></Root>'],
    [
      'the state to come back to',
      34680,
      base64('<?xml version="1.0"?><MementoItemCollection><item/></MementoItemCollection>'),
    ],
    ['an INI text', 34682, INI],
    ['another tag', 51023, tfsXml()],
    ['nothing', 34683, ''],
  ])('is not found in %s', (_, tag, text) => {
    expect(detectTfs(tagInput(tag, text))).toBeUndefined();
  });

  it.each([
    ['breaks off', tfsXml().slice(0, 2000), /unclosed tag/],
    ['declares entities', tfsXml(['<Metadata', '<!DOCTYPE Metadata [<!ENTITY a "b">]><Metadata']), /DOCTYPE/],
  ])('that %s becomes an issue', (_, text, reason) => {
    const { issues, header, rawHeader } = harvest(tagInput(34683, text, { image: IMAGE }));
    expect(issues[0]).toMatchObject({ code: 'header-unreadable', place: 'tiff:34683' });
    expect(issues[0]?.message).toMatch(reason);
    expect(header).toBeUndefined();
    expect(rawHeader?.bytes).toEqual(latin1(text));
  });

  it('reports values that are none', () => {
    const { acquisition, issues } = tfs(['<DwellTime>3E-07', '<DwellTime>fast'], ['2022-10-04T08', 'tomorrow']);
    expect(issues).toMatchObject([
      { code: 'header-value-unreadable', term: 'dwell_time', key: 'ScanSettings/DwellTime', raw: 'fast' },
      { code: 'header-value-unreadable', term: 'acquired_at' },
    ]);
    expect(acquisition).not.toHaveProperty('dwellTimeS');
  });
});
