import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import { latin1, sidecarInput } from '../harvest-input.ts';

const TEXT = `[SemImageFile]
InstructName=TM4000
SerialNumber=2170A6-05
SampleName=
Format=tif
ImageName=other name.tif
Date=2021/06/23
Time=16:38:33
DataSize=1280x960
PixelSize=496.0938
SignalName=BSE
AcceleratingVoltage=15000 Volt
DecelerationVoltage=0 Volt
Magnification=200
WorkingDistance=7706.35 um
EmissionCurrent=47900 nA
Vacuum=50
Condition=Vacc=10.0kV Mag=x100 WD=7.7mm LensMode=3
StagePositionX=17500000
StagePositionZ=
StagePositionT=0.000
Comment=[]
UserName=***
`;

function hitachi(text: string, image?: { widthPx: number; heightPx: number }) {
  return harvest(sidecarInput(latin1(text), image === undefined ? {} : { image }));
}

describe('the Hitachi sidecar', () => {
  it('becomes SI values', () => {
    const { acquisition, instrument, header, usedSidecars, issues } = hitachi(TEXT);
    expect(issues).toEqual([]);
    expect(usedSidecars).toEqual(['picture.txt']);
    expect(instrument).toEqual({ vendor: 'Hitachi', model: 'TM4000', serialNumber: '2170A6-05' });
    expect(acquisition).toMatchObject({
      accelerationVoltageV: 15_000,
      decelerationVoltageV: 0,
      workingDistanceM: 0.007_706_35,
      magnification: 200,
      emissionCurrentA: 4.79e-5,
      stageXM: 0.0175,
      stageTiltRad: 0,
      detector: 'BSE',
      acquiredAt: '2021-06-23T16:38:33',
    });
    expect(header).toMatchObject({ vendor: 'Hitachi', place: 'sidecar:picture.txt', encoding: 'ascii' });
  });

  it('counts the pixel size in nanometres', () => {
    expect(hitachi(TEXT).acquisition.pixelSizeXM).toBe(4.960_938e-7);
  });

  it('takes the vacuum mode for no pressure', () => {
    expect(hitachi(TEXT).acquisition).not.toHaveProperty('chamberPressurePa');
  });

  it('takes empty and masked values as absent', () => {
    const { acquisition } = hitachi(TEXT);
    for (const field of ['stageZM', 'sampleName', 'operator']) expect(acquisition).not.toHaveProperty(field);
  });

  it.each([
    ['utf-16le', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16le', (text: string) => Buffer.from(text, 'utf16le')],
    ['utf-16be', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['utf-16be', (text: string) => Buffer.from(text, 'utf16le').swap16()],
    ['utf-8', (text: string) => Buffer.from(`\ufeff${text}`, 'utf8')],
    ['utf-8', (text: string) => Buffer.from(text, 'utf8')],
  ] as const)('is read in %s', (encoding, encode) => {
    const bytes = new Uint8Array(encode(TEXT.replace('SampleName=', 'SampleName=タンポポ花粉')));
    const { acquisition, header } = harvest(sidecarInput(bytes));
    expect(acquisition).toMatchObject({ sampleName: 'タンポポ花粉', pixelSizeXM: 4.960_938e-7 });
    expect(header?.encoding).toBe(encoding);
  });

  it('is read in latin-1', () => {
    const { acquisition, header } = hitachi(TEXT.replace('SampleName=', 'SampleName=Gr\u00fcn'));
    expect(acquisition.sampleName).toBe('Grün');
    expect(header?.encoding).toBe('latin-1');
  });

  it('takes what stands below DataSize for the data bar', () => {
    expect(hitachi(TEXT, { widthPx: 1280, heightPx: 1040 }).dataBarHeightPx).toBe(80);
    expect(hitachi(TEXT)).not.toHaveProperty('dataBarHeightPx');
  });

  it('cuts nothing where DataSize does not fit the TIFF', () => {
    for (const image of [
      { widthPx: 640, heightPx: 480 },
      { widthPx: 1280, heightPx: 900 },
      { widthPx: 1280, heightPx: 5000 },
    ]) {
      const result = hitachi(TEXT, image);
      expect(result).not.toHaveProperty('dataBarHeightPx');
      expect(result.issues.map(({ code }) => code)).toContain('data-bar-implausible');
    }
  });

  it('flags the pixel size of a picture that was scaled after export', () => {
    const codes = hitachi(TEXT, { widthPx: 640, heightPx: 480 }).issues.map(({ code }) => code);
    expect(codes).toContain('pixel-size-conflict');
  });

  it('reads the old Condition line where the keys are missing', () => {
    const text =
      '[SemImageFile]\nInstructName=S-4700\nCondition=Vacc=10.0kV   Mag=x1.00k   WD=8.10mm\nDataSize=1280x960\n';
    const { acquisition, header } = hitachi(text);
    expect(acquisition).toMatchObject({ accelerationVoltageV: 10_000, workingDistanceM: 0.0081, magnification: 1000 });
    expect(acquisition.pixelSizeXM).toBeCloseTo(0.127 / (1000 * 1280), 15);
    expect(header?.terms.find(({ term }) => term === 'pixel_size_x')?.trust).toBe('derived');
  });

  it('says when day and month could be swapped', () => {
    const { header, issues } = hitachi(TEXT.replace('2021/06/23', '2/7/2023'));
    expect(header?.terms.find(({ term }) => term === 'acquired_at')).toMatchObject({
      value: '2023-02-07T16:38:33',
      trust: 'low',
    });
    expect(issues).toEqual([expect.objectContaining({ code: 'date-ambiguous', other: '2023-07-02T16:38:33' })]);
  });

  it('reads an emission current only with its unit', () => {
    const { acquisition, issues } = hitachi(TEXT.replace('47900 nA', '47900'));
    expect(acquisition).not.toHaveProperty('emissionCurrentA');
    expect(issues).toEqual([expect.objectContaining({ code: 'header-value-unreadable', term: 'emission_current' })]);
  });

  it('prefers the sidecar that names the picture', () => {
    const other = TEXT.replace('other name.tif', 'picture.tif').replace('PixelSize=496.0938', 'PixelSize=100');
    const sidecars = [
      { name: 'picture.txt', bytes: latin1(TEXT) },
      { name: 'export.txt', bytes: latin1(other) },
    ];
    expect(harvest({ ...sidecarInput(new Uint8Array()), sidecars }).usedSidecars).toEqual(['export.txt']);
  });

  it('leaves a text beside the picture alone that is no header', () => {
    const result = harvest(sidecarInput(latin1('Notes of Tuesday: sample 3 charged.\n')));
    expect(result.usedSidecars).toEqual([]);
    expect(result.issues.map(({ code }) => code)).toContain('header-unknown');
  });
});
