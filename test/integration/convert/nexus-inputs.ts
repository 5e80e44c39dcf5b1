import type { NexusInput } from '../../../src/convert/nexus-input.ts';
import { ContentHash } from '../../../src/domain/ids.ts';
import type { Acquisition, Classification, ImageFacts } from '../../../src/domain/record.ts';
import type { Picture, SampleArray } from '../../../src/raster/picture.ts';

export const SHA = ContentHash.parse('0123456789abcdef'.repeat(4));

export const FULL_ACQUISITION: Acquisition = {
  accelerationVoltageV: 5000,
  workingDistanceM: 0.0041,
  magnification: 10_000,
  fieldWidthM: 1e-5,
  fieldHeightM: 8e-6,
  pixelSizeXM: 2e-8,
  pixelSizeYM: 2.1e-8,
  probeCurrentA: 1e-10,
  emissionCurrentA: 1e-4,
  spotSize: 3,
  apertureSizeM: 3e-5,
  dwellTimeS: 1e-6,
  frameTimeS: 3,
  scanRotationRad: 0.1,
  stageXM: 1e-3,
  stageYM: -2e-3,
  stageRotationRad: 0,
  stageTiltRad: 0.2,
  tiltCorrection: false,
  dynamicFocus: true,
  stigmatorX: 0.1,
  stigmatorY: 0.2,
  chamberPressurePa: 1e-3,
  beam: 'electron',
  detector: 'ETD',
  detectorMode: 'SE',
  acquiredAt: '2020-01-01T10:00:00',
  operator: 'Zoë',
  sampleName: 'Stahl 試料',
};

export const FIVE_LABELS: Classification = {
  model: { name: 'sem-categories', version: '3', sha256: 'ef'.repeat(32) },
  labels: ['Fibres', 'Tips', 'Powder', 'Particles', 'Nanowires'].map((label, i) => ({
    label,
    score: 0.6 / 2 ** i,
    rank: i + 1,
  })),
  decision: 'accepted',
  reason: 'score 0.60 is above the threshold 0.55',
};

export const NO_LABELS: Classification = { labels: [], decision: 'none', reason: 'navigation camera' };

/** Values that differ at every pixel neighbour, whatever the sample type. */
export function gradient<T extends SampleArray>(data: T): T {
  for (let i = 0; i < data.length; i += 1) {
    const value = (i * 37) % 120;
    data[i] = data instanceof BigUint64Array || data instanceof BigInt64Array ? BigInt(value) : value;
  }
  return data;
}

export interface Wanted {
  data?: SampleArray;
  widthPx?: number;
  heightPx?: number;
  image?: Partial<ImageFacts>;
  picture?: Partial<Picture>;
  acquisition?: Acquisition;
  instrument?: NexusInput['record']['instrument'];
  classification?: Classification;
  name?: string;
}

/** An input without anything that may be missing; `wanted` and `more` add to it. */
export function nexusInput(wanted: Wanted = {}, more: Partial<NexusInput> = {}): NexusInput {
  const { widthPx = 64, heightPx = 48, name = 'Prüfung (1) 試料.tif' } = wanted;
  const data = wanted.data ?? gradient(new Uint8Array(widthPx * heightPx));
  const facts: ImageFacts = {
    widthPx,
    heightPx,
    bitsPerSample: data.BYTES_PER_ELEMENT * 8,
    sampleFormat: 'uint',
    samplesPerPixel: 1,
    photometric: 'min-is-black',
    pages: 1,
    ...wanted.image,
  };
  return {
    record: {
      schemaVersion: 1,
      id: SHA,
      revision: 1,
      source: { name, path: `2020/${name}`, bytes: data.byteLength, sha256: SHA, aliases: [], sidecars: [] },
      image: facts,
      instrument: wanted.instrument ?? {},
      acquisition: wanted.acquisition ?? {},
      classification: wanted.classification ?? NO_LABELS,
      issues: [],
      provenance: {
        software: 'semantiff',
        version: '1.2.3',
        harvestVersion: 1,
        convertVersion: 1,
        startedAt: '2025-01-01T00:00:00.000Z',
        endedAt: '2025-01-01T00:00:01.000Z',
      },
    },
    picture: { facts, plane: { widthPx, heightPx, data }, ...wanted.picture },
    startTime: '2020-01-01T10:00:00+01:00',
    endTime: '2020-01-01T10:00:03+01:00',
    fileName: 'Prüfung (1) 試料.h5',
    thumbnail: { bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), fileName: 'Prüfung (1) 試料.jpg' },
    ...more,
  };
}

/** An input with everything a record can carry. */
export function fullInput(): NexusInput {
  const input = nexusInput(
    {
      image: { dataBarHeightPx: 8, dataBarFrom: 'header' },
      picture: { palette: Uint8Array.from({ length: 768 }, (_, i) => i % 256) },
      acquisition: FULL_ACQUISITION,
      classification: FIVE_LABELS,
      instrument: {
        id: 'SEM 2',
        vendor: 'Zeiss',
        model: 'Supra 55',
        serialNumber: '0815',
        softwareVersion: 'V05.04',
        emitter: 'Schottky',
      },
    },
    {
      headerJson: JSON.stringify({ System: { Path: 'C:\\Users\\sem\\image.tif' } }),
      nffaJson: JSON.stringify({ entry: { title: 'Prüfung' } }),
      rawHeader: { bytes: Uint8Array.of(65, 0xb5, 0, 66), place: 'tag 34118', encoding: 'latin1' },
      embedding: { vector: Float32Array.of(0.25, -0.5, 1), backboneSha256: 'ab'.repeat(32), preprocessing: 'sem-256' },
      sample: {
        atomTypes: ['Fe', 'C'],
        preparationDate: '2019-12-24T12:00:00+01:00',
        physicalForm: 'bulk',
        identifier: { value: 'https://doi.org/10.1000/1', type: 'DOI' },
      },
      users: [
        { name: 'A. Nobody', orcid: '0000-0002-1825-0097', email: 'a@example.org', affiliation: 'Nowhere' },
        { name: 'B. Nobody' },
      ],
    },
  );
  input.record.header = {
    vendor: 'zeiss',
    place: 'tag 34118',
    encoding: 'latin1',
    terms: [
      {
        term: 'magnification',
        value: 10_000,
        raw: 'Mag = 10.00 K X',
        key: 'D:\\data\\AP_MAG',
        trust: 'measured',
      },
    ],
  };
  return input;
}
