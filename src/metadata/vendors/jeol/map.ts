import { parseQuantity, toSi } from '../../../domain/units.ts';
import { dataBarBelow } from '../../data-bar.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { readClock, readDays } from '../../local-time.ts';
import { addPictureSize } from '../../picture-size.ts';
import type { TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue } from '../../term-list.ts';
import type { JeolHeader } from './parse.ts';
import { jeolEntry, jeolSections } from './parse.ts';
import { addMarkerPixelSize } from './pixel-size.ts';
import type { JeolRule } from './rules.ts';
import { JEOL_RULES, STAGE_ITEMS } from './rules.ts';

function applyRule(list: TermList, header: JeolHeader, { term, names, unit, trust }: JeolRule): void {
  for (const name of names) {
    const entry = jeolEntry(header, name);
    if (entry !== undefined && addTerm(list, term, { key: entry.key, raw: entry.raw, unit, trust })) return;
  }
}

/** "-0.169 1.289 7.4 360.0 0.0 0": each value keeps the characters of its own item. */
function addStage(list: TermList, header: JeolHeader): void {
  const entry = jeolEntry(header, 'CM_STAGE_POS');
  if (entry === undefined) return;
  const items = entry.raw.split(/[ \t]+/, STAGE_ITEMS.length + 1);
  for (const [index, { term, unit }] of STAGE_ITEMS.entries()) {
    addTerm(list, term, { key: `${entry.key} ${index + 1}`, raw: items[index] ?? '', unit });
  }
}

/** 0.00 stands where no current was measured: a picture was made with some. */
function addProbeCurrent(list: TermList, header: JeolHeader): void {
  const entry = jeolEntry(header, 'SM_PROBE_CURRENT');
  if (entry === undefined || parseQuantity(entry.raw)?.value === 0) return;
  addTerm(list, 'probe_current', { ...entry, unit: 'A' });
}

/** A Penning gauge works below 1 Pa; a JXA-8530F writes 28.000 there, in some other unit. */
const HIGHEST_PENNING_PA = 1;

/**
 * The pressure at low vacuum where there is one, else that of the Penning gauge. The unit is inferred: 9.634e-005 in a file
 * of a JSM-7600F is a usual high vacuum in pascal. The vacuum mode is no pressure.
 */
function addPressure(list: TermList, header: JeolHeader): void {
  for (const name of ['SM_PRESSURE_AT_LOW_VACUUM', 'SM_PENNING_VAC']) {
    const entry = jeolEntry(header, name);
    const quantity = entry === undefined ? undefined : parseQuantity(entry.raw);
    const pressurePa = quantity === undefined ? undefined : toSi(quantity, 'pressure', 'Pa');
    if (entry === undefined || pressurePa === undefined || pressurePa <= 0) continue;
    if (name === 'SM_PENNING_VAC' && pressurePa > HIGHEST_PENNING_PA) continue;
    addValue(list, 'chamber_pressure', pressurePa, { ...entry, trust: 'derived' });
    return;
  }
}

/** "2010/10/01" and "08:44:19" */
function addAcquiredAt(list: TermList, header: JeolHeader): void {
  const date = jeolEntry(header, 'CM_DATE')?.raw;
  if (date === undefined) return;
  const time = jeolEntry(header, 'CM_TIME')?.raw ?? '';
  const raw = `${date} ${time}`.trim();
  const key = '$CM_DATE, $CM_TIME';
  const [day, other] = readDays(date);
  const clock = readClock(time);
  if (day === undefined || clock === undefined) return addUnreadable(list, 'acquired_at', key, raw);
  const trust = other === undefined ? 'measured' : 'low';
  addValue(list, 'acquired_at', `${day.iso}T${clock.iso}`, { key, raw, trust });
}

/** Terms of a JEOL sidecar; see rules.ts for the keys. */
export function mapJeol(header: JeolHeader, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  for (const rule of JEOL_RULES) applyRule(list, header, rule);
  const size = jeolEntry(header, 'CM_FULL_SIZE');
  addPictureSize(list, size?.key ?? '', size?.raw);
  addMarkerPixelSize(list, header, image);
  addStage(list, header);
  addProbeCurrent(list, header);
  addPressure(list, header);
  addAcquiredAt(list, header);
  const dataBarHeightPx = dataBarBelow(list, image, size?.key ?? '');
  return {
    ...list,
    sections: jeolSections(header),
    encoding: header.encoding,
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable: { ok: true },
  };
}
