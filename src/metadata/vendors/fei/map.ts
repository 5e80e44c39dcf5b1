import { issue } from '../../../domain/issue.ts';
import { parseQuantity } from '../../../domain/units.ts';
import { checkDataBar } from '../../data-bar.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { iniSections, iniValue } from '../../ini.ts';
import type { TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue, numberOf, termOf, unitOf } from '../../term-list.ts';
import { addAcquiredAt } from './acquired-at.ts';
import type { FeiHeader } from './parse.ts';
import type { FeiRule } from './rules.ts';
import { FEI_RULES } from './rules.ts';

/** Where `place` of a rule is in this header; undefined where no such section is active. */
function sectionOf(header: FeiHeader, place: string): string | undefined {
  if (place === '@beam') return header.beamSection;
  if (place === '@scan') return header.scanSection;
  return place === '@detector' ? header.detectorSection : place;
}

function applyRule(list: TermList, header: FeiHeader, rule: FeiRule): void {
  const unit = unitOf(rule.term);
  for (const [place, key] of rule.from) {
    const section = sectionOf(header, place);
    const raw = section === undefined ? undefined : iniValue(header.document, section, key);
    if (raw === undefined) continue;
    // The header writes the unit of the term; pixels are counted and have none.
    const statement = { key: `[${section}] ${key}`, raw, unit: unit === 'px' ? undefined : unit };
    if (addTerm(list, rule.term, statement)) return;
  }
}

/** "480065006C00" holds "Hel" as UTF-16LE in hexadecimal digits; zeros pad it. */
function decodeHexText(hex: string): string | undefined {
  if (hex.length % 4 !== 0 || !/^[0-9A-Fa-f]*$/.test(hex)) return undefined;
  return Buffer.from(hex, 'hex').toString('utf16le').replaceAll('\0', '').trim();
}

function addSampleName(list: TermList, { document }: FeiHeader): void {
  const hex = iniValue(document, 'User', 'UserTextUnicode');
  const decoded = hex === undefined ? '' : decodeHexText(hex);
  const key = '[User] UserTextUnicode';
  if (decoded === undefined) addUnreadable(list, 'sample_name', key, hex ?? '');
  else if (decoded !== '') addValue(list, 'sample_name', decoded, { key, raw: hex ?? '', trust: 'low' });
  addTerm(list, 'sample_name', { key: '[User] UserText', raw: iniValue(document, 'User', 'UserText') ?? '' });
}

/**
 * FEI stores no magnification. What its data bar shows is the width of the chosen canvas over the field width (checked:
 * 0.2072 m / 172.667 µm is the 1200x in NiO_DC_1200x_C.tif); software that writes no canvas leaves the display's width.
 */
function addMagnification(list: TermList, header: FeiHeader): void {
  const field = termOf(list, 'field_of_view_x');
  if (field === undefined || typeof field.value !== 'number' || header.beam === 'light') return;
  for (const [section, key] of [
    ['Image', 'MagCanvasRealWidth'],
    ['System', 'DisplayWidth'],
  ] as const) {
    const raw = iniValue(header.document, section, key);
    const width = parseQuantity(raw ?? '')?.value ?? 0;
    if (raw === undefined || width <= 0) continue;
    // Both widths are written with five or six digits: more would be noise.
    const magnification = Number((width / field.value).toPrecision(5));
    const keys = `[${section}] ${key} / ${field.key}`;
    addValue(list, 'magnification', magnification, { key: keys, raw: `${raw} / ${field.raw}`, trust: 'derived' });
    return;
  }
}

/** What says which beam is active: its name, else the section with a field width, else the high voltage or the detector, else that there is an image. */
function addBeam(list: TermList, { document, beam, beamSection, detectorSection }: FeiHeader): void {
  const named = iniValue(document, 'Beam', 'Beam');
  if (beam === undefined) return;
  if (named !== undefined) {
    addValue(list, 'beam', beam, { key: '[Beam] Beam', raw: named, trust: 'measured' });
  } else if (beamSection !== undefined) {
    const raw = iniValue(document, beamSection, 'HFW') ?? '';
    addValue(list, 'beam', beam, { key: `[${beamSection}] HFW`, raw, trust: 'derived' });
  } else {
    const voltage = beam === 'light' ? undefined : iniValue(document, 'Beam', 'HV');
    const resolution = iniValue(document, 'Image', 'ResolutionX') ?? '';
    if (voltage !== undefined) addValue(list, 'beam', beam, { key: '[Beam] HV', raw: voltage, trust: 'derived' });
    else if (detectorSection === undefined)
      addValue(list, 'beam', beam, { key: '[Image] ResolutionX', raw: resolution, trust: 'derived' });
    else addValue(list, 'beam', beam, { key: '[Detectors] Name', raw: detectorSection, trust: 'derived' });
  }
}

function addModel(list: TermList, { document }: FeiHeader): void {
  const model = iniValue(document, 'System', 'SystemType') ?? '';
  if (addTerm(list, 'instrument_model', { key: '[System] SystemType', raw: model })) return;
  // "SEM" or "DualBeam": a class of instrument rather than a model.
  const type = iniValue(document, 'System', 'Type') ?? '';
  addTerm(list, 'instrument_model', { key: '[System] Type', raw: type, trust: 'low' });
}

/** Terms of an FEI header; see rules.ts for where each one stands. */
export function mapFei(header: FeiHeader, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  addBeam(list, header);
  addModel(list, header);
  for (const rule of FEI_RULES) {
    const fits = rule.beams === undefined || header.beam === undefined || rule.beams.includes(header.beam);
    if (fits) applyRule(list, header, rule);
  }
  addMagnification(list, header);
  addSampleName(list, header);
  addAcquiredAt(list, header);
  if (header.beam === 'ion') list.issues.push(issue('ion-beam', 'The image was made with the ion beam.'));
  const navigation = header.beam === 'light';
  if (navigation) {
    list.issues.push(issue('navigation-camera', 'The image comes from the navigation camera, not from a beam.'));
  }
  const picture = numberOf(list, 'image_height');
  const dataBarHeightPx = checkDataBar(list, image.heightPx, picture, numberOf(list, 'databar_height'));
  return {
    ...list,
    sections: iniSections(header.document),
    encoding: header.encoding,
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable: navigation
      ? { ok: false, reason: 'Navigation camera: the picture was not made by a beam.' }
      : { ok: true },
  };
}
