import type { Acquisition } from '../domain/record.ts';
import type { QuantityKind } from '../domain/units.ts';

interface RangeFieldFacts {
  /** The quantity of the record, in SI. */
  source: keyof Acquisition;
  kind: QuantityKind;
  /** Unit of a number typed without one; none where a bare number would be a guess. */
  defaultUnit?: string;
  /** What a range of it selects, for help texts. */
  about: string;
}

/** The quantities a search can be limited by, under the names that `--kv`, `--pixel-size` ... and JSON queries use. */
export const RANGE_FIELDS = {
  kv: {
    source: 'accelerationVoltageV',
    kind: 'voltage',
    defaultUnit: 'kV',
    about: 'acceleration voltage; bare numbers are kV',
  },
  workingDistance: {
    source: 'workingDistanceM',
    kind: 'length',
    defaultUnit: 'mm',
    about: 'working distance; bare numbers are mm',
  },
  pixelSize: { source: 'pixelSizeXM', kind: 'length', defaultUnit: 'nm', about: 'pixel size; bare numbers are nm' },
  fieldWidth: {
    source: 'fieldWidthM',
    kind: 'length',
    defaultUnit: 'um',
    about: 'width of the field of view; bare numbers are µm',
  },
  magnification: { source: 'magnification', kind: 'number', about: 'magnification as the header states it' },
  tilt: { source: 'stageTiltRad', kind: 'angle', defaultUnit: 'deg', about: 'stage tilt; bare numbers are degrees' },
  pressure: {
    source: 'chamberPressurePa',
    kind: 'pressure',
    defaultUnit: 'Pa',
    about: 'chamber pressure; bare numbers are Pa',
  },
  dwell: { source: 'dwellTimeS', kind: 'time', defaultUnit: 'us', about: 'dwell time a pixel; bare numbers are µs' },
  probeCurrent: {
    source: 'probeCurrentA',
    kind: 'current',
    defaultUnit: 'pA',
    about: 'probe current; bare numbers are pA',
  },
} as const satisfies Record<string, RangeFieldFacts>;

export type RangeField = keyof typeof RANGE_FIELDS;
export const RANGE_FIELD_NAMES = Object.keys(RANGE_FIELDS) as RangeField[];
