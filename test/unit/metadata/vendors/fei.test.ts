import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import { sectionsJson } from '../../../../src/metadata/sections-json.ts';
import { tagInput } from '../harvest-input.ts';

const HEADER = `[User]
Date=03/05/2019
Time=02:49:37 PM
User=support
UserText=plain
UserTextUnicode=4B00490045005200

[System]
Dnumber=9950037
Software=6.3.4.3233
Source=FEG
SystemType=Nova NanoSEM 450
DisplayWidth=0.518

[Beam]
HV=10000
Spot=3
Beam=EBeam
Scan=EScan

[EBeam]
Source=FEG
HV=10000
HFW=0.00015875
VFW=0.000105833
WD=0.00700584
BeamCurrent=8e-011
TiltCorrectionIsOn=no
ScanRotation=0
StageTa=0.5
EmissionCurrent=

[EScan]
Dwell=1e-005
PixelWidth=1.03353e-007
PixelHeight=1.04e-007
HorFieldsize=0.00015875

[Stage]
StageX=-0.00788038
StageT=0

[Image]
Average=0
ResolutionX=1536
ResolutionY=1024
MagCanvasRealWidth=0.12700

[Vacuum]
ChPressure=7.07866e-005
UserMode=High vacuum

[Detectors]
Number=1
Name=ETD
Mode=SE

[ETD]
Contrast=43.2089
Brightness=45.8606
Grid=250

[EBeamDeceleration]
LandingEnergy=10000

[PrivateFei]
TimeOfCreation=05.03.2019 14:49:37
DatabarHeight=79
\0`;

function codes(text: string, image = { widthPx: 1536, heightPx: 1103 }): string[] {
  return harvest(tagInput(34682, text, { image })).issues.map(({ code }) => code);
}

