import { issue } from '../../../domain/issue.ts';
import { iniValue } from '../../ini.ts';
import type { DayReading } from '../../local-time.ts';
import { hoursBetween, readClock, readDays } from '../../local-time.ts';
import type { TermList } from '../../term-list.ts';
import { addUnreadable, addValue } from '../../term-list.ts';
import type { FeiHeader } from './parse.ts';

/** Time of creation and [User] Time may come from two clocks of the microscope; a day read wrongly is further off. */
const SAME_MOMENT_HOURS = 14;

/** `[PrivateFei] TimeOfCreation` is "13.06.2016 17:06:40" in every known file, whatever the locale of the computer. */
function readTimeOfCreation(text: string): string | undefined {
  const space = text.indexOf(' ');
  const clock = readClock(text.slice(space + 1));
  const [day, ...others] = readDays(text.slice(0, Math.max(space, 0)));
  return day === undefined || clock === undefined || others.length > 0 ? undefined : `${day.iso}T${clock.iso}`;
}

/** A 12-hour clock is American in most cases, and so is the month first; otherwise the day stands first. */
function likelier(days: readonly DayReading[], twelveHours: boolean): DayReading | undefined {
  return days.find(({ order }) => order === (twelveHours ? 'month-first' : 'day-first')) ?? days[0];
}

/**
 * Adds acquired_at. The order of day and month in [User] Date follows the locale of the microscope's computer, so it is
 * taken from the time of creation, else from numbers above 12, else from AM/PM and then with low trust.
 */
export function addAcquiredAt(list: TermList, { document }: FeiHeader): void {
  const date = iniValue(document, 'User', 'Date');
  const time = iniValue(document, 'User', 'Time');
  const creation = iniValue(document, 'PrivateFei', 'TimeOfCreation');
  const created = creation === undefined ? undefined : readTimeOfCreation(creation);
  const days = date === undefined ? [] : readDays(date);
  const clock = time === undefined ? undefined : readClock(time);
  if (days.length === 0 || clock === undefined) {
    if (date !== undefined) addUnreadable(list, 'acquired_at', '[User] Date, Time', `${date} ${time ?? ''}`);
    if (creation === undefined) return;
    if (created === undefined) addUnreadable(list, 'acquired_at', '[PrivateFei] TimeOfCreation', creation);
    else
      addValue(list, 'acquired_at', created, { key: '[PrivateFei] TimeOfCreation', raw: creation, trust: 'measured' });
    return;
  }
  const statement = { key: '[User] Date, Time', raw: `${date ?? ''} ${time ?? ''}` };
  const confirmed = days.find(
    ({ iso }) => created !== undefined && hoursBetween(`${iso}T${clock.iso}`, created) <= SAME_MOMENT_HOURS,
  );
  const day = confirmed ?? likelier(days, clock.twelveHours);
  if (day === undefined) return;
  const certain = confirmed !== undefined || (days.length === 1 && created === undefined);
  const local = `${day.iso}T${clock.iso}`;
  addValue(list, 'acquired_at', local, { ...statement, trust: certain ? 'measured' : 'low' });
  if (certain) return;
  const other = created ?? `${days.find(({ iso }) => iso !== day.iso)?.iso ?? ''}T${clock.iso}`;
  list.issues.push(
    issue('date-ambiguous', `[User] Date and Time "${statement.raw}" are read as ${local}, but may mean ${other}.`, {
      read: local,
      other,
    }),
  );
}
