import type { Trust } from '../../../domain/record.ts';
import type { Term } from '../../../domain/terms.ts';

export interface TescanRule {
  term: Term;
  names: readonly string[];
  /** Unit of the number where it is not the SI unit of the term: angles are written in degrees. */
  unit?: string;
  trust?: Trust;
}

/** Section [MAIN]: the file and the instrument. */
export const MAIN_RULES: readonly TescanRule[] = [
  { term: 'magnification', names: ['Magnification'] },
  { term: 'pixel_size_x', names: ['PixelSizeX'] },
  { term: 'pixel_size_y', names: ['PixelSizeY'] },
  { term: 'databar_height', names: ['ImageStripSize'] },
  { term: 'frame_average', names: ['AccFrames'] },
  { term: 'instrument_model', names: ['Device', 'DeviceModel'] },
  { term: 'instrument_serial', names: ['SerialNumber'] },
  { term: 'software_version', names: ['SoftwareVersion'] },
  { term: 'operator', names: ['FullUserName', 'UserName'] },
  { term: 'note', names: ['Description', 'Note'] },
  { term: 'image_name', names: ['OrigFileName'] },
];

/** Section [SEM] or, of an image made with the ion column, [FIB]. */
export const COLUMN_RULES: readonly TescanRule[] = [
  { term: 'acceleration_voltage', names: ['HV', 'AcceleratorVoltage'] },
  { term: 'deceleration_voltage', names: ['SampleVoltage'] },
  { term: 'working_distance', names: ['WD'] },
  // Computed by the software from the settings of the lenses, not measured in the beam.
  { term: 'probe_current', names: ['PredictedBeamCurrent'], trust: 'derived' },
  { term: 'emission_current', names: ['EmissionCurrent'] },
  { term: 'specimen_current', names: ['SpecimenCurrent'] },
  { term: 'spot_diameter', names: ['SpotSize'] },
  { term: 'aperture_size', names: ['ApertureDiameter'] },
  { term: 'dwell_time', names: ['DwellTime'] },
  { term: 'scan_speed', names: ['ScanSpeed'] },
  { term: 'scan_rotation', names: ['ScanRotation'], unit: 'deg' },
  { term: 'stage_x', names: ['StageX'] },
  { term: 'stage_y', names: ['StageY'] },
  { term: 'stage_z', names: ['StageZ'] },
  { term: 'stage_rotation', names: ['StageRotation'], unit: 'deg' },
  { term: 'stage_tilt', names: ['StageTilt'], unit: 'deg' },
  // No reader states its unit; every other angle of this header is in degrees.
  { term: 'tilt_correction_angle', names: ['TiltCorrection'], unit: 'deg', trust: 'derived' },
  { term: 'stigmator_x', names: ['StigmatorX'] },
  { term: 'stigmator_y', names: ['StigmatorY'] },
  { term: 'detector_name', names: ['Detector', 'Detector0'] },
  { term: 'brightness', names: ['Detector0Offset', 'PrimaryDetectorOffset'] },
  { term: 'contrast', names: ['Detector0Gain', 'PrimaryDetectorGain'] },
  { term: 'chamber_pressure', names: ['ChamberPressure'] },
  { term: 'chamber_gas', names: ['InjectedGas'] },
  { term: 'emitter', names: ['Gun'] },
];
