import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import { tagInput } from '../harvest-input.ts';

const TEXT = `
[DatabarData]
flAccV = 30000.000
flSpot = 4.016
flMagn =     0.09250000119
lDetName = 0
flWD = 11.297
lScanSpeed = 3
szUserText = xlimg.tif
ImageName = xlimg.tif
flIonAccV = 0.000
iImageType = 0

[ImageDevice]
SizeY = 185.00000
RatioXY = 1.33300

[Vector]
flStageXPosition = -1999125
SpecimenTilt = 1500
Magnification = 1000.000
HighTension = 30000.000
FWD = 11.297
ScanRotation = 180.000
ProbeCurrent = 4.016
StigmatorX = 35.65989
`;
const IMAGE = { widthPx: 1424, heightPx: 968 };

function philips(text = TEXT, image = IMAGE) {
  return harvest(tagInput(34_680, text, { image }));
}

describe('the Philips XL header', () => {
  it('becomes SI values', () => {
    const { acquisition, instrument, header, issues } = philips();
    expect(issues).toEqual([]);
    expect(instrument).toEqual({ vendor: 'Philips' });
    expect(acquisition).toEqual({
      beam: 'electron',
      accelerationVoltageV: 30_000,
      workingDistanceM: 0.011_297,
      magnification: 1000,
      spotSize: 4.016,
      scanRotationRad: Math.PI,
      stigmatorX: 35.659_89,
      detector: 'SE',
      fieldWidthM: 0.000_246_605,
      fieldHeightM: 0.000_185,
      pixelSizeXM: 0.000_246_605 / 1424,
      pixelSizeYM: 0.000_185 / 968,
    });
    expect(header).toMatchObject({ vendor: 'Philips', place: 'tiff:34680' });
  });

  it('derives the field from image device and magnification', () => {
    const { header } = philips(TEXT, { widthPx: 712, heightPx: 484 });
    expect(header?.terms.find(({ term }) => term === 'pixel_size_x')).toMatchObject({
      value: 0.000_246_605 / 712,
      raw: '185.00000 / 1.33300 / 1000.000',
      trust: 'derived',
    });
  });

  it('leaves the pixel size out of a picture that is no whole frame', () => {
    const { acquisition, issues } = philips(TEXT, { widthPx: 1424, heightPx: 800 });
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
    expect(issues.map(({ code }) => code)).toEqual(['pixel-size-missing']);
  });

  it.each([
    ['flMagn =     0.09250000119', 'flMagn = 0.044'],
    ['SizeY = 185.00000', 'SizeY = 0.00000'],
    ['Magnification = 1000.000', 'Magnification = '],
  ])('leaves the pixel size out where "%s" is "%s"', (stated, other) => {
    expect(philips(TEXT.replace(stated, other)).acquisition).not.toHaveProperty('pixelSizeXM');
  });

  it('takes neither the spot for a current nor numbers without a unit for a stage', () => {
    const { acquisition } = philips();
    for (const field of ['probeCurrentA', 'stageXM', 'stageTiltRad', 'acquiredAt']) {
      expect(acquisition).not.toHaveProperty(field);
    }
  });

  it('says nothing of the electron column about another image', () => {
    const { acquisition, header } = philips(TEXT.replace('iImageType = 0', 'iImageType = 1'));
    expect(acquisition).toEqual({});
    expect(header?.terms.map(({ term }) => term)).toEqual(['scan_speed', 'image_name', 'note']);
  });

  it('reads a header that names no type of image, and states no beam', () => {
    const { acquisition } = philips(TEXT.replace('iImageType = 0\n', ''));
    expect(acquisition).toMatchObject({ accelerationVoltageV: 30_000 });
    expect(acquisition).not.toHaveProperty('beam');
  });

  it('names the first detector only, and trusts that little', () => {
    const { header } = philips();
    expect(header?.terms.find(({ term }) => term === 'detector_name')).toMatchObject({ raw: '0', trust: 'low' });
    expect(philips(TEXT.replace('lDetName = 0', 'lDetName = 2')).acquisition).not.toHaveProperty('detector');
  });

  it("leaves FEI's header in the same tag to FEI", () => {
    const fei = '[User]\nUser=a\n\n[Beam]\nHV=5000\nBeam=EBeam\n\n[EBeam]\nHV=5000\n';
    expect(philips(fei).header?.vendor).toBe('FEI');
  });
});
