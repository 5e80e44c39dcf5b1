import { readClock, readDays } from './local-time.ts';
import type { Statement, TermList } from './term-list.ts';
import { addUnreadable, addValue } from './term-list.ts';

const SHAPE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?)(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Adds acquired_at from an ISO 8601 moment, "2017-04-20T11:52:36.078+02:00": the clock of the microscope as it is written;
 * an offset stays in the raw text. A moment in UTC ("Z") says nothing about that clock, so it counts for little.
 */
export function addIsoTime(list: TermList, statement: Statement | undefined): void {
  if (statement === undefined) return;
  const { key, raw } = statement;
  const [, date = '', time = '', zone] = SHAPE.exec(raw) ?? [];
  const day = readDays(date)[0];
  const clock = readClock(time);
  if (day === undefined || clock === undefined) return addUnreadable(list, 'acquired_at', key, raw);
  const trust = zone === 'Z' ? 'low' : (statement.trust ?? 'measured');
  addValue(list, 'acquired_at', `${day.iso}T${clock.iso}`, { key, raw, trust });
}
