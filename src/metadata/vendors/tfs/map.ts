import { issue } from '../../../domain/issue.ts';
import { checkDataBar } from '../../data-bar.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { addIsoTime } from '../../iso-time.ts';
import type { Statement, TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue, numberOf } from '../../term-list.ts';
import type { XmlDocument } from '../../xml.ts';
import type { XmlElement } from '../../xml-element.ts';
import { applyXmlRules, statementAt, textAt, xmlSections } from '../../xml-values.ts';
import { POSITION, TFS_RULES } from './rules.ts';

const BEAMS: ReadonlyMap<string, 'electron' | 'ion'> = new Map([
  ['electron', 'electron'],
  ['ion', 'ion'],
]);

function addBeam(list: TermList, root: XmlElement): void {
  const key = 'Acquisition/BeamType';
  const raw = textAt(root, key) ?? '';
  const beam = BEAMS.get(raw.toLowerCase());
  if (beam === undefined) return;
  addValue(list, 'beam', beam, { key, raw, trust: 'measured' });
  if (beam === 'ion') list.issues.push(issue('ion-beam', 'The image was made with the ion beam.'));
}

/**
 * Where the beam stands on the stage: x and y are off the stage's own position by the beam shift (6 nm to 25 µm in three
 * files, by the INI text), so they are derived. The z of an ion image counts from the ion column: 16.5 mm where the stage
 * itself is at 4.0 mm.
 */
function addStage(list: TermList, root: XmlElement): void {
  const axis = (name: string) => statementAt(root, `${POSITION}/${name}`, { unit: 'm', trust: 'derived' });
  const ion = list.terms.some(({ term, value }) => term === 'beam' && value === 'ion');
  const positions = { stage_x: axis('X'), stage_y: axis('Y'), stage_z: ion ? undefined : axis('Z') };
  for (const [term, statement] of Object.entries(positions) as [keyof typeof positions, Statement | undefined][]) {
    if (statement !== undefined) addTerm(list, term, statement);
  }
}

/**
 * `<X unit="m" unitPrefixPower="1">3.85E-07</X>`: in every known file the power is 1 and the number stands in metres, so 1
 * is a factor; what another one would mean is written nowhere, and then the field of view has to do.
 */
function addPixelSize(list: TermList, root: XmlElement, term: 'pixel_size_x' | 'pixel_size_y', axis: 'X' | 'Y'): void {
  const place = `BinaryResult/PixelSize/${axis}`;
  const statement = statementAt(root, place, { unitAttribute: 'unit' });
  const power = textAt(root, `${place}@unitPrefixPower`) ?? '1';
  if (statement === undefined) return;
  if (power === '1') addTerm(list, term, statement);
  else addUnreadable(list, term, place, `${statement.raw} with unitPrefixPower ${power}`);
}

/** Plain frames are counted as the INI text counts them; frames moved to fit each other are a way of reducing noise. */
function addFrames(list: TermList, root: XmlElement): void {
  const filter = textAt(root, 'BinaryResult/FilterType');
  const count = statementAt(root, 'BinaryResult/FilterFrameCount');
  if (filter === undefined || count === undefined) return;
  if (filter === 'Average') addTerm(list, 'frame_average', count);
  else if (filter === 'Integrate') addTerm(list, 'frame_integration', count);
  else {
    const key = 'BinaryResult/FilterType, BinaryResult/FilterFrameCount';
    const raw = `${filter} / ${count.raw}`;
    addValue(list, 'noise_reduction', `${filter} of ${count.raw} frames`, { key, raw, trust: 'derived' });
  }
}

/** Terms of a Thermo Fisher XML header; see rules.ts for where each one stands. */
export function mapTfs({ root, encoding }: XmlDocument, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  addBeam(list, root);
  applyXmlRules(list, root, TFS_RULES);
  addStage(list, root);
  addPixelSize(list, root, 'pixel_size_x', 'X');
  addPixelSize(list, root, 'pixel_size_y', 'Y');
  addFrames(list, root);
  addIsoTime(list, statementAt(root, 'Acquisition/AcquisitionDatetime'));
  return { ...list, sections: xmlSections(root), encoding, classifiable: { ok: true }, ...dataBar(list, image) };
}

/** A bar is a strip below the picture; a TIFF much taller than the stated picture is another picture. */
const LARGEST_BAR_PART = 0.5;

/** The XML counts the rows of the picture and states no bar: the few that the TIFF has more are one. */
function dataBar(list: TermList, image: HarvestInput['image']): { dataBarHeightPx?: number } {
  const rows = numberOf(list, 'image_height');
  if (rows === undefined || numberOf(list, 'image_width') !== image.widthPx) return {};
  const bar = image.heightPx - rows;
  if (bar <= 0 || bar > rows * LARGEST_BAR_PART) return {};
  const dataBarHeightPx = checkDataBar(list, image.heightPx, rows, bar);
  return dataBarHeightPx === undefined ? {} : { dataBarHeightPx };
}
