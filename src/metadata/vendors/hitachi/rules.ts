import type { Trust } from '../../../domain/record.ts';
import type { Term } from '../../../domain/terms.ts';

export interface HitachiRule {
  term: Term;
  key?: string;
  /** Unit of a number written without one, as public readers and real files agree. */
  unit?: string;
  /** Name of the part of the old Condition line. */
  condition?: string;
  trust?: Trust;
}

export const HITACHI_RULES: readonly HitachiRule[] = [
  { term: 'acceleration_voltage', key: 'AcceleratingVoltage', unit: 'V', condition: 'vacc' },
  { term: 'deceleration_voltage', key: 'DecelerationVoltage', unit: 'V' },
  { term: 'working_distance', key: 'WorkingDistance', unit: 'um', condition: 'wd' },
  { term: 'magnification', key: 'Magnification', condition: 'mag' },
  // Nanometres, not micrometres (ome/bioformats pull request 3809).
  { term: 'pixel_size_x', key: 'PixelSize', unit: 'nm' },
  { term: 'pixel_size_y', key: 'PixelSize', unit: 'nm' },
  // Written with nA or µA; without a unit it could be either and is not read.
  { term: 'emission_current', key: 'EmissionCurrent' },
  { term: 'filament_current', key: 'FilamentCurrent' },
  { term: 'scan_speed', key: 'ScanSpeed' },
  // The units of the stage are inferred from real positions.
  { term: 'stage_x', key: 'StagePositionX', unit: 'nm', trust: 'derived' },
  { term: 'stage_y', key: 'StagePositionY', unit: 'nm', trust: 'derived' },
  { term: 'stage_z', key: 'StagePositionZ', unit: 'nm', trust: 'derived' },
  { term: 'stage_rotation', key: 'StagePositionR', unit: 'deg', trust: 'derived' },
  { term: 'stage_tilt', key: 'StagePositionT', unit: 'deg', trust: 'derived' },
  { term: 'detector_name', key: 'SignalName' },
  // "High" or "50": a mode whose number has no known unit.
  { term: 'vacuum_mode', key: 'Vacuum' },
  { term: 'instrument_model', key: 'InstructName' },
  { term: 'instrument_serial', key: 'SerialNumber' },
  { term: 'software_version', key: 'SemVersion' },
  { term: 'sample_name', key: 'SampleName' },
  { term: 'image_name', key: 'ImageName' },
];
