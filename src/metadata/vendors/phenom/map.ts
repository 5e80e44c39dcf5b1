import { parseQuantity, toSi } from '../../../domain/units.ts';
import { checkDataBar } from '../../data-bar.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { addIsoTime } from '../../iso-time.ts';
import type { TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue, numberOf } from '../../term-list.ts';
import type { XmlDocument } from '../../xml.ts';
import type { XmlElement } from '../../xml-element.ts';
import { applyXmlRules, statementAt, textAt, xmlSections } from '../../xml-values.ts';
import { PHENOM_RULES, SCAN } from './rules.ts';

/** The cathode stands at a negative voltage ("-15", kV); the acceleration voltage is its amount. */
function addHighVoltage(list: TermList, root: XmlElement): void {
  const key = `${SCAN}/highVoltage`;
  const statement = statementAt(root, key, { unitAttribute: 'unit', unit: 'kV' });
  if (statement === undefined) return;
  const quantity = parseQuantity(statement.raw);
  const value = quantity === undefined ? undefined : toSi(quantity, 'voltage', statement.unit);
  if (value === undefined) return addUnreadable(list, 'acceleration_voltage', key, statement.raw);
  addValue(list, 'acceleration_voltage', Math.abs(value), { key, raw: statement.raw, trust: 'measured' });
}

/** The unit of the rotation is written nowhere unless beside the number; zero needs none. */
function addRotation(list: TermList, root: XmlElement): void {
  const statement = statementAt(root, `${SCAN}/rotation`, { unitAttribute: 'unit' });
  if (statement === undefined) return;
  const zero = parseQuantity(statement.raw)?.value === 0;
  if (statement.unit !== undefined) addTerm(list, 'scan_rotation', statement);
  else if (zero) addTerm(list, 'scan_rotation', { ...statement, unit: 'rad' });
}

/** `cropHint` is the picture without the bar, as the edges of a rectangle. */
function addPictureSize(list: TermList, root: XmlElement): void {
  const edges = ['left', 'top', 'right', 'bottom'].map((edge) => textAt(root, `cropHint/${edge}`) ?? '');
  if (edges.every((edge) => edge === '')) return;
  const raw = edges.join(' ');
  const [left = Number.NaN, top = Number.NaN, right = Number.NaN, bottom = Number.NaN] = edges.map((edge) =>
    /^\d{1,6}$/.test(edge) ? Number.parseInt(edge, 10) : Number.NaN,
  );
  const [width, height] = [right - left, bottom - top];
  if (!(width > 0 && height > 0)) return addUnreadable(list, 'image_width', 'cropHint', raw);
  const statement = { key: 'cropHint', raw, trust: 'measured' } as const;
  addValue(list, 'image_width', width, statement);
  addValue(list, 'image_height', height, statement);
}

/** Without a crop hint only a square picture proves the bar: a Phenom scans a square. */
function pictureHeight(list: TermList, image: HarvestInput['image']): number | undefined {
  const stated = numberOf(list, 'image_height');
  const bar = numberOf(list, 'databar_height') ?? 0;
  return stated ?? (image.heightPx - bar === image.widthPx ? image.widthPx : undefined);
}

/** Terms of a Phenom header; see rules.ts for where each one stands. */
export function mapPhenom({ root, encoding }: XmlDocument, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  addHighVoltage(list, root);
  applyXmlRules(list, root, PHENOM_RULES);
  addRotation(list, root);
  addPictureSize(list, root);
  addIsoTime(list, statementAt(root, 'time'));
  const bar = numberOf(list, 'databar_height');
  const dataBarHeightPx = checkDataBar(list, image.heightPx, pictureHeight(list, image), bar);
  return {
    ...list,
    sections: xmlSections(root),
    encoding,
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable: { ok: true },
  };
}
