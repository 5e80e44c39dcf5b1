import { describe, expect, it } from 'vitest';
import { nffaSemJson } from '../../../src/convert/nffa-sem.ts';
import type { Acquisition, HeaderTerm, MicrographRecord } from '../../../src/domain/record.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';
import { nffaSemFaults } from '../../builders/nffa-sem-rules.ts';

const TIMES = { startTime: '2017-03-24T12:40:39+01:00', endTime: '2017-03-24T12:40:42.5+01:00' };

/** Everything that a SmartSEM header states and the schema has a place for, with the operator as if published. */
const ZEISS: Acquisition = {
  beam: 'electron',
  accelerationVoltageV: 5000,
  workingDistanceM: 0.0085,
  probeCurrentA: 1e-10,
  pixelSizeXM: 1.1165e-8,
  pixelSizeYM: 1.1165e-8,
  apertureSizeM: 3e-5,
  dwellTimeS: 1e-7,
  frameTimeS: 3.5,
  stageXM: 0.0558593,
  stageYM: 0.0744853,
  stageZM: 0,
  stageTiltRad: 0,
  tiltCorrection: false,
  dynamicFocus: false,
  chamberPressurePa: 4.09e-4,
  gunVacuumPa: 1e-7,
  detector: 'InLens',
  detectorBiasV: 300,
  landingEnergyEv: 4500,
  decelerationVoltageV: 500,
  operator: 'SABINE',
  sampleName: 'as cast: 16',
};

function term(name: string, value: HeaderTerm['value'], trust: HeaderTerm['trust'] = 'measured'): HeaderTerm {
  return { term: name, value, raw: String(value), key: `[K] ${name}`, trust };
}

function recordOf(acquisition: Acquisition, terms: HeaderTerm[] = []): MicrographRecord {
  const instrument = { vendor: 'Zeiss', model: 'Auriga', serialNumber: 'Auriga-60-46-18', softwareVersion: 'V06.00' };
  return { ...makeRecord({ name: 'as cast 16.tif', terms, acquisition, instrument }) };
}

function documentOf(record: MicrographRecord): Record<string, unknown> & { entry: Record<string, unknown> } {
  return JSON.parse(nffaSemJson(record, TIMES)) as Record<string, unknown> & { entry: Record<string, unknown> };
}

