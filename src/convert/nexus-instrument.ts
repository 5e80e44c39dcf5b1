import type { MicrographRecord } from '../domain/record.ts';
import type { Hdf5Tree } from './hdf5-tree.ts';
import { INSTRUMENT } from './nexus-paths.ts';

/** The microscope as it is, apart from any one picture. */
export function writeInstrument(tree: Hdf5Tree, record: Pick<MicrographRecord, 'instrument' | 'acquisition'>): void {
  const { instrument, acquisition } = record;
  if (acquisition.beam === 'ion') tree.replaceText(`${INSTRUMENT}/type`, 'fib');
  if (instrument.id !== undefined) tree.text(`${INSTRUMENT}/name`, instrument.id);
  if (instrument.vendor !== undefined) tree.replaceText(`${INSTRUMENT}/fabrication/vendor`, instrument.vendor);
  if (instrument.model !== undefined) tree.replaceText(`${INSTRUMENT}/fabrication/model`, instrument.model);
  if (instrument.serialNumber !== undefined) {
    tree.text(`${INSTRUMENT}/fabrication/serial_number`, instrument.serialNumber);
  }
  if (instrument.softwareVersion !== undefined) {
    writeSoftware(tree, controlSoftware(instrument.vendor, instrument.softwareVersion), instrument.softwareVersion);
  }
  const emitter = emitterType(instrument.emitter);
  if (emitter !== undefined) {
    tree.group(`${INSTRUMENT}/ebeam_column/electron_source`, 'NXsource');
    tree.text(`${INSTRUMENT}/ebeam_column/electron_source/emitter_type`, emitter);
  }
  if (acquisition.detector !== undefined) {
    tree.group(`${INSTRUMENT}/detector1`, 'NXdetector');
    tree.text(`${INSTRUMENT}/detector1/name`, acquisition.detector);
  }
}

function writeSoftware(tree: Hdf5Tree, name: string, version: string): void {
  tree.group(`${INSTRUMENT}/program1`, 'NXprogram');
  tree.text(`${INSTRUMENT}/program1/program`, name);
  tree.attribute(`${INSTRUMENT}/program1/program`, 'version', version);
}

/**
 * Headers state the version of the control software and not its name, but for Tescan's: "TESCAN Essence Version 1.2.1.0,
 * build 5762". "unknown" for a vendor whose program we do not know.
 */
export function controlSoftware(vendor: string | undefined, version = ''): string {
  if (vendor === undefined) return 'unknown';
  if (/tescan/i.test(vendor)) return /^TESCAN Essence\b/i.exec(version)?.[0] ?? 'unknown';
  if (/zeiss/i.test(vendor)) return 'SmartSEM';
  if (/\bfei\b|thermo/i.test(vendor)) return 'xT';
  return 'unknown';
}

const EMITTERS: readonly (readonly [RegExp, string])[] = [
  [/schottky|thermal[- ]?(field|fe)/i, 'schottky'],
  [/cold[- ]?(cathode|field|fe)|\bcfe(g)?\b/i, 'cold_cathode_field_emitter'],
  [/filament|tungsten|hairpin|thermionic|lab6|ceb6/i, 'filament'],
];

/**
 * NXem's word for the electron emitter, or undefined where the header leaves it open: "FEG" and "field emission" may be a
 * Schottky or a cold emitter.
 */
export function emitterType(emitter: string | undefined): string | undefined {
  if (emitter === undefined) return undefined;
  return EMITTERS.find(([pattern]) => pattern.test(emitter))?.[1];
}
