import { issue } from '../../../domain/issue.ts';
import { parseQuantity, toSi } from '../../../domain/units.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { readClock, readNamedDay } from '../../local-time.ts';
import type { Statement, TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue } from '../../term-list.ts';
import type { ZeissEntry, ZeissHeader } from './parse.ts';
import { entryOf, entryWithLabel } from './parse.ts';
import type { ZeissRule } from './rules.ts';
import { ZEISS_RULES } from './rules.ts';

function found(header: ZeissHeader, keys: readonly string[], label?: string): ZeissEntry[] {
  const named: ZeissEntry[] = [];
  for (const key of keys) {
    const entry = entryOf(header, key);
    if (entry !== undefined) named.push(entry);
  }
  if (named.length > 0 || label === undefined) return named;
  const labelled = entryWithLabel(header, label);
  return labelled === undefined ? [] : [labelled];
}

function applyRule(list: TermList, header: ZeissHeader, { term, keys, label, number }: ZeissRule): void {
  for (const entry of found(header, keys, label)) {
    if (addTerm(list, term, entry)) return;
  }
  const raw = number === undefined ? undefined : header.numbers[number.index];
  if (number === undefined || raw === undefined) return;
  addTerm(list, term, { key: `number ${number.index}`, raw, trust: 'derived', unit: number.unit });
}

/** "1024 * 768" */
function addStoredSize(list: TermList, header: ZeissHeader): void {
  const raw = entryOf(header, 'DP_IMAGE_STORE')?.raw;
  if (raw === undefined) return;
  const match = /^(\d{1,6}) ?\* ?(\d{1,6})$/.exec(raw);
  if (match === null) return addUnreadable(list, 'image_width', 'DP_IMAGE_STORE', raw);
  const statement = { key: 'DP_IMAGE_STORE', raw, trust: 'measured' } as const;
  addValue(list, 'image_width', Number.parseInt(match[1] ?? '', 10), statement);
  addValue(list, 'image_height', Number.parseInt(match[2] ?? '', 10), statement);
}

/** Columns of the picture that the unnamed pixel size and AP_PIXEL_SIZE refer to. */
const REFERENCE_WIDTH_PX = 1024;

/**
 * AP_IMAGE_PIXEL_SIZE describes the stored picture. AP_PIXEL_SIZE is off by two in V08 (remark in pynxtools-em), so it
 * counts less; the unnamed number comes last and refers to 1024 columns.
 */
function addPixelSize(list: TermList, header: ZeissHeader, widthPx: number): void {
  const image = found(header, ['AP_IMAGE_PIXEL_SIZE'], 'image pixel size')[0];
  const screen = found(header, ['AP_PIXEL_SIZE'], 'pixel size')[0];
  const candidates: Statement[] = [];
  if (image !== undefined) candidates.push({ key: image.key, raw: image.raw });
  if (screen !== undefined) {
    const trust = widthPx === REFERENCE_WIDTH_PX ? 'measured' : 'low';
    candidates.push({ key: screen.key, raw: screen.raw, trust });
  }
  for (const statement of candidates) {
    if (!addTerm(list, 'pixel_size_x', statement)) continue;
    addTerm(list, 'pixel_size_y', statement);
    return;
  }
  const raw = header.numbers[3];
  const quantity = raw === undefined ? undefined : parseQuantity(raw);
  const reference = quantity === undefined ? undefined : toSi(quantity, 'length', 'm');
  if (raw === undefined || reference === undefined || reference <= 0) return;
  const statement = { key: `number 3 x ${REFERENCE_WIDTH_PX} / ${widthPx}`, raw, trust: 'derived' } as const;
  addValue(list, 'pixel_size_x', (reference * REFERENCE_WIDTH_PX) / widthPx, statement);
  addValue(list, 'pixel_size_y', (reference * REFERENCE_WIDTH_PX) / widthPx, statement);
}

function addAcquiredAt(list: TermList, header: ZeissHeader): void {
  const date = found(header, ['AP_DATE'], 'date')[0]?.raw;
  const time = found(header, ['AP_TIME'], 'time')[0]?.raw;
  if (date === undefined || date === '') return;
  const raw = `${date} ${time ?? ''}`.trim();
  const day = readNamedDay(date);
  const clock = readClock(time ?? '');
  const key = 'AP_DATE, AP_TIME';
  if (day === undefined || clock === undefined) addUnreadable(list, 'acquired_at', key, raw);
  else addValue(list, 'acquired_at', `${day}T${clock.iso}`, { key, raw, trust: 'measured' });
}

/** A stated angle counts for little while DP_SCAN_ROT says that the rotation is switched off. */
function addScanRotation(list: TermList, header: ZeissHeader): void {
  const entry = found(header, ['AP_SCANROTATION'], 'scan rotation')[0];
  if (entry === undefined) return;
  const off = entryOf(header, 'DP_SCAN_ROT')?.raw.toLowerCase() === 'off';
  const { raw } = entry;
  addTerm(list, 'scan_rotation', { key: entry.key, raw, trust: off ? 'low' : undefined });
}

/** N counts frames only while the noise reduction works on frames; otherwise it counts lines or pixels. */
function addFrameAverage(list: TermList, header: ZeissHeader): void {
  const mode = found(header, ['DP_NOISE_REDUCTION'], 'noise reduction')[0]?.raw ?? '';
  const count = found(header, ['AP_NR_COEFF'], 'n')[0];
  if (!/^frame/i.test(mode) || count === undefined) return;
  addTerm(list, 'frame_average', { key: count.key, raw: count.raw });
}

function addDetectorMode(list: TermList, header: ZeissHeader): void {
  const raw = entryOf(header, 'DP_MIXING')?.raw;
  if (raw?.toLowerCase() !== 'on') return;
  const [a, b] = ['DP_DETECTOR_CHANNEL', 'DP_IMPLIED_DETECTOR'].map((key) => entryOf(header, key)?.raw ?? '?');
  addValue(list, 'detector_mode', `mixing ${a} and ${b}`, { key: 'DP_MIXING', raw, trust: 'derived' });
}

/** Versions from V07 on say what made the picture: "EM", or the ion column. */
function addBeam(list: TermList, header: ZeissHeader): void {
  const raw = entryOf(header, 'SV_IMAGE_TYPE')?.raw ?? '';
  const beam = /^EM$/i.test(raw) ? 'electron' : /FIB|ion/i.test(raw) ? 'ion' : undefined;
  if (beam === undefined) return;
  addValue(list, 'beam', beam, { key: 'SV_IMAGE_TYPE', raw, trust: 'measured' });
  if (beam === 'ion') list.issues.push(issue('ion-beam', 'The image was made with the ion beam.'));
}

/** Terms of a SmartSEM header; see rules.ts for where each one stands. The data bar is burnt into the picture. */
export function mapZeiss(header: ZeissHeader, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  addBeam(list, header);
  for (const rule of ZEISS_RULES) applyRule(list, header, rule);
  addPixelSize(list, header, image.widthPx);
  addStoredSize(list, header);
  addScanRotation(list, header);
  addFrameAverage(list, header);
  addDetectorMode(list, header);
  addAcquiredAt(list, header);
  return { ...list, sections: header.sections, encoding: header.encoding, classifiable: { ok: true } };
}
