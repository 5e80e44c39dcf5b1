import type { Term } from '../../../domain/terms.ts';
import type { XmlRule } from '../../xml-values.ts';

const units = { unitAttribute: 'units' } as const;

/**
 * Places as tomo_mapper (TOMO_zeiss_image.json) and NexusLIMS (orion_HIM_tif) read them, checked on a file of an Auriga
 * (AtlasEngine v5.0). Numbers without a `units` attribute are read as those readers do.
 */
export const ATLAS_RULES: readonly XmlRule[] = [
  { term: 'field_of_view_x', from: ['Scan/FOV_X'], ...units, unit: 'µm' },
  { term: 'field_of_view_y', from: ['Scan/FOV_Y'], ...units, unit: 'µm' },
  { term: 'image_width', from: ['Image/Width'] },
  { term: 'image_height', from: ['Image/Height'] },
  { term: 'dwell_time', from: ['Scan/Dwell'], ...units, unit: 'ns' },
  { term: 'scan_rotation', from: ['Scan/ScanRot'], ...units, unit: 'deg' },
  // Called Focus and without a unit; tomo_mapper maps it to the working distance, and SmartSEM keeps that in metres.
  { term: 'working_distance', from: ['Scan/Focus'], ...units, unit: 'm', trust: 'derived' },
  // SmartSEM shows the same stigmators in per cent (AP_STIG_X).
  { term: 'stigmator_x', from: ['Scan/StigX'], ...units, unit: '%', trust: 'derived' },
  { term: 'stigmator_y', from: ['Scan/StigY'], ...units, unit: '%', trust: 'derived' },
  { term: 'stage_x', from: ['Stage/X'], ...units },
  { term: 'stage_y', from: ['Stage/Y'], ...units },
  { term: 'stage_z', from: ['Stage/Z'], ...units },
  { term: 'stage_rotation', from: ['Stage/Rot'], ...units, unit: 'deg' },
  { term: 'stage_tilt', from: ['Stage/Tilt'], ...units, unit: 'deg' },
  { term: 'detector_name', from: ['Image/Detector'] },
  { term: 'contrast', from: ['Image/Contrast'] },
  { term: 'brightness', from: ['Image/Brightness'] },
  { term: 'software_version', from: ['Application/Version'] },
  // The name that the laboratory gave its machine ("INT-AURIGA").
  { term: 'instrument_model', from: ['Image/Machine'], trust: 'low' },
  { term: 'image_name', from: ['ATLAS3D/Stack/Name'] },
];

/** Values of the microscope that Atlas copies as texts with a name; SmartSEM writes the units, NPVE none. */
export const ATLAS_ITEMS: readonly { term: Term; item: string; unit?: string }[] = [
  { term: 'acceleration_voltage', item: 'BeamInfo/item[AccV]', unit: 'V' },
  { term: 'acceleration_voltage', item: 'BeamInfo/item[EHT]' },
  { term: 'probe_current', item: 'BeamInfo/item[BeamI]', unit: 'pA' },
  { term: 'emission_current', item: 'BeamInfo/item[Ext I]' },
  { term: 'filament_current', item: 'BeamInfo/item[Fil I]' },
  { term: 'tilt_correction_angle', item: 'ScanInfo/item[Tilt Corrn. Angle]', unit: 'deg' },
  { term: 'detector_bias', item: 'DetectorInfo/item[Collector]', unit: 'V' },
];

/** "[1] 30 µm [HC] (5.0 kV)" on an Auriga, "5 kV | 700 pA" or "30kV:600pA" elsewhere. */
export const APERTURE_PARTS: readonly { term: Term; part: RegExp }[] = [
  { term: 'aperture_size', part: /(?<![\d.])\d{1,5}(?:\.\d{1,5})? ?[µμu?]m\b/ },
  { term: 'acceleration_voltage', part: /(?<![\d.])\d{1,5}(?:\.\d{1,5})? ?kV\b/ },
  { term: 'probe_current', part: /(?<![\d.])\d{1,5}(?:\.\d{1,5})? ?[pnµμu?]A\b/ },
];
