import { issue } from '../../../domain/issue.ts';
import { isMicroscopic } from '../../calibration.ts';
import { decodeText } from '../../decode-text.ts';
import type { HarvestInput, HeaderSections, VendorReading } from '../../harvest-types.ts';
import { iniSections, parseIni } from '../../ini.ts';
import { readClock, readDays } from '../../local-time.ts';
import type { TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue } from '../../term-list.ts';
import { SIS_TAG } from './detect.ts';
import type { SisGeneral, SisHeader } from './parse.ts';

/** A text of sections that some versions write beside the block; no public reader says what its keys mean. */
const INI_TAG = 33_471;

type Axis = readonly ['pixel_size_x' | 'pixel_size_y', 'pixelSizeX' | 'pixelSizeY'];
const AXES: readonly Axis[] = [
  ['pixel_size_x', 'pixelSizeX'],
  ['pixel_size_y', 'pixelSizeY'],
];

/** The number shifted by a power of ten in its decimal form, so that no digit is disturbed. */
function shifted(value: number, power: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number.parseInt(exponent, 10) + power}`);
}

function addPixelSize(list: TermList, general: SisGeneral): void {
  for (const [term, field] of AXES) {
    const scale = general[field];
    // Zero stands where nothing was calibrated.
    if (scale === 0) continue;
    const sizeM = shifted(scale, general.lengthExponent);
    const statement = { key: `SIS ${field}, lengthExponent`, raw: `${scale} / ${general.lengthExponent}` };
    if (isMicroscopic(sizeM)) addValue(list, term, sizeM, { ...statement, trust: 'measured' });
    else addUnreadable(list, term, statement.key, statement.raw);
  }
}

/** A block on a page of another width describes that page's picture, not the one that is converted. */
function isOfPicture(list: TermList, { tags, image }: HarvestInput): boolean {
  const pageWidthPx = tags.find(({ tag }) => tag === SIS_TAG)?.pageWidthPx;
  if (pageWidthPx === undefined || pageWidthPx === image.widthPx) return true;
  const message = `The SIS header describes a page of ${pageWidthPx} columns, but the picture has ${image.widthPx}; its pixel size is not used.`;
  list.issues.push(issue('header-conflict', message, { pageWidthPx, widthPx: image.widthPx }));
  return false;
}

/** To the minute: the block keeps no seconds. */
function addAcquiredAt(list: TermList, { time }: SisHeader): void {
  const { minute, hour, day, month, year } = time;
  const numbers = [minute, hour, day, month, year];
  if (numbers.every((number) => number === 0)) return;
  const [reading] = readDays(`${1900 + year}/${month + 1}/${day}`);
  const clock = readClock(`${hour}:${String(minute).padStart(2, '0')}`);
  const key = 'SIS minute, hour, day, month from 0, year from 1900';
  const raw = numbers.join(' / ');
  if (reading === undefined || clock === undefined) addUnreadable(list, 'acquired_at', key, raw);
  else addValue(list, 'acquired_at', `${reading.iso}T${clock.iso}`, { key, raw, trust: 'derived' });
}

function addGeneral(list: TermList, general: SisGeneral, input: HarvestInput): void {
  const { magnification, cameraName } = general;
  if (isOfPicture(list, input)) addPixelSize(list, general);
  if (magnification !== 0) addTerm(list, 'magnification', { key: 'SIS magnification', raw: String(magnification) });
  addTerm(list, 'detector_name', { key: 'SIS cameraName', raw: cameraName });
}

/** Later programs leave the camera's name empty in the block and name the camera as the TIFF's model ("Quemesa"). */
function addCamera(list: TermList, { tiffText }: HarvestInput): void {
  if (tiffText?.make?.startsWith('Olympus Soft Imaging') !== true) return;
  addTerm(list, 'detector_name', { key: 'Model', raw: tiffText.model ?? '', trust: 'low' });
}

function sectionsOf(header: SisHeader, { tags }: HarvestInput): HeaderSections {
  const ini = tags.find(({ tag }) => tag === INI_TAG);
  const tree: HeaderSections = ini ? iniSections(parseIni(decodeText(ini.bytes))) : new Map();
  const block = new Map<string, string>();
  for (const part of [{ name: header.name }, header.time, header.general ?? {}]) {
    for (const [key, value] of Object.entries(part)) block.set(key, String(value));
  }
  tree.set('SIS', block);
  return tree;
}

/** Terms of an Olympus SIS block; see parse.ts for its structure. */
export function mapSis(header: SisHeader, input: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  if (header.general !== undefined) addGeneral(list, header.general, input);
  addCamera(list, input);
  addAcquiredAt(list, header);
  addTerm(list, 'image_name', { key: 'SIS name', raw: header.name });
  return { ...list, sections: sectionsOf(header, input), encoding: 'binary', classifiable: { ok: true } };
}
