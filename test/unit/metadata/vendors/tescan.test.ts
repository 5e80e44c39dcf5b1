import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput } from '../../../../src/metadata/harvest-types.ts';
import { TESCAN_MAIN, TESCAN_SEM, tescanHdr, tescanTag } from '../../../builders/tescan-header.ts';

const IMAGE = { widthPx: 1024, heightPx: 887 };
const THUMBNAIL = {
  kind: 'thumbnail',
  content: new Uint8Array([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10]),
} as const;

function tagOf(bytes: Uint8Array, image = IMAGE): HarvestInput {
  return { fileName: 'a.tif', tags: [{ place: 'tiff:50431', tag: 50_431, bytes }], sidecars: [], image };
}

function sem(main = TESCAN_MAIN, column = TESCAN_SEM, image = IMAGE) {
  const blocks = [THUMBNAIL, { kind: 'main', content: `\n${main}\0` }, { kind: 'sem', content: column }] as const;
  return harvest(tagOf(tescanTag(blocks), image));
}

const ACQUISITION = {
  beam: 'electron',
  accelerationVoltageV: 30_000,
  workingDistanceM: 0.05,
  magnification: 1873.777_777_78,
  pixelSizeXM: 1.464_843_75e-7,
  fieldWidthM: 0.000_15,
  probeCurrentA: 1.97e-11,
  emissionCurrentA: 0.000_065_000_002_9,
  dwellTimeS: 0.000_032,
  frameAverage: 4,
  scanRotationRad: Math.PI,
  stageXM: 0.001_939_783,
  stageRotationRad: Math.PI / 2,
  stageTiltRad: -Math.PI / 4,
  brightnessPercent: 51.25,
  contrastPercent: 99.805,
  chamberPressurePa: 0.0005,
  detector: 'E-T',
  acquiredAt: '2023-03-27T00:47:19',
  operator: 'supervisor',
};

