import type { XmlRule } from '../../xml-values.ts';

export const POSITION = 'StageSettings/StagePosition';
const DETECTOR = 'Detectors/ScanningDetector';

/**
 * Every number is SI; checked against the INI text beside the XML in three files (Helios G4 PFIB, software 14.5.1).
 * Left out on purpose: `Optics/SpotSize` is a diameter in metres, not the spot number; `ScanningDetector/GridVoltage`
 * belongs to another detector in all three known files (0 or 600 V where the INI text has 250 V for the ETD).
 */
export const TFS_RULES: readonly XmlRule[] = [
  { term: 'acceleration_voltage', from: ['Optics/AccelerationVoltage'], unit: 'V' },
  { term: 'deceleration_voltage', from: ['Optics/DecelerationVoltage'], unit: 'V' },
  { term: 'working_distance', from: ['Optics/WorkingDistance'], unit: 'm' },
  { term: 'field_of_view_x', from: ['Optics/ScanFieldOfView/X'], unit: 'm' },
  { term: 'field_of_view_y', from: ['Optics/ScanFieldOfView/Y'], unit: 'm' },
  { term: 'image_width', from: ['BinaryResult/ImageSize/X', 'ScanSettings/ScanSize/Width'] },
  { term: 'image_height', from: ['BinaryResult/ImageSize/Y', 'ScanSettings/ScanSize/Height'] },
  { term: 'probe_current', from: ['Optics/BeamCurrent'], unit: 'A' },
  { term: 'aperture_size', from: ['Optics/Apertures/Aperture/Diameter'], unit: 'm' },
  { term: 'tilt_correction', from: ['Optics/SampleTiltCorrectionOn'] },
  // The INI text writes the same number as TiltCorrectionAngle and leaves PreTilt empty.
  { term: 'tilt_correction_angle', from: ['Optics/SamplePreTiltAngle'], unit: 'rad', trust: 'derived' },
  { term: 'stigmator_x', from: ['Optics/StigmatorRaw/X'] },
  { term: 'stigmator_y', from: ['Optics/StigmatorRaw/Y'] },
  { term: 'dwell_time', from: ['ScanSettings/DwellTime'], unit: 's' },
  { term: 'line_time', from: ['ScanSettings/LineTime'], unit: 's' },
  { term: 'frame_time', from: ['ScanSettings/FrameTime'], unit: 's' },
  { term: 'scan_rotation', from: ['ScanSettings/ScanRotation'], unit: 'rad' },
  { term: 'stage_rotation', from: [`${POSITION}/Rotation`], unit: 'rad' },
  { term: 'stage_tilt', from: [`${POSITION}/Tilt/Alpha`], unit: 'rad' },
  { term: 'detector_name', from: [`${DETECTOR}/DetectorName`] },
  { term: 'detector_mode', from: [`${DETECTOR}/Signal`] },
  { term: 'brightness', from: [`${DETECTOR}/BrightnessNormalized`] },
  { term: 'contrast', from: [`${DETECTOR}/ContrastNormalized`] },
  { term: 'chamber_pressure', from: ['VacuumProperties/SamplePressure'], unit: 'Pa' },
  { term: 'instrument_model', from: ['Instrument/InstrumentModel', 'Instrument/InstrumentClass'] },
  { term: 'instrument_serial', from: ['Instrument/InstrumentID', 'Instrument/InstrumentId'] },
  { term: 'software_version', from: ['Instrument/ControlSoftwareVersion'] },
  { term: 'emitter', from: ['Acquisition/SourceType'] },
  { term: 'column', from: ['Acquisition/ColumnType'] },
  { term: 'operator', from: ['Core/UserID'] },
];
