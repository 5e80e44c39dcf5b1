import type { XmlRule } from '../../xml-values.ts';

/**
 * Elements and default units of the OME schema 2016-06 (http://www.openmicroscopy.org/Schemas/OME/2016-06): a physical
 * size without a unit is in micrometres, a stage label without one in a frame of its own, which is no length. The first
 * image counts. A program wrote this from what it had read elsewhere, so it is derived.
 */
export const OME_RULES: readonly XmlRule[] = [
  { term: 'pixel_size_x', from: ['Image/Pixels@PhysicalSizeX'], unitAttribute: 'PhysicalSizeXUnit', unit: 'µm' },
  { term: 'pixel_size_y', from: ['Image/Pixels@PhysicalSizeY'], unitAttribute: 'PhysicalSizeYUnit', unit: 'µm' },
  { term: 'image_width', from: ['Image/Pixels@SizeX'] },
  { term: 'image_height', from: ['Image/Pixels@SizeY'] },
  { term: 'vendor', from: ['Instrument/Microscope@Manufacturer'] },
  { term: 'instrument_model', from: ['Instrument/Microscope@Model'] },
  { term: 'instrument_serial', from: ['Instrument/Microscope@SerialNumber'] },
  { term: 'detector_name', from: ['Instrument/Detector@Model'] },
  { term: 'software_version', from: ['@Creator'], trust: 'low' },
  { term: 'operator', from: ['Experimenter@UserName', 'Experimenter@LastName'], trust: 'low' },
  { term: 'image_name', from: ['Image@Name'], trust: 'low' },
  { term: 'note', from: ['Image/Description'], trust: 'low' },
];

export const STAGE_LABEL = 'Image/StageLabel';
export const STAGE_AXES = [
  ['stage_x', 'X'],
  ['stage_y', 'Y'],
  ['stage_z', 'Z'],
] as const;
