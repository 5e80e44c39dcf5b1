import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput } from '../../../../src/metadata/harvest-types.ts';
import { sectionsJson } from '../../../../src/metadata/sections-json.ts';
import { tagInput } from '../harvest-input.ts';

const NUMBERS =
  '0\n0\n0\n3.712008e-008\n1.002664e+004\n6\n2.000000e+004\n2.720000e+000\n2.040286e-011\n7.484609e-003\n1\n12\n';
const LABELLED = `DP_DETECTOR_CHANNEL
Signal A = InLens
DP_IMAGE_STORE
Store resolution = 1024 * 768
AP_MANUALKV
EHT Target = 10.00 kV
AP_ACTUALKV
EHT =  5.00 kV
AP_WD
WD =  8.5 mm
AP_MAG
Mag =   40.00 K X
AP_WIDTH
Width = 7.520 \u00b5m
AP_IMAGE_PIXEL_SIZE
Image Pixel Size = 7.344 nm
AP_PIXEL_SIZE
Pixel Size = 14.69 nm
AP_STAGE_AT_T
Stage at T =   0.0 \u00b0
AP_STAGE_AT_R
Stage at R =  90.0 \u00b0
AP_FRAME_TIME
Cycle Time = 1.6  Mins
AP_EXTCURRENT
Ext I Monitor =  305.0 \u00b5A
AP_ACTUALCURRENT
Fil I =  2.340 A
AP_SYSTEM_VAC
System Vacuum = 2.31e-006 mbar
DP_SEM
Sem = Supra 40
SV_SERIAL_NUMBER
Serial No. = SUPRA 40-25-44
AP_TIME
Time :12:40:39
AP_DATE
Date :24 Mar 2017
SV_VERSION
Version = V06.00.00.00 : 09-Jun-16
SV_USER_NAME
User Name = SOMEBODY
SV_OPERATOR
Operator =${' '}
\0`;

function zeiss(text: string, image = { widthPx: 1024, heightPx: 768 }, change: Partial<HarvestInput> = {}) {
  return harvest(tagInput(34118, text, { image, ...change }));
}

