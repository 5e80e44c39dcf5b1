import type { Trust } from '../../../domain/record.ts';
import type { Term } from '../../../domain/terms.ts';

export interface JeolRule {
  term: Term;
  /** Keys without their dollars. */
  names: readonly string[];
  /** Unit of the number, which JEOL never writes: as public readers and the data bar of the picture agree. */
  unit?: string;
  trust?: Trust;
}

/** Contrast, brightness and stigmators count steps of a converter: they have no unit and stay in the header's own words. */
export const JEOL_RULES: readonly JeolRule[] = [
  { term: 'acceleration_voltage', names: ['CM_ACCEL_VOLT'], unit: 'kV' },
  // Gentle beam: gun voltage less bias is the accelerating voltage (3.00 - 2.00 = 1.00 in a file of a JSM-7600F).
  { term: 'deceleration_voltage', names: ['SM_GB_BIAS_VOLT'], unit: 'kV', trust: 'derived' },
  { term: 'working_distance', names: ['SM_WD'], unit: 'mm' },
  { term: 'magnification', names: ['CM_MAG'] },
  { term: 'emission_current', names: ['SM_EMI_CURRENT'], unit: 'uA' },
  { term: 'probe_number', names: ['SM_PROBE_NO'] },
  { term: 'aperture_number', names: ['SM_OL_APERTURE'] },
  { term: 'scan_speed', names: ['CM_SCAN_SPEED'] },
  { term: 'frame_time', names: ['CM_PROCESS_TIME'], unit: 's', trust: 'derived' },
  { term: 'frame_integration', names: ['SM_INTEG_NO'], trust: 'derived' },
  { term: 'scan_rotation', names: ['SM_SCAN_ROTATION'], unit: 'deg' },
  { term: 'detector_name', names: ['CM_SIGNAL', 'CM_DETECTOR', 'CM_SIGNAL_NAME', 'CM_DETECTOR_NAME'] },
  { term: 'vacuum_mode', names: ['SM_VACUUM_MODE_FOR_SPECIMEN_CHAMBER'] },
  { term: 'instrument_model', names: ['CM_INSTRUMENT'] },
  // Stands below $CM_FORMAT and may be the version of the header rather than of the program.
  { term: 'software_version', names: ['CM_VERSION'], trust: 'low' },
  { term: 'operator', names: ['CM_OPERATOR'] },
  { term: 'image_name', names: ['CM_TITLE'] },
  { term: 'note', names: ['CM_COMMENT'] },
];

/** Items of $CM_STAGE_POS in their order; what the sixth one says is not known. */
export const STAGE_ITEMS: readonly { term: Term; unit: string }[] = [
  { term: 'stage_x', unit: 'mm' },
  { term: 'stage_y', unit: 'mm' },
  { term: 'stage_z', unit: 'mm' },
  { term: 'stage_rotation', unit: 'deg' },
  { term: 'stage_tilt', unit: 'deg' },
];
