import { issue } from '../../../domain/issue.ts';
import { checkDataBar, plausibleBar } from '../../data-bar.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { iniSections } from '../../ini.ts';
import { readClock, readDays } from '../../local-time.ts';
import type { TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue, numberOf, unitOf } from '../../term-list.ts';
import type { TescanHeader } from './parse.ts';
import { tescanValue } from './parse.ts';
import type { TescanRule } from './rules.ts';
import { COLUMN_RULES, MAIN_RULES } from './rules.ts';

const MAIN = ['MAIN'];

/** The section of the column that made the image: an image of the ion column has no [SEM]. */
function columnOf({ document }: TescanHeader): string[] {
  return document.byName.has('FIB') && !document.byName.has('SEM') ? ['FIB'] : ['SEM'];
}

function applyRule(list: TermList, header: TescanHeader, sections: readonly string[], rule: TescanRule): void {
  const own = unitOf(rule.term);
  // The header writes the unit of the term; pixels are counted and have none.
  const unit = rule.unit ?? (own === 'px' ? undefined : own);
  for (const name of rule.names) {
    const found = tescanValue(header, sections, name);
    if (found === undefined) continue;
    if (addTerm(list, rule.term, { key: found.key, raw: found.raw, unit, trust: rule.trust })) return;
  }
}

/** Which column it was is certain only where the header describes one of them. */
function addBeam(list: TermList, header: TescanHeader): void {
  const { byName } = header.document;
  if (byName.has('SEM') === byName.has('FIB')) return;
  const section = byName.has('FIB') ? 'FIB' : 'SEM';
  const beam = section === 'FIB' ? 'ion' : 'electron';
  const voltage = tescanValue(header, [section], 'HV') ?? tescanValue(header, [section], 'AcceleratorVoltage');
  if (voltage !== undefined) addValue(list, 'beam', beam, { ...voltage, trust: 'derived' });
  if (beam === 'ion') list.issues.push(issue('ion-beam', 'The image was made with the ion beam.'));
}

/** "2023-03-27" and "00:47:19"; the clock of the microscope, which need not be that of the TIFF's own DateTime. */
function addAcquiredAt(list: TermList, header: TescanHeader): void {
  const date = tescanValue(header, MAIN, 'Date')?.raw;
  if (date === undefined) return;
  const time = tescanValue(header, MAIN, 'Time')?.raw ?? '';
  const raw = `${date} ${time}`.trim();
  const [day, other] = readDays(date);
  const clock = readClock(time);
  if (day === undefined || clock === undefined) return addUnreadable(list, 'acquired_at', '[MAIN] Date, Time', raw);
  const trust = other === undefined ? 'measured' : 'low';
  addValue(list, 'acquired_at', `${day.iso}T${clock.iso}`, { key: '[MAIN] Date, Time', raw, trust });
}

/** The header states the strip's rows alone; the picture has the others. */
function dataBarOf(list: TermList, image: HarvestInput['image']): number | undefined {
  const strip = numberOf(list, 'databar_height');
  if (strip === undefined || strip === 0) return undefined;
  const picture = image.heightPx - strip;
  return checkDataBar(list, image.heightPx, plausibleBar(strip, picture) ? picture : undefined, strip);
}

/** Terms of a Tescan header; see rules.ts for the keys. */
export function mapTescan(header: TescanHeader, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  addBeam(list, header);
  for (const rule of MAIN_RULES) applyRule(list, header, MAIN, rule);
  const column = columnOf(header);
  for (const rule of COLUMN_RULES) applyRule(list, header, column, rule);
  addAcquiredAt(list, header);
  const dataBarHeightPx = dataBarOf(list, image);
  return {
    ...list,
    sections: iniSections(header.document),
    encoding: header.encoding,
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable: { ok: true },
  };
}
