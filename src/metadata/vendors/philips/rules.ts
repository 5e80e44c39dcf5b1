import type { Trust } from '../../../domain/record.ts';
import type { Term } from '../../../domain/terms.ts';

/** Places of a term in order of preference. */
export interface PhilipsRule {
  term: Term;
  from: readonly (readonly [section: string, key: string])[];
  /** Unit of the number, which is never written: what the data bar drawn into the picture shows. */
  unit?: string;
  trust?: Trust;
  /** Only of images made with the electron column. */
  electron?: true;
}

/**
 * FilipDominec/SEM_image_postprocessing (annotate_image.py) draws flAccV as V, flWD as mm and Magnification as it is; so does
 * the bar in XLIMG.tiff: "30.0 kV 4.0 1000x SE 11.3". [Vector] ProbeCurrent repeats flSpot and is no current. The positions
 * of the stage and the tilt have no unit that anyone documents, so they stay in the header's own words.
 */
export const PHILIPS_RULES: readonly PhilipsRule[] = [
  {
    term: 'acceleration_voltage',
    from: [
      ['DatabarData', 'flAccV'],
      ['Vector', 'HighTension'],
    ],
    unit: 'V',
    electron: true,
  },
  {
    term: 'working_distance',
    from: [
      ['DatabarData', 'flWD'],
      ['Vector', 'FWD'],
    ],
    unit: 'mm',
    electron: true,
  },
  { term: 'magnification', from: [['Vector', 'Magnification']], electron: true },
  { term: 'spot_size', from: [['DatabarData', 'flSpot']], electron: true },
  { term: 'stigmator_x', from: [['Vector', 'StigmatorX']], electron: true },
  { term: 'stigmator_y', from: [['Vector', 'StigmatorY']], electron: true },
  // 187.548 in XLIMG.tiff: more than a turn in radians.
  { term: 'scan_rotation', from: [['Vector', 'ScanRotation']], unit: 'deg', trust: 'derived', electron: true },
  { term: 'scan_speed', from: [['DatabarData', 'lScanSpeed']] },
  { term: 'image_name', from: [['DatabarData', 'ImageName']] },
  { term: 'note', from: [['DatabarData', 'szUserText']] },
];
