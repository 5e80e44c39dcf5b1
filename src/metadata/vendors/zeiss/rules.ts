import type { Term } from '../../../domain/terms.ts';

/** Where SmartSEM states a term: the key, else its label (odd versions), else a line of the unnamed numbers. */
export interface ZeissRule {
  term: Term;
  keys: readonly string[];
  label?: string;
  /** Index into the unnamed numbers, and the unit they are in. */
  number?: { index: number; unit?: string };
}

export const ZEISS_RULES: readonly ZeissRule[] = [
  // AP_MANUALKV is the target: what was asked for, not what was applied.
  { term: 'acceleration_voltage', keys: ['AP_ACTUALKV'], label: 'eht', number: { index: 6, unit: 'V' } },
  { term: 'landing_energy', keys: ['AP_LANDING_ENERGY'] },
  { term: 'deceleration_voltage', keys: ['AP_STAGE_BIAS_VOLTAGE_HIGH'] },
  { term: 'beam_deceleration', keys: ['DP_STAGE_BIAS_HIGH'] },
  { term: 'working_distance', keys: ['AP_WD'], label: 'wd', number: { index: 9, unit: 'm' } },
  { term: 'magnification', keys: ['AP_MAG'], label: 'mag', number: { index: 4 } },
  { term: 'field_of_view_x', keys: ['AP_WIDTH'], label: 'width' },
  { term: 'field_of_view_y', keys: ['AP_HEIGHT'], label: 'height' },
  { term: 'probe_current', keys: ['AP_IPROBE'], label: 'i probe', number: { index: 8, unit: 'A' } },
  { term: 'emission_current', keys: ['AP_EXTCURRENT'], label: 'extractor i' },
  // The heating current of the filament (2.3 A) is no emission current.
  { term: 'filament_current', keys: ['AP_ACTUALCURRENT'], label: 'fil i' },
  { term: 'specimen_current', keys: ['AP_SCM'], label: 'specimen i' },
  { term: 'spot_size', keys: ['AP_SPOTSIZE'], label: 'spot size' },
  { term: 'aperture_size', keys: ['AP_APERTURESIZE'], label: 'aperture size' },
  { term: 'dwell_time', keys: ['DP_DWELL_TIME'], label: 'dwell time' },
  { term: 'frame_time', keys: ['AP_FRAME_TIME'], label: 'cycle time' },
  { term: 'line_time', keys: ['AP_LINE_TIME'], label: 'line time' },
  { term: 'scan_speed', keys: ['DP_SCANRATE'], label: 'scan speed' },
  { term: 'noise_reduction', keys: ['DP_NOISE_REDUCTION'], label: 'noise reduction' },
  { term: 'stage_x', keys: ['AP_STAGE_AT_X'], label: 'stage at x' },
  { term: 'stage_y', keys: ['AP_STAGE_AT_Y'], label: 'stage at y' },
  { term: 'stage_z', keys: ['AP_STAGE_AT_Z'], label: 'stage at z' },
  { term: 'stage_rotation', keys: ['AP_STAGE_AT_R'], label: 'stage at r' },
  { term: 'stage_tilt', keys: ['AP_STAGE_AT_T'], label: 'stage at t' },
  { term: 'tilt_correction', keys: ['DP_TILT_CORRECTION'], label: 'tilt corrn.' },
  { term: 'tilt_correction_angle', keys: ['AP_TILT_ANGLE'], label: 'tilt angle' },
  { term: 'dynamic_focus', keys: ['DP_DYNFOCUS'], label: 'dyn.focus' },
  { term: 'stigmator_x', keys: ['AP_STIG_X'], label: 'stigmation x' },
  { term: 'stigmator_y', keys: ['AP_STIG_Y'], label: 'stigmation y' },
  { term: 'detector_name', keys: ['DP_DETECTOR_CHANNEL', 'DP_DETECTOR_TYPE'], label: 'signal a' },
  { term: 'detector_bias', keys: ['AP_COLLECTOR_BIAS'], label: 'collector bias' },
  { term: 'brightness', keys: ['AP_BRIGHTNESS'], label: 'brightness' },
  { term: 'contrast', keys: ['AP_CONTRAST'], label: 'contrast' },
  { term: 'chamber_pressure', keys: ['AP_SYSTEM_VAC', 'AP_CHAMBER_PRESSURE'], label: 'system vacuum' },
  { term: 'gun_vacuum', keys: ['AP_COLUMN_VAC'], label: 'gun vacuum' },
  { term: 'instrument_model', keys: ['DP_SEM'], label: 'sem' },
  { term: 'instrument_serial', keys: ['SV_SERIAL_NUMBER'], label: 'serial no.' },
  { term: 'software_version', keys: ['SV_VERSION'], label: 'version' },
  // DP_COLUMN_TYPE names the column ("Merlin"), not what emits.
  { term: 'emitter', keys: ['DP_FILAMENT_TYPE'], label: 'gun' },
  { term: 'column', keys: ['DP_COLUMN_TYPE'], label: 'column' },
  { term: 'operator', keys: ['SV_OPERATOR', 'SV_USER_NAME'] },
  { term: 'sample_name', keys: ['SV_USER_TEXT', 'SV_SAMPLE_ID'] },
  { term: 'sample_id', keys: ['SV_SAMPLE_ID'] },
  { term: 'image_name', keys: ['SV_FILE_NAME'] },
];
