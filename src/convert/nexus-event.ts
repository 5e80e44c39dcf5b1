import type { Acquisition, MicrographRecord } from '../domain/record.ts';
import type { Hdf5Tree } from './hdf5-tree.ts';
import { booleanPath, EVENT_INSTRUMENT } from './nexus-paths.ts';

/** The state of the microscope while the picture was taken; a group of which nothing is known is left out. */
export function writeEvent(tree: Hdf5Tree, record: Pick<MicrographRecord, 'acquisition'>): void {
  const { acquisition } = record;
  writeOptics(tree, acquisition);
  if (acquisition.beam === 'ion') writeIonColumn(tree, acquisition);
  else writeElectronColumn(tree, acquisition);
  writeStage(tree, acquisition);
  writePressure(tree, acquisition.chamberPressurePa);
  if (acquisition.detectorMode !== undefined) {
    tree.group(`${EVENT_INSTRUMENT}/detector1`, 'NXdetector');
    tree.text(`${EVENT_INSTRUMENT}/detector1/operation_mode`, acquisition.detectorMode);
  }
}

function anyKnown(...values: readonly (number | boolean | undefined)[]): boolean {
  return values.some((value) => value !== undefined);
}

function writeOptics(tree: Hdf5Tree, acquisition: Acquisition): void {
  const numbers = [
    ['magnification', acquisition.magnification, undefined],
    ['working_distance', acquisition.workingDistanceM, 'm'],
    ['field_of_view', acquisition.pixelSizeXM === undefined ? undefined : acquisition.fieldWidthM, 'm'],
    ['probe_current', acquisition.probeCurrentA, 'A'],
    ['rotation', acquisition.scanRotationRad, 'rad'],
  ] as const;
  const switches = [
    ['tilt_correction', acquisition.tiltCorrection],
    ['dynamic_focus_correction', acquisition.dynamicFocus],
  ] as const;
  if (!anyKnown(...numbers.map(([, value]) => value), ...switches.map(([, value]) => value))) return;
  const path = `${EVENT_INSTRUMENT}/optics`;
  tree.group(path, 'NXem_optical_system');
  for (const [name, value, units] of numbers) {
    if (value !== undefined) tree.number(`${path}/${name}`, value, units);
  }
  for (const [name, value] of switches) {
    if (value !== undefined) tree.link(booleanPath(value), `${path}/${name}`);
  }
}

function writeElectronColumn(tree: Hdf5Tree, acquisition: Acquisition): void {
  const column = `${EVENT_INSTRUMENT}/ebeam_column`;
  const { accelerationVoltageV, emissionCurrentA, stigmatorX, stigmatorY, apertureSizeM } = acquisition;
  if (anyKnown(accelerationVoltageV, emissionCurrentA)) {
    tree.group(`${column}/electron_source`, 'NXsource');
    tree.number(`${column}/electron_source/voltage`, accelerationVoltageV ?? Number.NaN, 'V');
    if (emissionCurrentA !== undefined) {
      tree.number(`${column}/electron_source/emission_current`, emissionCurrentA, 'A');
    }
  }
  writeScan(tree, column, acquisition.dwellTimeS);
  if (anyKnown(stigmatorX, stigmatorY)) {
    tree.group(`${column}/corrector_ax`, 'NXelectromagnetic_lens');
    tree.link(booleanPath(true), `${column}/corrector_ax/applied`);
    tree.number(`${column}/corrector_ax/value_x`, stigmatorX ?? Number.NaN);
    tree.number(`${column}/corrector_ax/value_y`, stigmatorY ?? Number.NaN);
  }
  if (apertureSizeM !== undefined) {
    tree.group(`${column}/aperture1`, 'NXaperture');
    tree.number(`${column}/aperture1/size`, apertureSizeM, 'm');
  }
}

/** NXem knows stigmator and aperture size for electrons only; those of an ion picture stay in the attached record. */
function writeIonColumn(tree: Hdf5Tree, acquisition: Acquisition): void {
  const column = `${EVENT_INSTRUMENT}/ibeam_column`;
  const source = `${column}/ion_source`;
  tree.group(column, 'NXibeam_column');
  tree.group(source, 'NXsource');
  // Which ion, and how many of them, no header says; NXem demands the names all the same.
  tree.group(`${source}/probe`, 'NXatom');
  tree.number(`${source}/flux`, Number.NaN, '1/s');
  tree.number(`${source}/voltage`, acquisition.accelerationVoltageV ?? Number.NaN, 'V');
  writeScan(tree, column, acquisition.dwellTimeS);
}

function writeScan(tree: Hdf5Tree, column: string, dwellTimeS: number | undefined): void {
  if (dwellTimeS === undefined) return;
  tree.group(`${column}/scan_controller`, 'NXscan_controller');
  tree.text(`${column}/scan_controller/scan_schema`, 'raster');
  tree.number(`${column}/scan_controller/dwell_time`, dwellTimeS, 's');
}

/** NXem wants the whole stage or none of it: an axis the header is silent about is NaN. */
function writeStage(tree: Hdf5Tree, acquisition: Acquisition): void {
  const { stageXM, stageYM, stageZM, stageRotationRad, stageTiltRad } = acquisition;
  if (!anyKnown(stageXM, stageYM, stageZM, stageRotationRad, stageTiltRad)) return;
  const path = `${EVENT_INSTRUMENT}/stage1`;
  const position = Float64Array.of(stageXM ?? Number.NaN, stageYM ?? Number.NaN, stageZM ?? Number.NaN);
  tree.group(path, 'NXmanipulator');
  tree.array(`${path}/position`, position, [position.length]);
  tree.attribute(`${path}/position`, 'units', 'm');
  tree.number(`${path}/rotation`, stageRotationRad ?? Number.NaN, 'rad');
  tree.number(`${path}/tilt1`, stageTiltRad ?? Number.NaN, 'rad');
  tree.number(`${path}/tilt2`, Number.NaN, 'rad');
}

function writePressure(tree: Hdf5Tree, pressurePa: number | undefined): void {
  if (pressurePa === undefined) return;
  tree.group(`${EVENT_INSTRUMENT}/sensor1`, 'NXsensor');
  tree.text(`${EVENT_INSTRUMENT}/sensor1/measurement`, 'pressure');
  tree.number(`${EVENT_INSTRUMENT}/sensor1/value`, pressurePa, 'Pa');
}