describe('the SmartSEM header', () => {
  it('becomes SI values with the characters they were read from', () => {
    const { acquisition, instrument, header, issues } = zeiss(NUMBERS + LABELLED);
    expect(issues).toEqual([]);
    expect(instrument).toEqual({
      vendor: 'Zeiss',
      model: 'Supra 40',
      serialNumber: 'SUPRA 40-25-44',
      softwareVersion: 'V06.00.00.00 : 09-Jun-16',
    });
    expect(acquisition).toMatchObject({
      workingDistanceM: 0.0085,
      magnification: 40_000,
      fieldWidthM: 7.52e-6,
      stageTiltRad: 0,
      stageRotationRad: Math.PI / 2,
      frameTimeS: 96,
      emissionCurrentA: 3.05e-4,
      chamberPressurePa: 2.31e-4,
      detector: 'InLens',
      acquiredAt: '2017-03-24T12:40:39',
    });
    expect(header).toMatchObject({ encoding: 'latin-1', place: 'tiff:34118' });
    expect(header?.terms.find(({ term }) => term === 'magnification')).toMatchObject({
      raw: '40.00 K X',
      key: 'AP_MAG',
    });
  });

  it('takes the actual EHT, never the target', () => {
    expect(zeiss(NUMBERS + LABELLED).acquisition.accelerationVoltageV).toBe(5000);
    const targetOnly = LABELLED.replace('AP_ACTUALKV\nEHT =  5.00 kV\n', '');
    expect(zeiss(targetOnly).acquisition).not.toHaveProperty('accelerationVoltageV');
  });

  it('prefers AP_IMAGE_PIXEL_SIZE to AP_PIXEL_SIZE, which some versions double', () => {
    expect(zeiss(NUMBERS + LABELLED).acquisition.pixelSizeXM).toBe(7.344e-9);
    const doubled = LABELLED.replace('AP_IMAGE_PIXEL_SIZE\nImage Pixel Size = 7.344 nm\n', '');
    const result = zeiss(NUMBERS + doubled);
    expect(result.acquisition.pixelSizeXM).toBe(1.469e-8);
    expect(result.issues.map(({ code }) => code)).toEqual(['pixel-size-conflict']);
  });

  it('reads picometres below a nanometre', () => {
    const text = LABELLED.replace('Image Pixel Size = 7.344 nm', 'Image Pixel Size = 980.5 pm').replace(
      '7.520 \u00b5m',
      '1.004 \u00b5m',
    );
    expect(zeiss(text).acquisition.pixelSizeXM).toBe(9.805e-10);
    expect(zeiss(text).issues).toEqual([]);
  });

  it('takes the unnamed pixel size last, for 1024 columns', () => {
    const { acquisition, header } = zeiss(`${NUMBERS}AP_MAG\nMag =  10.03 K X\n\0`, { widthPx: 512, heightPx: 384 });
    expect(acquisition.pixelSizeXM).toBeCloseTo(7.424_016e-8, 15);
    expect(header?.terms.find(({ term }) => term === 'pixel_size_x')?.trust).toBe('derived');
    expect(acquisition).toMatchObject({
      accelerationVoltageV: 20_000,
      workingDistanceM: 7.484_609e-3,
      magnification: 10_030,
    });
  });

  it('puts the serial number into the serial number', () => {
    expect(zeiss(NUMBERS + LABELLED).instrument).toMatchObject({ model: 'Supra 40', serialNumber: 'SUPRA 40-25-44' });
  });

  it.each(['V02.03', 'V05.07.00.00 : 08-Jul-14', 'V08.01.00.00 : 01-Jan-30', 'whatever'])(
    'does not depend on the version %s',
    (version) => {
      const text = LABELLED.replace('V06.00.00.00 : 09-Jun-16', version);
      expect(zeiss(text).acquisition.accelerationVoltageV).toBe(5000);
    },
  );

  it('finds a value by its label where a version calls the key otherwise', () => {
    const text = LABELLED.replace('AP_WD\n', 'AP_WORKDIST\n');
    expect(zeiss(text).acquisition.workingDistanceM).toBe(0.0085);
  });

  it('reads volts below one kilovolt', () => {
    expect(zeiss(LABELLED.replace('EHT =  5.00 kV', 'EHT =  500 V')).acquisition.accelerationVoltageV).toBe(500);
  });

  it('reports a "Range Error" instead of reading its number', () => {
    const text = LABELLED.replace('WD =  8.5 mm', 'WD Range Error 2005270.000000');
    const { acquisition, issues } = zeiss(text);
    expect(acquisition).not.toHaveProperty('workingDistanceM');
    expect(issues).toEqual([expect.objectContaining({ code: 'header-value-unreadable', key: 'AP_WD' })]);
  });

  it('reads lines that end with CR alone and the date form of V07', () => {
    const text = (NUMBERS + LABELLED).replace('Time :12:40:39', 'Time: 0:06:35').replace('Date :24', 'Date: 24');
    const bytes = new Uint8Array(Buffer.from(text.replaceAll('\n', '\r'), 'latin1'));
    const { acquisition } = zeiss('', undefined, { tags: [{ place: 'tiff:34118', tag: 34118, bytes }] });
    expect(acquisition).toMatchObject({ workingDistanceM: 0.0085, acquiredAt: '2017-03-24T00:06:35' });
  });

  it('reads the copy in UTF-16 of tag 34119 where 34118 is missing', () => {
    const bytes = new Uint8Array(Buffer.from(NUMBERS + LABELLED, 'utf16le'));
    const { acquisition, header } = zeiss('', undefined, { tags: [{ place: 'tiff:34119', tag: 34119, bytes }] });
    expect(acquisition.fieldWidthM).toBe(7.52e-6);
    expect(header?.encoding).toBe('utf-16le');
  });

  it('takes the filament heating current for no emission current', () => {
    const text = LABELLED.replace('AP_EXTCURRENT\nExt I Monitor =  305.0 \u00b5A\n', '');
    expect(zeiss(text).acquisition).not.toHaveProperty('emissionCurrentA');
  });

  it('trusts a scan rotation little that is switched off', () => {
    const { header } = zeiss(
      `${LABELLED.replace('\0', '')}AP_SCANROTATION\nScan Rotation = 179.8 \u00b0\nDP_SCAN_ROT\nScan Rot = Off\n`,
    );
    expect(header?.terms.find(({ term }) => term === 'scan_rotation')).toMatchObject({
      trust: 'low',
      raw: '179.8 \u00b0',
    });
  });

  it('marks operator and sample as hardly reliable and takes an empty operator as absent', () => {
    const { header } = zeiss(LABELLED);
    expect(header?.terms.find(({ term }) => term === 'operator')).toMatchObject({ value: 'SOMEBODY', trust: 'low' });
  });

  it('keeps the whole header in its order, the first value of a key, and the lines that a text runs on over', () => {
    const text = `0\n1\nDP_SEM\nSem = Supra 40\nSV_USER_TEXT\nUser Text = one\ntwo = 2\n\nthree\nAP_WD\nWD =  8.5 mm\nAP_EHT\nAP_WD\nWD = 9 mm\nno key\nAP_MAG`;
    expect(JSON.parse(sectionsJson(zeiss(text).sections ?? new Map()))).toEqual({
      numbers: { 0: '0', 1: '1' },
      DP: { DP_SEM: 'Supra 40' },
      SV: { SV_USER_TEXT: 'one\ntwo = 2\nthree' },
      AP: { AP_WD: '8.5 mm' },
    });
  });

  it('reads the next header, whatever keys and however many a hostile one made up before', () => {
    const madeUp = Array.from({ length: 6000 }, (_, i) => `AP_X${i}\nX = ${i}\nAP_X${i}\nX = again\n`).join('');
    const hostile = zeiss(`${madeUp}AP_STAGE_AT_M\nStage at M = 1 mm\n`);
    const entries = new Map(hostile.sections?.get('AP'));
    expect(entries.size).toBe(6001);
    expect(entries.get('AP_X5999')).toBe('5999');
    expect(zeiss(NUMBERS + LABELLED).acquisition).toMatchObject({ workingDistanceM: 0.0085, magnification: 40_000 });
    const late = zeiss(`${LABELLED.replace('\0', '')}AP_IPROBE\nI Probe = 1.5 nA\n`);
    expect(late.acquisition.probeCurrentA).toBe(1.5e-9);
  });
});