describe('the NFFA/NEP document of a record', () => {
  it('keeps the rules of the schema where the header states what they demand', () => {
    const document = documentOf(recordOf(ZEISS, [term('pre_tilt', 0.1), term('noise_reduction', 'Line Int. Done')]));
    expect(nffaSemFaults(document)).toEqual([]);
    expect(document['missing']).toBeUndefined();
  });

  it('gives quantities in SI with their units, zero among them', () => {
    const { instrument } = documentOf(recordOf(ZEISS, [term('noise_reduction', 'Pixel Avg.')])).entry;
    expect(instrument).toMatchObject({
      chamberPressure: { value: 4.09e-4, unit: 'Pa' },
      eBeamSource: { accelerationVoltage: { value: 5000, unit: 'V' }, beamCurrent: { value: 1e-10, unit: 'A' } },
      stage: {
        coordinates: { xValue: 0.0558593, yValue: 0.0744853, zValue: 0, coordinatesUnit: 'm' },
        stageTiltAngle: { value: 0, unit: 'radian' },
        eBeamWorkingDistance: { value: 0.0085, unit: 'm' },
        tiltCorrectionType: 'none',
      },
      imaging: {
        numberOfPixels: { xPixels: 64, yPixels: 48 },
        pixelSize: { xPixelSize: { value: 1.1165e-8, unit: 'm' } },
        dwellTime: { value: 1e-7, unit: 's' },
        cycleTime: { value: 3.5, unit: 's' },
        noiseReduction: 'Pixel Avg',
        dynamicFocus: false,
      },
      eBeamDeceleration: { landingEnergy: { value: 4500, unit: 'eV' }, stageBias: { value: 500, unit: 'V' } },
    });
  });

  it('writes times in UTC, which the pattern of the schema demands', () => {
    const { entry } = documentOf(recordOf(ZEISS));
    expect(entry).toMatchObject({ startTime: '2017-03-24T11:40:39.000Z', endTime: '2017-03-24T11:40:42.500Z' });
  });

  it('leaves out a required number that the header does not state, and says so beside the entry', () => {
    const { chamberPressurePa, stageTiltRad, ...poorer } = ZEISS;
    const document = documentOf(recordOf(poorer));
    expect([chamberPressurePa, stageTiltRad]).toEqual([4.09e-4, 0]);
    const missing = ['entry.instrument.chamberPressure', 'entry.instrument.stage.stageTiltAngle'];
    expect(document['missing']).toEqual(missing);
    expect(nffaSemFaults(document)).toEqual(missing.map((path) => `${path} is missing`));
  });

  it('names nobody unless the record does', () => {
    const { operator, ...unnamed } = ZEISS;
    const json = nffaSemJson(recordOf(unnamed), TIMES);
    expect(operator).toBe('SABINE');
    expect(json).not.toContain('SABINE');
    expect(JSON.parse(json)).toMatchObject({ entry: { user: { userName: 'unknown' } } });
    expect(nffaSemFaults(JSON.parse(json))).toEqual([]);
    expect(documentOf(recordOf(ZEISS)).entry).toMatchObject({ user: { userName: 'SABINE' } });
  });

  it('refers to the sample by a text that is also a URI reference', () => {
    const { parents } = documentOf(recordOf({ ...ZEISS, sampleName: 'Stahl 1:2 \ud800' })).entry;
    expect(parents).toEqual([
      { parentType: 'sample', parentReferenceType: 'plain text', parentReference: 'Stahl%201%3A2%20%EF%BF%BD' },
    ]);
    const { sampleName, ...nameless } = ZEISS;
    expect(sampleName).toBeDefined();
    expect(documentOf(recordOf(nameless)).entry).toMatchObject({ parents: [{ parentType: 'not applicable' }] });
  });

  it('notes where a value is more than a reading', () => {
    const { instrument } = documentOf(recordOf(ZEISS, [term('pixel_size_x', 1.1165e-8, 'conflict')])).entry;
    expect(instrument).toMatchObject({
      imaging: { pixelSize: { xPixelSize: { notes: 'trust: conflict; from [K] pixel_size_x' } } },
    });
  });

  it('gives y its own pixel size only where it differs, and the picture its rows without the data bar', () => {
    const record = recordOf({ ...ZEISS, pixelSizeYM: 1.2e-8 });
    const document = documentOf({ ...record, image: { ...record.image, dataBarHeightPx: 8 } });
    expect(document.entry['instrument']).toMatchObject({
      imaging: { numberOfPixels: { xPixels: 64, yPixels: 40 }, pixelSize: { yPixelSize: { value: 1.2e-8 } } },
    });
    expect(nffaSemFaults(document)).toEqual([]);
  });

  it('puts the beam of an ion image under FIB, and not under the electron source', () => {
    const document = documentOf(recordOf({ ...ZEISS, beam: 'ion', accelerationVoltageV: 30_000 }));
    expect(document.entry).toMatchObject({
      technique: 'Scanning ion microscopy',
      instrument: {
        FIB: {
          iBeamSource: { accelerationVoltage: { value: 30_000, unit: 'V' } },
          iBeamWorkingDistance: { value: 0.0085, unit: 'm' },
        },
      },
    });
    expect(document['missing']).toEqual([
      'entry.instrument.eBeamSource.accelerationVoltage',
      'entry.instrument.stage.eBeamWorkingDistance',
      'entry.instrument.FIB.FIBExtractor',
      'entry.instrument.FIB.FIBProbe',
    ]);
  });

  it('carries labels beside the entry, which takes no keys of others', () => {
    const record = { ...recordOf(ZEISS), ...makeRecord({ name: 'a.tif', labels: { Tips: 0.75 } }), acquisition: ZEISS };
    const document = documentOf(record);
    expect(document['classification']).toMatchObject({ labels: [{ label: 'Tips', score: 0.75, rank: 1 }] });
    expect(nffaSemFaults(document)).toEqual([]);
  });

  it('counts averaged frames as noise reduction, and a single frame as none', () => {
    const noise = (acquisition: Acquisition, terms: HeaderTerm[]): unknown => {
      const { instrument } = documentOf(recordOf(acquisition, terms)).entry as {
        instrument: { imaging: Record<string, unknown> };
      };
      return instrument.imaging['noiseReduction'];
    };
    expect(noise({ ...ZEISS, frameAverage: 4 }, [])).toBe('Frame Avg');
    expect(noise(ZEISS, [term('frame_integration', 8)])).toBe('Frame Int');
    expect(noise({ ...ZEISS, frameAverage: 1 }, [term('noise_reduction', 'Off')])).toBeUndefined();
  });
});
