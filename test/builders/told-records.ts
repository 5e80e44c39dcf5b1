import type { MicrographRecord } from '../../src/domain/record.ts';
import { idOf, makeRecord } from './micrograph-record.ts';

const MODEL = { name: 'nffa-sem-small', version: '1', sha256: idOf('model') };
const file = (role: MicrographRecord['artefacts'][number]['role'], path: string, mediaType: string) => ({
  role,
  path,
  bytes: path.length,
  sha256: idOf(path),
  mediaType,
});

/** A record of a picture that header and people say everything of. */
export const FULL: MicrographRecord = makeRecord({
  name: 'wires ü 7.tif',
  path: '2024/wires ü 7.tif',
  instrument: { id: 'gemini', vendor: 'Zeiss', model: 'Gemini 500', serialNumber: '42', emitter: 'Schottky' },
  acquisition: {
    beam: 'electron',
    accelerationVoltageV: 5000,
    pixelSizeXM: 7.4e-9,
    stageTiltRad: 0,
    brightnessPercent: 49.3,
    detector: 'InLens',
    acquiredAt: '2024-06-04T17:25:49',
    timeZone: 'Europe/Rome',
    operator: 'R. Ohm',
  },
  terms: [
    { term: 'acceleration_voltage', value: 5000, unit: 'V', raw: '5 kV', key: 'AP_ACTUALKV', trust: 'measured' },
    { term: 'pixel_size_x', value: 7.4e-9, unit: 'm', raw: '7.4 nm', key: 'AP_PIXEL_SIZE', trust: 'conflict' },
  ],
  labels: { Nanowires: 0.565, Fibres: 0.147, Tips: 0.035 },
  decision: 'suggested',
  model: MODEL,
  host: 'sem-pc',
  user: {
    project: 'Solar cells',
    sample: { name: 'ZnO wires', identifier: { value: '10.60516/AU1101', type: 'igsn' }, atomTypes: ['Zn', 'O'] },
    creators: [
      {
        name: 'Josiah Carberry',
        orcid: '0000-0002-1825-0097',
        email: 'j@example.org',
        affiliation: 'Brown University',
      },
      { name: 'Ada L.' },
    ],
    licence: 'cc-by-4.0',
    keywords: ['nanowires'],
    accessGroups: ['solar-team'],
  },
  artefacts: [
    file('nexus', 'wires ü 7.h5', 'application/x-hdf5'),
    file('jpeg', 'wires ü 7.jpg', 'image/jpeg'),
    file('sidecar', 'wires ü 7.txt', 'text/plain'),
  ],
});

/** A record of a picture that nobody says anything of. */
export const BARE: MicrographRecord = makeRecord({ name: 'scan.tif', decision: 'none' });

/** A record whose labels a person has to look at first. */
export const UNSURE: MicrographRecord = makeRecord({
  name: 'unsure.tif',
  labels: { Tips: 0.3, Powder: 0.2 },
  decision: 'review',
  model: MODEL,
  acquisition: { acquiredAt: '2019-03-31T02:30:00' },
});
