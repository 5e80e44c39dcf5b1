import type { XmlRule } from '../../xml-values.ts';

export const SCAN = 'acquisition/scan';

/**
 * The form as RosettaSciIO reads it (rsciio/phenom, and what its tests find in a file of a Phenom XL: pixelWidth in nm,
 * workingDistance in mm, dwellTime in ns, samplePosition in metres). A unit of this table stands in where the element
 * names none; a length without one is not read, for both nm and µm occur. Left out: appliedContrast and
 * appliedBrightness, whose scale nobody states.
 */
export const PHENOM_RULES: readonly XmlRule[] = [
  { term: 'working_distance', from: ['workingDistance'], unitAttribute: 'unit', unit: 'mm' },
  { term: 'pixel_size_x', from: ['pixelWidth'], unitAttribute: 'unit' },
  { term: 'pixel_size_y', from: ['pixelHeight'], unitAttribute: 'unit' },
  { term: 'databar_height', from: ['databarHeight'] },
  { term: 'dwell_time', from: [`${SCAN}/dwellTime`], unitAttribute: 'unit', unit: 'ns' },
  { term: 'spot_size', from: [`${SCAN}/spotSize`] },
  { term: 'emission_current', from: [`${SCAN}/emissionCurrent`], unitAttribute: 'unit', unit: 'µA' },
  { term: 'frame_integration', from: ['integrations'] },
  { term: 'stigmator_x', from: [`${SCAN}/stigmator/x`] },
  { term: 'stigmator_y', from: [`${SCAN}/stigmator/y`] },
  { term: 'stage_x', from: ['samplePosition/x'], unitAttribute: 'unit', unit: 'm' },
  { term: 'stage_y', from: ['samplePosition/y'], unitAttribute: 'unit', unit: 'm' },
  { term: 'detector_name', from: [`${SCAN}/detector`] },
  // An estimate by its name; readers of the form take it for pascals.
  { term: 'chamber_pressure', from: ['samplePressureEstimate'], unitAttribute: 'unit', unit: 'Pa', trust: 'low' },
  { term: 'instrument_model', from: ['instrument/type'] },
  { term: 'instrument_serial', from: ['instrument/uniqueID'] },
  { term: 'software_version', from: ['instrument/softwareVersion'] },
  { term: 'operator', from: ['currentUser'] },
  { term: 'image_name', from: ['databarLabel'] },
];
