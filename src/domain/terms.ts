import type { Acquisition, Instrument } from './record.ts';
import type { QuantityKind } from './units.ts';
import { SI_UNITS } from './units.ts';

/** How the value of a term is read. `text` keeps characters, `switch` is on or off, `local-time` an ISO time without offset. */
export type TermKind = QuantityKind | 'text' | 'switch' | 'local-time';

export interface TermDefinition {
  kind: TermKind;
  /** Unit of the stored value where it differs from the SI unit of the kind. */
  unit?: string;
  /** The field of `acquisition` or `instrument` in record.json that the term fills; none: the term stays in the header. */
  acquisition?: keyof Acquisition;
  instrument?: keyof Instrument;
  /** Zero and below cannot be a measurement (a pixel has a size), so they count as unreadable. */
  positive?: true;
  /** Written by people or guessed by the software; readers should not rely on it. */
  lowTrust?: true;
}

/**
 * The normalised terms: what a vendor's reader may state, and which record field each one fills. The single source for
 * both; a new term is a new line here.
 */
export const TERMS = {
  beam: { kind: 'text', acquisition: 'beam' },
  acceleration_voltage: { kind: 'voltage', acquisition: 'accelerationVoltageV' },
  landing_energy: { kind: 'voltage', unit: 'eV', acquisition: 'landingEnergyEv' },
  deceleration_voltage: { kind: 'voltage', acquisition: 'decelerationVoltageV' },
  beam_deceleration: { kind: 'switch' },
  working_distance: { kind: 'length', acquisition: 'workingDistanceM' },
  magnification: { kind: 'number', acquisition: 'magnification', positive: true },
  field_of_view_x: { kind: 'length', acquisition: 'fieldWidthM', positive: true },
  field_of_view_y: { kind: 'length', acquisition: 'fieldHeightM', positive: true },
  pixel_size_x: { kind: 'length', acquisition: 'pixelSizeXM', positive: true },
  pixel_size_y: { kind: 'length', acquisition: 'pixelSizeYM', positive: true },
  image_width: { kind: 'number', unit: 'px', positive: true },
  image_height: { kind: 'number', unit: 'px', positive: true },
  databar_height: { kind: 'number', unit: 'px' },
  probe_current: { kind: 'current', acquisition: 'probeCurrentA' },
  emission_current: { kind: 'current', acquisition: 'emissionCurrentA' },
  filament_current: { kind: 'current' },
  specimen_current: { kind: 'current', acquisition: 'specimenCurrentA' },
  spot_size: { kind: 'number', acquisition: 'spotSize' },
  // A diameter in metres is no spot size, which is a number without unit on every other vendor's scale.
  spot_diameter: { kind: 'length' },
  // Positions of a switch that count up with the probe current: comparable within one microscope only.
  probe_number: { kind: 'number' },
  aperture_size: { kind: 'length', acquisition: 'apertureSizeM' },
  // Which hole of the strip is in the beam, not how wide it is.
  aperture_number: { kind: 'number' },
  dwell_time: { kind: 'time', acquisition: 'dwellTimeS' },
  frame_time: { kind: 'time', acquisition: 'frameTimeS' },
  line_time: { kind: 'time', acquisition: 'lineTimeS' },
  scan_speed: { kind: 'text' },
  frame_average: { kind: 'number', acquisition: 'frameAverage' },
  frame_integration: { kind: 'number' },
  noise_reduction: { kind: 'text' },
  scan_rotation: { kind: 'angle', acquisition: 'scanRotationRad' },
  stage_x: { kind: 'length', acquisition: 'stageXM' },
  stage_y: { kind: 'length', acquisition: 'stageYM' },
  stage_z: { kind: 'length', acquisition: 'stageZM' },
  stage_rotation: { kind: 'angle', acquisition: 'stageRotationRad' },
  stage_tilt: { kind: 'angle', acquisition: 'stageTiltRad' },
  tilt_correction: { kind: 'switch', acquisition: 'tiltCorrection' },
  tilt_correction_angle: { kind: 'angle', acquisition: 'tiltCorrectionAngleRad' },
  pre_tilt: { kind: 'angle' },
  dynamic_focus: { kind: 'switch', acquisition: 'dynamicFocus' },
  stigmator_x: { kind: 'number', acquisition: 'stigmatorX' },
  stigmator_y: { kind: 'number', acquisition: 'stigmatorY' },
  detector_name: { kind: 'text', acquisition: 'detector' },
  detector_mode: { kind: 'text', acquisition: 'detectorMode' },
  detector_bias: { kind: 'voltage', acquisition: 'detectorBiasV' },
  brightness: { kind: 'percent', acquisition: 'brightnessPercent' },
  contrast: { kind: 'percent', acquisition: 'contrastPercent' },
  chamber_pressure: { kind: 'pressure', acquisition: 'chamberPressurePa' },
  gun_vacuum: { kind: 'pressure', acquisition: 'gunVacuumPa' },
  // A mode is no pressure: it never fills chamberPressurePa.
  vacuum_mode: { kind: 'text' },
  chamber_gas: { kind: 'text' },
  specimen_temperature: { kind: 'temperature', acquisition: 'specimenTemperatureK' },
  vendor: { kind: 'text', instrument: 'vendor' },
  instrument_model: { kind: 'text', instrument: 'model' },
  instrument_serial: { kind: 'text', instrument: 'serialNumber' },
  software_version: { kind: 'text', instrument: 'softwareVersion' },
  emitter: { kind: 'text', instrument: 'emitter' },
  column: { kind: 'text' },
  operator: { kind: 'text', acquisition: 'operator', lowTrust: true },
  sample_name: { kind: 'text', acquisition: 'sampleName', lowTrust: true },
  sample_id: { kind: 'text', lowTrust: true },
  note: { kind: 'text', lowTrust: true },
  image_name: { kind: 'text', lowTrust: true },
  acquired_at: { kind: 'local-time', acquisition: 'acquiredAt' },
} as const satisfies Record<string, TermDefinition>;

export type Term = keyof typeof TERMS;

/** The definition of a term, or undefined for a name that is none. */
export function termDefinition(term: string): TermDefinition | undefined {
  return Object.hasOwn(TERMS, term) ? TERMS[term as Term] : undefined;
}

/** Unit in which the value of a term is stored; undefined for texts, switches and plain numbers. */
export function termUnit(definition: TermDefinition): string | undefined {
  if (definition.unit !== undefined) return definition.unit;
  if (definition.kind === 'text' || definition.kind === 'switch' || definition.kind === 'local-time') return undefined;
  return SI_UNITS[definition.kind] || undefined;
}
