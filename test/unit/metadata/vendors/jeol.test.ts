import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import { latin1, sidecarInput } from '../harvest-input.ts';

const TEXT = `$SEM_DATA_VERSION 1
$CM_CONTRAST 2390
$CM_BRIGHTNESS 544
$CM_ACCEL_VOLT 1.00
$SM_GB_GUN_VOLT 3.00
$SM_GB_BIAS_VOLT 2.00
$$SM_WD 2.77
$CM_MAG 50000
$$SM_OL_APERTURE 9
$$SM_PROBE_NO 6
$$SM_SCAN_ROTATION 90.00
$$SM_INTEG_NO 1
$$CM_SCAN_SPEED 9
$$CM_PROCESS_TIME 32.00
$CM_SIGNAL SEI
$CM_STAGE_POS -0.169 1.289 7.4 360.0 -45.0 0
$SM_EMI_CURRENT 46.20
$$SM_PROBE_CURRENT 1.64e-008
$SM_PENNING_VAC 9.634e-005
$SM_PRESSURE_AT_LOW_VACUUM 0.000
$SM_VACUUM_MODE_FOR_SPECIMEN_CHAMBER 0
$CM_FORMAT JEOL-SEM
$CM_VERSION 1.0
$CM_COMMENT
$CM_DATE 2010/10/01
$CM_TIME 08:44:19
$CM_OPERATOR Somebody
$CM_INSTRUMENT 7600F
$$SM_MICRON_BAR 53
$$SM_MICRON_MARKER 100nm
$CM_TITLE etched sidewall 01
$CM_FULL_SIZE 1280 960
`;
const IMAGE = { widthPx: 1280, heightPx: 1024 };

function jeol(text = TEXT, image = IMAGE) {
  return harvest(sidecarInput(latin1(text), { image }));
}

function term(text: string, name: string) {
  return jeol(text).header?.terms.find((known) => known.term === name);
}

describe('the JEOL sidecar', () => {
  it('becomes SI values', () => {
    const { acquisition, instrument, header, usedSidecars, issues } = jeol();
    expect(issues).toEqual([]);
    expect(usedSidecars).toEqual(['picture.txt']);
    expect(instrument).toEqual({ vendor: 'JEOL', model: '7600F', softwareVersion: '1.0' });
    expect(acquisition).toMatchObject({
      accelerationVoltageV: 1000,
      decelerationVoltageV: 2000,
      workingDistanceM: 0.002_77,
      magnification: 50_000,
      emissionCurrentA: 4.62e-5,
      probeCurrentA: 1.64e-8,
      frameTimeS: 32,
      scanRotationRad: Math.PI / 2,
      stageXM: -0.000_169,
      stageYM: 0.001_289,
      stageZM: 0.0074,
      stageRotationRad: 2 * Math.PI,
      stageTiltRad: -Math.PI / 4,
      detector: 'SEI',
      acquiredAt: '2010-10-01T08:44:19',
    });
    expect(header).toMatchObject({ vendor: 'JEOL', place: 'sidecar:picture.txt', encoding: 'ascii' });
  });

  it('keeps the characters and the key of each item of the stage', () => {
    expect(term(TEXT, 'stage_tilt')).toMatchObject({ raw: '-45.0', key: '$CM_STAGE_POS 5', trust: 'measured' });
  });

  it('takes the scale from the marker', () => {
    const { acquisition } = jeol();
    expect(acquisition.pixelSizeXM).toBe(1e-7 / 53);
    expect(acquisition.fieldWidthM).toBeCloseTo((1e-7 / 53) * 1280, 18);
    expect(acquisition.fieldHeightM).toBeCloseTo((1e-7 / 53) * 960, 18);
    expect(term(TEXT, 'pixel_size_x')).toMatchObject({ raw: '100nm / 53', trust: 'derived' });
  });

  it('scales the pixels with a picture that was scaled after export', () => {
    const { acquisition, header, issues } = jeol(TEXT, { widthPx: 640, heightPx: 480 });
    expect(acquisition.pixelSizeXM).toBe(2e-7 / 53);
    expect(acquisition.fieldWidthM).toBeCloseTo((1e-7 / 53) * 1280, 18);
    expect(header?.terms.find((known) => known.term === 'pixel_size_x')).toMatchObject({
      key: '$$SM_MICRON_MARKER / $$SM_MICRON_BAR x 1280 / 640',
      trust: 'derived',
    });
    expect(issues.map(({ code }) => code)).toEqual(['data-bar-implausible', 'image-size-conflict']);
  });

  it('trusts the scale little where the picture may have been cut', () => {
    const { header } = jeol(TEXT, { widthPx: 640, heightPx: 300 });
    expect(header?.terms.find((known) => known.term === 'pixel_size_x')?.trust).toBe('low');
  });

  it.each(['$$SM_MICRON_BAR 0', '$$SM_MICRON_BAR x'])('reads no scale from "%s"', (line) => {
    const { acquisition, issues } = jeol(TEXT.replace('$$SM_MICRON_BAR 53', () => line));
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
    expect(issues.map(({ code }) => code)).toEqual(['header-value-unreadable', 'pixel-size-missing']);
  });

  it('takes what stands below $CM_FULL_SIZE for the data bar', () => {
    expect(jeol().dataBarHeightPx).toBe(64);
    expect(jeol(TEXT, { widthPx: 1280, heightPx: 960 })).not.toHaveProperty('dataBarHeightPx');
  });

  it('takes the vacuum mode for no pressure', () => {
    const { acquisition } = jeol(TEXT.replace('9.634e-005', '').replace('CHAMBER 0', 'CHAMBER 1'));
    expect(acquisition).not.toHaveProperty('chamberPressurePa');
    expect(term(TEXT, 'vacuum_mode')).toMatchObject({ value: '0' });
  });

  it('reads the Penning gauge in pascal only where that can be', () => {
    expect(jeol().acquisition.chamberPressurePa).toBe(9.634e-5);
    expect(jeol(TEXT.replace('9.634e-005', '28.000')).acquisition).not.toHaveProperty('chamberPressurePa');
    expect(jeol(TEXT.replace('LOW_VACUUM 0.000', 'LOW_VACUUM 30.000')).acquisition.chamberPressurePa).toBe(30);
  });

  it('keeps positions of switches out of sizes', () => {
    const { acquisition } = jeol();
    for (const field of ['spotSize', 'apertureSizeM', 'contrastPercent', 'brightnessPercent']) {
      expect(acquisition).not.toHaveProperty(field);
    }
    expect(term(TEXT, 'aperture_number')).toMatchObject({ value: 9 });
    expect(term(TEXT, 'probe_number')).toMatchObject({ value: 6 });
  });

  it('takes a probe current of zero and empty texts as absent', () => {
    const { acquisition, header } = jeol(TEXT.replace('1.64e-008', '0.00'));
    expect(acquisition).not.toHaveProperty('probeCurrentA');
    expect(header?.terms.map((known) => known.term)).not.toContain('note');
  });

  it('is the header whose keys have other dollars', () => {
    const { acquisition } = jeol(TEXT.replace('$$SM_WD', () => '$SM_WD').replace('$CM_MAG', () => '$$CM_MAG'));
    expect(acquisition).toMatchObject({ workingDistanceM: 0.002_77, magnification: 50_000 });
  });

  it('is not made of a note that names one key', () => {
    const { header, issues } = jeol('Ask about\n$CM_MAG 500\nin the manual\n');
    expect(header).toBeUndefined();
    expect(issues.map(({ code }) => code)).toContain('header-unknown');
  });
});
