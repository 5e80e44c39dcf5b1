import type { Term } from '../../../domain/terms.ts';
import type { Beam } from './parse.ts';

/** Places of a term in order of preference; @beam, @scan and @detector stand for the active sections. All numbers are SI. */
export interface FeiRule {
  term: Term;
  from: readonly (readonly [section: string, key: string])[];
  /** Only for images of these beams: the navigation camera has no high voltage, whatever [Beam] still says. */
  beams?: readonly Beam[];
}

const CHARGED: readonly Beam[] = ['electron', 'ion'];
const ELECTRON: readonly Beam[] = ['electron'];

export const FEI_RULES: readonly FeiRule[] = [
  {
    term: 'acceleration_voltage',
    from: [
      ['@beam', 'HV'],
      ['Beam', 'HV'],
    ],
    beams: CHARGED,
  },
  {
    term: 'landing_energy',
    from: [
      ['EBeamDeceleration', 'LandingEnergy'],
      ['CathodeLens', 'LandingEnergy'],
    ],
    beams: ELECTRON,
  },
  {
    term: 'deceleration_voltage',
    from: [
      ['EBeamDeceleration', 'StageBias'],
      ['CathodeLens', 'CathodeLensVoltage'],
    ],
    beams: ELECTRON,
  },
  {
    term: 'beam_deceleration',
    from: [
      ['EBeamDeceleration', 'ModeOn'],
      ['CathodeLens', 'ModeIsOn'],
    ],
    beams: ELECTRON,
  },
  {
    term: 'working_distance',
    from: [
      ['@beam', 'WD'],
      ['Stage', 'WorkingDistance'],
    ],
    beams: CHARGED,
  },
  {
    term: 'field_of_view_x',
    from: [
      ['@beam', 'HFW'],
      ['@scan', 'HorFieldsize'],
      ['Scan', 'HorFieldsize'],
    ],
  },
  {
    term: 'field_of_view_y',
    from: [
      ['@beam', 'VFW'],
      ['@scan', 'VerFieldsize'],
      ['Scan', 'VerFieldsize'],
    ],
  },
  {
    term: 'pixel_size_x',
    from: [
      ['@scan', 'PixelWidth'],
      ['Scan', 'PixelWidth'],
    ],
  },
  {
    term: 'pixel_size_y',
    from: [
      ['@scan', 'PixelHeight'],
      ['Scan', 'PixelHeight'],
    ],
  },
  { term: 'image_width', from: [['Image', 'ResolutionX']] },
  { term: 'image_height', from: [['Image', 'ResolutionY']] },
  { term: 'databar_height', from: [['PrivateFei', 'DatabarHeight']] },
  { term: 'probe_current', from: [['@beam', 'BeamCurrent']] },
  { term: 'emission_current', from: [['@beam', 'EmissionCurrent']] },
  { term: 'specimen_current', from: [['Specimen', 'SpecimenCurrent']] },
  { term: 'spot_size', from: [['Beam', 'Spot']], beams: CHARGED },
  { term: 'aperture_size', from: [['@beam', 'ApertureDiameter']] },
  {
    term: 'dwell_time',
    from: [
      ['@scan', 'Dwell'],
      ['Scan', 'Dwelltime'],
    ],
  },
  {
    term: 'frame_time',
    from: [
      ['@scan', 'FrameTime'],
      ['Scan', 'FrameTime'],
    ],
  },
  { term: 'line_time', from: [['@scan', 'LineTime']] },
  {
    term: 'frame_average',
    from: [
      ['Image', 'Average'],
      ['Scan', 'Average'],
    ],
  },
  {
    term: 'frame_integration',
    from: [
      ['Image', 'Integrate'],
      ['Scan', 'Integrate'],
    ],
  },
  {
    term: 'scan_rotation',
    from: [
      ['@beam', 'ScanRotation'],
      ['Beam', 'ScanRotation'],
    ],
  },
  {
    term: 'stage_x',
    from: [
      ['Stage', 'StageX'],
      ['@beam', 'StageX'],
    ],
  },
  {
    term: 'stage_y',
    from: [
      ['Stage', 'StageY'],
      ['@beam', 'StageY'],
    ],
  },
  {
    term: 'stage_z',
    from: [
      ['Stage', 'StageZ'],
      ['@beam', 'StageZ'],
    ],
  },
  {
    term: 'stage_rotation',
    from: [
      ['Stage', 'StageR'],
      ['@beam', 'StageR'],
    ],
  },
  // [Stage] writes StageT, the beams write StageTa.
  {
    term: 'stage_tilt',
    from: [
      ['Stage', 'StageT'],
      ['@beam', 'StageTa'],
    ],
  },
  {
    term: 'tilt_correction',
    from: [
      ['@beam', 'TiltCorrectionIsOn'],
      ['@beam', 'TiltCorrection'],
    ],
  },
  { term: 'tilt_correction_angle', from: [['@beam', 'TiltCorrectionAngle']] },
  { term: 'pre_tilt', from: [['@beam', 'PreTilt']] },
  { term: 'dynamic_focus', from: [['@beam', 'DynamicFocusIsOn']] },
  {
    term: 'stigmator_x',
    from: [
      ['@beam', 'StigmatorX'],
      ['Beam', 'StigmatorX'],
    ],
  },
  {
    term: 'stigmator_y',
    from: [
      ['@beam', 'StigmatorY'],
      ['Beam', 'StigmatorY'],
    ],
  },
  { term: 'detector_name', from: [['Detectors', 'Name']] },
  {
    term: 'detector_mode',
    from: [
      ['Detectors', 'Mode'],
      ['@detector', 'Signal'],
    ],
    beams: CHARGED,
  },
  { term: 'detector_bias', from: [['@detector', 'Grid']] },
  { term: 'brightness', from: [['@detector', 'Brightness']] },
  { term: 'contrast', from: [['@detector', 'Contrast']] },
  { term: 'chamber_pressure', from: [['Vacuum', 'ChPressure']] },
  { term: 'vacuum_mode', from: [['Vacuum', 'UserMode']] },
  { term: 'chamber_gas', from: [['Vacuum', 'Gas']] },
  { term: 'specimen_temperature', from: [['Specimen', 'Temperature']] },
  { term: 'instrument_serial', from: [['System', 'Dnumber']] },
  { term: 'software_version', from: [['System', 'Software']] },
  // The source of the active beam: an ion image comes from argon or gallium, not from the electron gun.
  {
    term: 'emitter',
    from: [
      ['@beam', 'Source'],
      ['System', 'Source'],
    ],
    beams: CHARGED,
  },
  {
    term: 'column',
    from: [
      ['@beam', 'ColumnType'],
      ['System', 'Column'],
    ],
    beams: CHARGED,
  },
  { term: 'operator', from: [['User', 'User']] },
];
