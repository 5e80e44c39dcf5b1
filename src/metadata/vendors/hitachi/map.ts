import { issue } from '../../../domain/issue.ts';
import { dataBarBelow } from '../../data-bar.ts';
import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { iniSections, iniValue } from '../../ini.ts';
import { readClock, readDays } from '../../local-time.ts';
import { addPictureSize } from '../../picture-size.ts';
import type { TermList } from '../../term-list.ts';
import { addTerm, addUnreadable, addValue, numberOf } from '../../term-list.ts';
import type { HitachiHeader } from './parse.ts';
import { HITACHI_SECTION } from './parse.ts';
import type { HitachiRule } from './rules.ts';
import { HITACHI_RULES } from './rules.ts';

function valueOf(header: HitachiHeader, key: string): string | undefined {
  return iniValue(header.document, HITACHI_SECTION, key);
}

function applyRule(list: TermList, header: HitachiHeader, { term, key, unit, trust, condition }: HitachiRule): void {
  const raw = key === undefined ? undefined : valueOf(header, key);
  if (key !== undefined && raw !== undefined && addTerm(list, term, { key, raw, unit, trust })) return;
  const part = condition === undefined ? undefined : header.condition.get(condition);
  if (part !== undefined) addTerm(list, term, { key: `Condition ${condition}`, raw: part });
}

/** Width on the photograph that the magnification of conventional S-series microscopes refers to. */
const PRINT_WIDTH_M = 0.127;

/** Software of the S-4700's time wrote no pixel size: print width / (magnification x columns). */
function addPrintedPixelSize(list: TermList, header: HitachiHeader, widthPx: number): void {
  const magnification = numberOf(list, 'magnification');
  const model = valueOf(header, 'InstructName') ?? '';
  if (numberOf(list, 'pixel_size_x') !== undefined || magnification === undefined || !/^S-?\d/i.test(model)) return;
  const raw = valueOf(header, 'Magnification') ?? header.condition.get('mag') ?? '';
  const statement = { key: `127 mm / (Magnification x ${widthPx})`, raw, trust: 'derived' } as const;
  addValue(list, 'pixel_size_x', PRINT_WIDTH_M / (magnification * widthPx), statement);
  addValue(list, 'pixel_size_y', PRINT_WIDTH_M / (magnification * widthPx), statement);
}

/** "2021/06/23" is certain; "2/7/2023" is read as the American locale writes it (no zero, slash) and not trusted. */
function addAcquiredAt(list: TermList, header: HitachiHeader): void {
  const date = valueOf(header, 'Date');
  if (date === undefined) return;
  const raw = `${date} ${valueOf(header, 'Time') ?? ''}`.trim();
  const [day, other] = readDays(date);
  const clock = readClock(valueOf(header, 'Time') ?? '');
  if (day === undefined || clock === undefined) return addUnreadable(list, 'acquired_at', 'Date, Time', raw);
  const local = `${day.iso}T${clock.iso}`;
  const trust = other === undefined ? 'measured' : 'low';
  addValue(list, 'acquired_at', local, { key: 'Date, Time', raw, trust });
  if (other === undefined) return;
  const message = `Date "${date}" is read as ${day.iso}, but may mean ${other.iso}.`;
  list.issues.push(issue('date-ambiguous', message, { read: local, other: `${other.iso}T${clock.iso}` }));
}

/** "***" hides the operator, "[]" is an empty comment. */
function addTexts(list: TermList, header: HitachiHeader): void {
  const user = valueOf(header, 'UserName') ?? '';
  if (!/^\*+$/.test(user)) addTerm(list, 'operator', { key: 'UserName', raw: user });
  const comment = valueOf(header, 'Comment') ?? '';
  if (comment !== '[]') addTerm(list, 'note', { key: 'Comment', raw: comment });
}

/** Terms of a Hitachi sidecar; see rules.ts for the keys. */
export function mapHitachi(header: HitachiHeader, { image }: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  for (const rule of HITACHI_RULES) applyRule(list, header, rule);
  addPictureSize(list, 'DataSize', valueOf(header, 'DataSize'));
  addPrintedPixelSize(list, header, numberOf(list, 'image_width') ?? image.widthPx);
  addAcquiredAt(list, header);
  addTexts(list, header);
  const dataBarHeightPx = dataBarBelow(list, image, 'DataSize');
  return {
    ...list,
    sections: iniSections(header.document),
    encoding: header.encoding,
    ...(dataBarHeightPx === undefined ? {} : { dataBarHeightPx }),
    classifiable: { ok: true },
  };
}
