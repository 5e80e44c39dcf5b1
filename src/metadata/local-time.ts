/** A calendar day as numbers. `order` says how it was read: ambiguous texts have one reading of each. */
export interface DayReading {
  order: 'year-first' | 'month-first' | 'day-first';
  iso: string;
}

const MONTHS = new Map(
  // German and French SmartSEM computers write their own abbreviations.
  Object.entries({
    jan: 1,
    feb: 2,
    fév: 2,
    mar: 3,
    mär: 3,
    mrz: 3,
    apr: 4,
    avr: 4,
    may: 5,
    mai: 5,
    jun: 6,
    jul: 7,
    aug: 8,
    sep: 9,
    oct: 10,
    okt: 10,
    nov: 11,
    dec: 12,
    dez: 12,
    déc: 12,
  }),
);
/** Scanning electron microscopes have written digital files since the eighties. */
const FIRST_YEAR = 1980;
const LAST_YEAR = 2100;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function isoDay(year: number, month: number, day: number): string | undefined {
  const fullYear = year < 100 ? 2000 + year : year;
  if (fullYear < FIRST_YEAR || fullYear > LAST_YEAR || month < 1 || month > 12 || day < 1) return undefined;
  const lastDay = new Date(Date.UTC(fullYear, month, 0)).getUTCDate();
  return day > lastDay ? undefined : `${fullYear}-${two(month)}-${two(day)}`;
}

/** Every calendar day that a text such as "06/13/2016", "2/7/2023", "26.03.2019" or "2019/03/12" can mean. */
export function readDays(text: string): DayReading[] {
  const match = /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})$/.exec(text.trim());
  if (match === null) return [];
  const [, a = '', separator, b = '', c = ''] = match;
  const [first, second, third] = [Number.parseInt(a, 10), Number.parseInt(b, 10), Number.parseInt(c, 10)];
  const readings: DayReading[] = [];
  const add = (order: DayReading['order'], iso: string | undefined): void => {
    if (iso !== undefined && readings.every((known) => known.iso !== iso)) readings.push({ order, iso });
  };
  if (a.length === 4) {
    add('year-first', isoDay(first, second, third));
    return readings;
  }
  if (c.length === 3 || c.length === 1) return [];
  // No locale of Windows writes the month first before a dot.
  if (separator !== '.') add('month-first', isoDay(third, first, second));
  add('day-first', isoDay(third, second, first));
  return readings;
}

/** The day of "24 Mar 2017" or "9 Dec 2019". */
export function readNamedDay(text: string): string | undefined {
  const match = /^(\d{1,2})[ .-]{1,2}(\p{L}{3})\p{L}{0,6}\.?[ -](\d{4})$/u.exec(text.trim());
  const month = MONTHS.get(match?.[2]?.toLowerCase() ?? '');
  if (match === null || month === undefined) return undefined;
  return isoDay(Number.parseInt(match[3] ?? '', 10), month, Number.parseInt(match[1] ?? '', 10));
}

export interface ClockReading {
  iso: string;
  twelveHours: boolean;
}

/** The time of "17:06:40", "05:06:40 PM", "0:06:35" or "14:20". */
export function readClock(text: string): ClockReading | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?: ?([AaPp])\.?[Mm]\.?)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, hours = '', minutes = '', seconds = '0', half] = match;
  const stated = Number.parseInt(hours, 10);
  const [minute, second] = [Number.parseInt(minutes, 10), Number.parseInt(seconds, 10)];
  if (half !== undefined && (stated < 1 || stated > 12)) return undefined;
  const hour = half === undefined ? stated : (stated % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return { iso: `${two(hour)}:${two(minute)}:${two(second)}`, twelveHours: half !== undefined };
}

/** True for an ISO 8601 local time without offset, to the second. */
export function isLocalTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text);
}

/** Difference of two local times in hours; both in the form of {@link isLocalTime}. */
export function hoursBetween(a: string, b: string): number {
  return Math.abs(Date.parse(`${a}Z`) - Date.parse(`${b}Z`)) / 3_600_000;
}
