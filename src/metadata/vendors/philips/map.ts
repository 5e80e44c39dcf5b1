import { parseQuantity } from '../../../domain/units.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { iniSections, iniValue } from '../../ini.ts';
import type { TermList } from '../../term-list.ts';
import { addTerm, addValue } from '../../term-list.ts';
import type { PhilipsHeader } from './parse.ts';
import type { PhilipsRule } from './rules.ts';
import { PHILIPS_RULES } from './rules.ts';

function applyRule(list: TermList, { document }: PhilipsHeader, { term, from, unit, trust }: PhilipsRule): void {
  for (const [section, key] of from) {
    const raw = iniValue(document, section, key);
    if (raw !== undefined && addTerm(list, term, { key: `[${section}] ${key}`, raw, unit, trust })) return;
  }
}

/** 0 is the electron column; a header without the key is of software that knew no other. */
function electronColumn(raw: string | undefined): boolean {
  return raw === undefined || raw === '0';
}

/**
 * lDetName counts the detectors. 0 is SE in the bar of XLIMG.tiff and in the table of FilipDominec/SEM_image_postprocessing,
 * which calls its other numbers dependent on the microscope: those are not read.
 */
function addDetector(list: TermList, { document }: PhilipsHeader): void {
  const raw = iniValue(document, 'DatabarData', 'lDetName');
  if (raw === '0') addValue(list, 'detector_name', 'SE', { key: '[DatabarData] lDetName', raw, trust: 'low' });
}

function positive(
  { document }: PhilipsHeader,
  section: string,
  key: string,
): { raw: string; value: number } | undefined {
  const raw = iniValue(document, section, key);
  const value = raw === undefined ? undefined : parseQuantity(raw)?.value;
  return raw === undefined || value === undefined || value <= 0 ? undefined : { raw, value };
}

/** XL software stores 712 x 484 or 1424 x 968 pixels, which are higher than wide. Another shape is a part of the frame. */
function wholeFrame({ widthPx, heightPx }: HarvestInput['image']): boolean {
  return widthPx * 484 === heightPx * 712;
}

/** flMagn is no magnification but half the height of the field in millimetres; it must not contradict the others. */
const TOLERANCE = 0.01;
const MM_PER_M = 1000;
/** Factors are written with five to eight digits. */
const DIGITS = 10;

/**
 * Magnification refers to the image device, SizeY mm high and RatioXY as wide: the field is device / magnification. That is
 * the formula of FilipDominec/SEM_image_postprocessing (annotate_image.py: field = 117500 µm / 1.03 / Magnification, pixels
 * 0.91 as wide as high) with the device of this header in place of a photograph of 88 mm. Checked in XLIMG.tiff: the drawn
 * bar of 50 µm is 288 columns long, 185 mm x 1.333 / 1000 gives 288.7. Bio-Formats multiplies by the magnification instead
 * of dividing (FEITiffReader), which we do not follow.
 */
function addField(list: TermList, header: PhilipsHeader, image: HarvestInput['image']): void {
  const height = positive(header, 'ImageDevice', 'SizeY');
  const ratio = positive(header, 'ImageDevice', 'RatioXY');
  const magnification = positive(header, 'Vector', 'Magnification');
  if (height === undefined || ratio === undefined || magnification === undefined || !wholeFrame(image)) return;
  const half = positive(header, 'DatabarData', 'flMagn');
  const fieldMm = height.value / magnification.value;
  if (half !== undefined && Math.abs(2 * half.value - fieldMm) > TOLERANCE * fieldMm) return;
  const add = (term: 'field_of_view_x' | 'field_of_view_y', fieldM: number, key: string, raw: string): void => {
    addValue(list, term, Number(fieldM.toPrecision(DIGITS)), {
      key: `${key} / [Vector] Magnification`,
      raw: `${raw} / ${magnification.raw}`,
      trust: 'derived',
    });
  };
  const widthM = (fieldMm * ratio.value) / MM_PER_M;
  add('field_of_view_x', widthM, '[ImageDevice] SizeY x RatioXY', `${height.raw} / ${ratio.raw}`);
  add('field_of_view_y', fieldMm / MM_PER_M, '[ImageDevice] SizeY', height.raw);
}

/** Terms of a Philips XL header; see rules.ts for the keys. The data bar is drawn over the picture. It states no date. */
export function mapPhilips(header: PhilipsHeader, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  const type = iniValue(header.document, 'DatabarData', 'iImageType');
  const electron = electronColumn(type);
  for (const rule of PHILIPS_RULES) {
    if (electron || rule.electron !== true) applyRule(list, header, rule);
  }
  if (type === '0') {
    addValue(list, 'beam', 'electron', { key: '[DatabarData] iImageType', raw: type, trust: 'derived' });
  }
  if (electron) {
    addDetector(list, header);
    addField(list, header, image);
  }
  return { ...list, sections: iniSections(header.document), encoding: header.encoding, classifiable: { ok: true } };
}