describe('the Tescan header in tag 50431', () => {
  it('becomes SI values, with degrees as radians', () => {
    const { acquisition, instrument, header, issues } = sem();
    expect(issues).toEqual([]);
    expect(acquisition).toMatchObject(ACQUISITION);
    expect(instrument).toEqual({
      vendor: 'Tescan',
      model: 'TESCAN AMBER',
      serialNumber: '42',
      softwareVersion: 'TESCAN Essence Version 1.2.1.0, build 5762',
      emitter: 'Schottky',
    });
    expect(header).toMatchObject({ place: 'tiff:50431', encoding: 'ascii' });
    expect(header?.terms.find(({ term }) => term === 'emission_current')?.raw).toBe('0.0000650000029');
  });

  it('keeps the diameter of the spot out of the spot size', () => {
    const { acquisition, header } = sem();
    expect(acquisition).not.toHaveProperty('spotSize');
    expect(header?.terms.find(({ term }) => term === 'spot_diameter')).toMatchObject({ value: 8.6e-9, unit: 'm' });
  });

  it('names the gas that is let into the chamber', () => {
    expect(sem().header?.terms.find(({ term }) => term === 'chamber_gas')).toMatchObject({
      value: 'N2',
      key: '[SEM] InjectedGas',
    });
  });

  it('says that the predicted current was not measured', () => {
    expect(sem().header?.terms.find(({ term }) => term === 'probe_current')?.trust).toBe('derived');
  });

  it('takes ImageStripSize for the data bar', () => {
    expect(sem().dataBarHeightPx).toBe(119);
    expect(sem().acquisition.fieldHeightM).toBeCloseTo(1.464_843_75e-7 * 768, 15);
    expect(sem(TESCAN_MAIN.replace('Size=119', 'Size=0'))).not.toHaveProperty('dataBarHeightPx');
  });

  it('cuts no strip that is half the picture or more', () => {
    const { issues, ...result } = sem(TESCAN_MAIN.replace('Size=119', 'Size=500'));
    expect(result).not.toHaveProperty('dataBarHeightPx');
    expect(issues).toEqual([expect.objectContaining({ code: 'data-bar-implausible', barHeightPx: 500 })]);
  });

  it('reads blocks in the byte order of a big-endian TIFF', () => {
    const blocks = [THUMBNAIL, { kind: 'main', content: TESCAN_MAIN }, { kind: 'sem', content: TESCAN_SEM }] as const;
    expect(harvest(tagOf(tescanTag(blocks, 'big'))).acquisition).toMatchObject(ACQUISITION);
  });

  it('reads the text behind bytes that are no blocks', () => {
    const garbage = Buffer.from([0xff, 0xff, 0xff, 0xff, 9, 9, 9, 9]);
    const between = Buffer.from([0xd9, 4, 0, 0, 3, 0]);
    const bytes = Buffer.concat([garbage, Buffer.from(TESCAN_MAIN), between, Buffer.from(TESCAN_SEM)]);
    const { beam, ...rest } = ACQUISITION;
    const { acquisition, header } = harvest(tagOf(new Uint8Array(bytes)));
    expect(beam).toBe('electron');
    expect(acquisition).toMatchObject(rest);
    expect(header?.terms.find(({ term }) => term === 'working_distance')?.key).toBe('WD');
  });

  it('keeps a title that a block brings along', () => {
    const blocks = [{ kind: 'main', content: `[MAIN]\n${TESCAN_MAIN}` }] as const;
    expect([...(harvest(tagOf(tescanTag(blocks))).sections ?? new Map()).keys()]).toEqual(['MAIN']);
  });

  it('reads the ion column where there is no other', () => {
    const blocks = [
      { kind: 'main', content: TESCAN_MAIN },
      { kind: 'fib', content: TESCAN_SEM },
    ] as const;
    const { acquisition, issues } = harvest(tagOf(tescanTag(blocks)));
    expect(acquisition).toMatchObject({ beam: 'ion', accelerationVoltageV: 30_000 });
    expect(issues.map(({ code }) => code)).toEqual(['ion-beam']);
  });

  it('leaves the beam open where both columns are described', () => {
    const fib = TESCAN_SEM.replace('HV=30000.0', 'HV=5000.0');
    const blocks = [
      { kind: 'main', content: TESCAN_MAIN },
      { kind: 'fib', content: fib },
      { kind: 'sem', content: TESCAN_SEM },
    ] as const;
    const { acquisition } = harvest(tagOf(tescanTag(blocks)));
    expect(acquisition).not.toHaveProperty('beam');
    expect(acquisition.accelerationVoltageV).toBe(30_000);
  });

  it('takes empty values as absent and reports unreadable ones', () => {
    const { acquisition, issues } = sem(TESCAN_MAIN.replace('supervisor', ''), TESCAN_SEM.replace('WD=0.05', 'WD=n/a'));
    for (const field of ['operator', 'workingDistanceM']) expect(acquisition).not.toHaveProperty(field);
    expect(issues).toEqual([expect.objectContaining({ code: 'header-value-unreadable', term: 'working_distance' })]);
  });

  it('survives a tag that is cut anywhere', () => {
    const whole = tescanTag([THUMBNAIL, { kind: 'main', content: TESCAN_MAIN }, { kind: 'sem', content: TESCAN_SEM }]);
    for (let length = 0; length < whole.length; length += 7) {
      const { issues } = harvest(tagOf(whole.subarray(0, length)));
      expect(issues.filter(({ code }) => code === 'header-unreadable')).toEqual([]);
    }
  });
});

describe('the Tescan .hdr file', () => {
  function hdr(bytes: Uint8Array) {
    const sidecars = [{ name: 'a-tif.hdr', bytes }];
    return harvest({ fileName: 'a.tif', tags: [], sidecars, image: IMAGE });
  }

  it('says the same as the tag', () => {
    const { acquisition, usedSidecars, header, issues } = hdr(tescanHdr());
    expect(issues).toEqual([]);
    expect(acquisition).toMatchObject(ACQUISITION);
    expect(usedSidecars).toEqual(['a-tif.hdr']);
    expect(header).toMatchObject({ vendor: 'Tescan', place: 'sidecar:a-tif.hdr' });
  });

  it('is read without section titles', () => {
    const { beam, ...rest } = ACQUISITION;
    const { acquisition } = hdr(new Uint8Array(Buffer.from(TESCAN_MAIN + TESCAN_SEM)));
    expect(beam).toBe('electron');
    expect(acquisition).toMatchObject(rest);
  });

  it('is left alone where it is the header of another program', () => {
    const { usedSidecars } = hdr(new Uint8Array(Buffer.from('ENVI\nsamples = 1024\nlines = 768\n')));
    expect(usedSidecars).toEqual([]);
  });
});
