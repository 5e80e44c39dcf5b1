import { issue } from '../../../domain/issue.ts';
import type { Term } from '../../../domain/terms.ts';
import { parseQuantity, toSi } from '../../../domain/units.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { addIsoTime } from '../../iso-time.ts';
import type { Statement, TermList } from '../../term-list.ts';
import { addTerm, addValue } from '../../term-list.ts';
import type { XmlElement } from '../../xml-element.ts';
import { applyXmlRules, statementAt, textAt, xmlSections } from '../../xml-values.ts';
import type { AtlasHeader } from './parse.ts';
import { APERTURE_PARTS, ATLAS_ITEMS, ATLAS_RULES } from './rules.ts';

/** Atlas replaces a µ that its text cannot hold by "?"; among the prefixes of a unit only that one is no ASCII. */
const LOST_MICRO = /\?(?=[A-Za-z]$)/;

function isStated(list: TermList, term: Term): boolean {
  return list.terms.some((known) => known.term === term);
}

/** Adds a value with its unit behind it; where the µ was lost it is restored for reading, and counts for little. */
function addText(list: TermList, term: Term, { key, raw, unit, trust }: Statement): void {
  if (isStated(list, term)) return;
  if (!LOST_MICRO.test(raw)) {
    addTerm(list, term, { key, raw, unit, trust });
    return;
  }
  const added = addTerm(list, term, { key, raw: raw.replace(LOST_MICRO, 'µ'), unit, trust: 'low' });
  const stated = list.terms.at(-1);
  if (added && stated !== undefined) stated.raw = raw;
}

function addItems(list: TermList, items: AtlasHeader['items']): void {
  for (const { term, item, unit } of ATLAS_ITEMS) {
    const raw = items.get(item);
    if (raw !== undefined) addText(list, term, { key: item, raw, unit });
  }
}

/** The aperture's name is a text for people, so what is taken from it is derived. */
function addAperture(list: TermList, root: XmlElement): void {
  const key = 'Image/Aperture';
  const text = textAt(root, key) ?? '';
  for (const { term, part } of APERTURE_PARTS) {
    const raw = part.exec(text)?.[0];
    if (raw !== undefined) addText(list, term, { key, raw, trust: 'derived' });
  }
}

function addBeam(list: TermList, root: XmlElement): void {
  const key = 'Image/Beam';
  const raw = textAt(root, key) ?? '';
  const beam = raw === 'SEM' ? 'electron' : /FIB|HIM|ion/i.test(raw) ? 'ion' : undefined;
  if (beam === undefined) return;
  addValue(list, 'beam', beam, { key, raw, trust: 'measured' });
  if (beam === 'ion') list.issues.push(issue('ion-beam', 'The image was made with the ion beam.'));
}

interface Component {
  place: string;
  raw: string;
  lengthM: number;
}

function component(root: XmlElement, place: string, unit: string): Component | undefined {
  const raw = textAt(root, place);
  const quantity = parseQuantity(raw ?? '');
  const lengthM = quantity === undefined ? undefined : toSi(quantity, 'length', unit);
  return raw === undefined || lengthM === undefined ? undefined : { place, raw, lengthM };
}

/**
 * U and V are the steps of the scan from pixel to pixel and from line to line, vectors in the unit of the field of view
 * (|U| is FOV_X / Width, digit for digit); Uy and Vx are 0 unless the scan is turned. They state no unit of their own, so
 * the size is derived.
 */
function addPixelSize(list: TermList, root: XmlElement, term: 'pixel_size_x' | 'pixel_size_y', step: 'U' | 'V'): void {
  const unit = textAt(root, 'Scan/FOV_X@units') ?? 'µm';
  const x = component(root, `Scan/${step}x`, unit);
  const y = component(root, `Scan/${step}y`, unit);
  if (x === undefined || y === undefined) return;
  // Where the scan is not turned the number keeps its digits.
  const parts = [x, y].filter(({ lengthM }) => lengthM !== 0);
  const size = parts.length === 1 ? Math.abs(x.lengthM + y.lengthM) : Math.hypot(x.lengthM, y.lengthM);
  const key = parts.map(({ place }) => place).join(', ');
  const raw = parts.map((part) => part.raw).join(' ');
  if (size > 0) addValue(list, term, size, { key, raw, trust: 'derived' });
}

/** Terms of an Atlas header; see rules.ts for where each one stands. It has no magnification and no data bar. */
export function mapAtlas(header: AtlasHeader, _input: HarvestInput): VendorReading {
  const { root, items, encoding } = header;
  const list: TermList = { terms: [], issues: [] };
  addBeam(list, root);
  applyXmlRules(list, root, ATLAS_RULES);
  addPixelSize(list, root, 'pixel_size_x', 'U');
  addPixelSize(list, root, 'pixel_size_y', 'V');
  addItems(list, items);
  addAperture(list, root);
  addIsoTime(list, statementAt(root, 'Application/Date'));
  return { ...list, sections: xmlSections(root), encoding, classifiable: { ok: true } };
}