describe('the FEI header', () => {
  it('becomes SI values with the characters they were read from', () => {
    const { acquisition, instrument, header, issues } = harvest(tagInput(34682, HEADER));
    expect(issues).toEqual([]);
    expect(instrument).toEqual({
      vendor: 'FEI',
      model: 'Nova NanoSEM 450',
      serialNumber: '9950037',
      softwareVersion: '6.3.4.3233',
      emitter: 'FEG',
    });
    expect(acquisition).toMatchObject({
      beam: 'electron',
      accelerationVoltageV: 10_000,
      workingDistanceM: 0.007_005_84,
      fieldWidthM: 0.000_158_75,
      probeCurrentA: 8e-11,
      dwellTimeS: 1e-5,
      chamberPressurePa: 7.078_66e-5,
      detector: 'ETD',
      detectorMode: 'SE',
      detectorBiasV: 250,
    });
    expect(header?.terms.find(({ term }) => term === 'probe_current')).toEqual({
      term: 'probe_current',
      value: 8e-11,
      unit: 'A',
      raw: '8e-011',
      key: '[EBeam] BeamCurrent',
      trust: 'measured',
    });
  });

  it('does not swap pixel width and height', () => {
    expect(harvest(tagInput(34682, HEADER)).acquisition).toMatchObject({
      pixelSizeXM: 1.033_53e-7,
      pixelSizeYM: 1.04e-7,
    });
  });

  it('keeps measured zeros and a switch that is off', () => {
    const { acquisition } = harvest(tagInput(34682, HEADER));
    expect(acquisition).toMatchObject({ stageTiltRad: 0, scanRotationRad: 0, frameAverage: 0, tiltCorrection: false });
  });

  it('takes an empty value as absent', () => {
    expect(harvest(tagInput(34682, HEADER)).acquisition).not.toHaveProperty('emissionCurrentA');
  });

  it('reads the tilt from StageT under [Stage] and from StageTa under the beam', () => {
    const without = HEADER.replace('StageT=0\n', '');
    expect(harvest(tagInput(34682, without)).acquisition.stageTiltRad).toBe(0.5);
  });

  it('derives the magnification from the canvas of the data bar', () => {
    const { header } = harvest(tagInput(34682, HEADER));
    expect(header?.terms.find(({ term }) => term === 'magnification')).toMatchObject({ value: 800, trust: 'derived' });
  });

  it('follows [Beam] to the ion column and keeps the image', () => {
    const text = HEADER.replace('Beam=EBeam', 'Beam=IBeam').replace('Scan=EScan', 'Scan=IScan');
    const ion = `${text}\n[IBeam]\nSource=Gallium\nHV=30000\nHFW=0.0003\n[IScan]\nPixelWidth=1.95312e-007\n`;
    const result = harvest(tagInput(34682, ion));
    expect(result.acquisition).toMatchObject({ beam: 'ion', accelerationVoltageV: 30_000, pixelSizeXM: 1.953_12e-7 });
    expect(result.acquisition).not.toHaveProperty('landingEnergyEv');
    expect(result.instrument.emitter).toBe('Gallium');
    expect(result.classifiable).toEqual({ ok: true });
    expect(result.issues.map(({ code }) => code)).toContain('ion-beam');
  });

  it('knows the navigation camera by [IRBeam] and takes its pixel size from the field width', () => {
    const text = '[Beam]\nHV=5000\nBeam=IRBeam\n[IRBeam]\nHFW=0.1\n[Image]\nResolutionX=1000\nResolutionY=500\n';
    const result = harvest(tagInput(34682, text, { image: { widthPx: 1000, heightPx: 500 } }));
    expect(result.acquisition).toMatchObject({ beam: 'light', pixelSizeXM: 1e-4 });
    expect(result.acquisition).not.toHaveProperty('accelerationVoltageV');
    expect(result.classifiable).toMatchObject({ ok: false });
    expect(result.issues.map(({ code }) => code)).toEqual(['navigation-camera']);
  });

  it('knows the navigation camera when no beam has a field width', () => {
    const text =
      '[Beam]\nHV=notafloat\nBeam=\n[Image]\nResolutionX=1536\n[Detectors]\nName=Nav-Cam\n[PrivateFei]\nDatabarHeight=39\n';
    expect(harvest(tagInput(34682, text)).acquisition.beam).toBe('light');
  });

  it('says by what it knows the navigation camera, where no detector is named either', () => {
    const { header } = harvest(tagInput(34682, '[Beam]\n[Image]\nResolutionX=1536\n'));
    expect(header?.terms[0]).toMatchObject({ term: 'beam', raw: '1536', key: '[Image] ResolutionX' });
  });

  it('does not take a header that breaks off early for the navigation camera', () => {
    const result = harvest(tagInput(34682, '[Beam]\nHV=5000\n[EBe'));
    expect(result.acquisition).toEqual({ accelerationVoltageV: 5000 });
    expect(result.classifiable).toEqual({ ok: true });
  });

  it('reports a number that is none and takes the next place', () => {
    const text = HEADER.replace('WD=0.00700584', 'WD=notafloat').replace('[Stage]', '[Stage]\nWorkingDistance=0.007');
    const result = harvest(tagInput(34682, text));
    expect(result.acquisition.workingDistanceM).toBe(0.007);
    expect(result.issues).toEqual([expect.objectContaining({ code: 'header-value-unreadable', raw: 'notafloat' })]);
  });

  it('cuts the data bar only where picture and bar add up to the TIFF', () => {
    expect(harvest(tagInput(34682, HEADER)).dataBarHeightPx).toBe(79);
    const without = harvest(tagInput(34682, HEADER, { image: { widthPx: 1536, heightPx: 1024 } }));
    expect(without).not.toHaveProperty('dataBarHeightPx');
    expect(without.issues).toEqual([]);
    const cropped = harvest(tagInput(34682, HEADER, { image: { widthPx: 1536, heightPx: 900 } }));
    expect(cropped).not.toHaveProperty('dataBarHeightPx');
    expect(cropped.issues).toEqual([
      expect.objectContaining({ code: 'data-bar-implausible', barHeightPx: 79, tiffHeightPx: 900 }),
      expect.objectContaining({ code: 'image-size-conflict', headerHeightPx: 1024, tiffRowsPx: 900 }),
    ]);
  });

  it('flags a pixel size that does not fit the field width', () => {
    const { header, issues } = harvest(tagInput(34682, HEADER, { image: { widthPx: 768, heightPx: 1024 } }));
    const conflict = issues.find(({ code }) => code === 'pixel-size-conflict');
    expect(conflict).toMatchObject({ pixelSizeM: 1.033_53e-7, fieldWidthM: 0.000_158_75 });
    expect(header?.terms.find(({ term }) => term === 'pixel_size_x')?.trust).toBe('conflict');
  });

  it('does not take a pixel size of zero', () => {
    const result = harvest(tagInput(34682, HEADER.replace('1.03353e-007', '0')));
    expect(result.acquisition.pixelSizeXM).toBeCloseTo(1.0335e-7, 10);
    expect(result.issues.map(({ code }) => code)).toEqual(['header-value-unreadable']);
  });

  it('reads the user text from UTF-16 digits and trusts it little', () => {
    const text = HEADER.replace('4B00490045005200', 'DC006E006900 0000'.replace(' ', ''));
    const term = harvest(tagInput(34682, text)).header?.terms.find(({ term: name }) => name === 'sample_name');
    expect(term).toMatchObject({ value: 'Üni', trust: 'low' });
  });

  it('takes the plain user text where the UTF-16 digits are zeros', () => {
    const text = HEADER.replace('4B00490045005200', '0000000000000000');
    expect(harvest(tagInput(34682, text)).acquisition.sampleName).toBe('plain');
  });

  it('reads the XML behind the INI text as no header and without complaint', () => {
    const text = `${HEADER}\n<?xml version="1.0"?>\n<Metadata>\n[Beam]\nHV=1\n</Metadata>\n`;
    expect(harvest(tagInput(34682, text)).acquisition.accelerationVoltageV).toBe(10_000);
    expect(codes(text)).toEqual([]);
  });

  it('keeps both of two sections with one name and uses the first value', () => {
    const result = harvest(
      tagInput(34682, `${HEADER}\n[MultiGISGas4]\nGasName=C\n[MultiGISGas4]\nGasName=W\n[Stage]\nStageX=1\n`),
    );
    expect([...(result.sections?.get('MultiGISGas4') ?? [])]).toEqual([['GasName', 'C']]);
    expect([...(result.sections?.get('MultiGISGas4#2') ?? [])]).toEqual([['GasName', 'W']]);
    expect(result.acquisition.stageXM).toBe(-0.007_880_38);
  });

  it('survives sections and keys named like properties of every object', () => {
    const result = harvest(
      tagInput(34682, `${HEADER}\n[__proto__]\n__proto__=1\nconstructor=2\n`.replace('Beam=EBeam', 'Beam=constructor')),
    );
    const json = JSON.parse(sectionsJson(result.sections ?? new Map())) as Record<string, unknown>;
    expect(json['ETD']).toMatchObject({ Grid: '250' });
    expect(Object.hasOwn(json, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['Grid']).toBeUndefined();
  });

  it('is found in 34680 too, but not where Philips XL wrote its own words', () => {
    expect(harvest(tagInput(34680, HEADER)).instrument.vendor).toBe('FEI');
    expect(
      harvest(tagInput(34680, '[DatabarData]\nflAccV = 30000.000\n[Vector]\nMagnification = 1000\n')).instrument.vendor,
    ).toBe('Philips');
  });
});

function acquired(date: string, time: string, creation: string) {
  const text = HEADER.replace('Date=03/05/2019', `Date=${date}`)
    .replace('Time=02:49:37 PM', `Time=${time}`)
    .replace('05.03.2019 14:49:37', creation);
  const { header, issues } = harvest(tagInput(34682, text));
  const term = header?.terms.find(({ term: name }) => name === 'acquired_at');
  return { value: term?.value, trust: term?.trust, issues: issues.map(({ code }) => code) };
}

describe('the date of an FEI header', () => {
  it.each([
    ['03/05/2019', '02:49:37 PM', '05.03.2019 14:49:37', '2019-03-05T14:49:37'],
    ['03/05/2019', '14:49:37', '03.05.2019 14:49:37', '2019-05-03T14:49:37'],
    ['05.03.2019', '14:49:37', '', '2019-03-05T14:49:37'],
    ['06/13/2016', '12:06:40 AM', '', '2016-06-13T00:06:40'],
    ['13/06/2016', '12:06:40', '', '2016-06-13T12:06:40'],
    ['2016-06-13', '12:06:40', '', '2016-06-13T12:06:40'],
    ['03/03/2019', '02:49:37 PM', '', '2019-03-03T14:49:37'],
  ])('%s %s (created %j) is certain', (date, time, creation, expected) => {
    expect(acquired(date, time, creation)).toEqual({ value: expected, trust: 'measured', issues: [] });
  });

  it('is ambiguous without a time of creation, and says so', () => {
    expect(acquired('03/05/2019', '02:49:37 PM', '')).toEqual({
      value: '2019-03-05T14:49:37',
      trust: 'low',
      issues: ['date-ambiguous'],
    });
    expect(acquired('03/05/2019', '14:49:37', '')).toMatchObject({ value: '2019-05-03T14:49:37', trust: 'low' });
  });

  it('carries no zone', () => {
    expect(acquired('03/05/2019', '02:49:37 PM', '05.03.2019 14:49:37').value).not.toMatch(/Z|[+-]\d\d:/);
  });

  it('is unreadable when the calendar has no such day', () => {
    expect(acquired('13/32/2019', '14:49:37', '')).toEqual({
      value: undefined,
      trust: undefined,
      issues: ['header-value-unreadable'],
    });
  });
});
