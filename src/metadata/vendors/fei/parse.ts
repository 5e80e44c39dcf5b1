import { parseQuantity } from '../../../domain/units.ts';
import { decodeText } from '../../decode-text.ts';
import type { IniDocument } from '../../ini.ts';
import { iniValue, parseIni } from '../../ini.ts';

export type Beam = 'electron' | 'ion' | 'light';

/** An FEI header with its indirections followed: `[Beam] Beam=EBeam` names the section of the active beam. */
export interface FeiHeader {
  document: IniDocument;
  encoding: string;
  beam: Beam | undefined;
  beamSection: string | undefined;
  scanSection: string | undefined;
  detectorSection: string | undefined;
}

const KINDS: ReadonlyMap<string, Beam> = new Map([
  ['EBeam', 'electron'],
  ['IBeam', 'ion'],
  ['IRBeam', 'light'],
]);

/** A file of old software names no beam: then the one that has a field width is active. */
function beamWithField(document: IniDocument): string | undefined {
  return [...KINDS.keys()].find((section) => iniValue(document, section, 'HFW') !== undefined);
}

/**
 * The kind of an image whose beam section says nothing: an electron image has a high voltage under [Beam] and a scan, the
 * navigation camera has neither. A header that breaks off before [Image] leaves it open.
 */
function beamWithoutSection(document: IniDocument): Beam | undefined {
  const voltage = parseQuantity(iniValue(document, 'Beam', 'HV') ?? '');
  const scanned = iniValue(document, 'Scan', 'HorFieldsize') ?? iniValue(document, 'EScan', 'HorFieldsize');
  if (voltage !== undefined && scanned !== undefined) return 'electron';
  return iniValue(document, 'Image', 'ResolutionX') === undefined ? undefined : 'light';
}

export function parseFei(bytes: Uint8Array): FeiHeader {
  const decoded = decodeText(bytes);
  const document = parseIni(decoded);
  const named = iniValue(document, 'Beam', 'Beam');
  const beamSection = named ?? beamWithField(document);
  const beam = KINDS.get(beamSection ?? '') ?? beamWithoutSection(document);
  const namedScan = iniValue(document, 'Beam', 'Scan');
  const scanSection = namedScan ?? beamSection?.replace(/Beam$/, 'Scan');
  const detectorSection = iniValue(document, 'Detectors', 'Name');
  return { document, encoding: decoded.encoding, beam, beamSection, scanSection, detectorSection };
}
