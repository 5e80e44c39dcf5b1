import { IngestError } from './errors.ts';

/** Milliseconds east of UTC at an instant. */
export type Zone = (instantMs: number) => number;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?)?(Z|[+-]\d\d:?\d\d)?$/;

/** The reading of the wall clock as if it were UTC, and the offset if one is stated; undefined for what is no ISO 8601 time. */
export function parseTime(text: string): { wallMs: number; offsetMs?: number } | undefined {
  const match = TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, day = '', time = '00:00:00', fraction = '0', offset] = match;
  const clock = time.length === 5 ? `${time}:00` : time;
  const wallMs = Date.parse(`${day}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // Date.parse turns 30 February into 2 March.
  if (Number.isNaN(wallMs) || !new Date(wallMs).toISOString().startsWith(day)) return undefined;
  // RFC 3339: -00:00 says that the offset is unknown.
  if (offset === undefined || offset === '-00:00' || offset === '-0000') return { wallMs };
  return { wallMs, offsetMs: fixedOffsetMs(offset) ?? 0 };
}

function fixedOffsetMs(text: string): number | undefined {
  if (text === 'Z') return 0;
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hours = '', minutes = ''] = match;
  const size = (Number.parseInt(hours, 10) * 60 + Number.parseInt(minutes, 10)) * MINUTE_MS;
  return sign === '-' ? -size : size;
}

const zones = new Map<string, Zone>();

/**
 * The zone of an IANA name or of an offset such as "+01:00".
 * @throws IngestError `config/invalid` for a zone nobody knows.
 */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const fixed = fixedOffsetMs(name);
  const zone = fixed === undefined ? namedZone(name) : () => fixed;
  zones.set(name, zone);
  return zone;
}

function namedZone(name: string): Zone {
  const format = wallClockFormat(name);
  return (instantMs) => {
    const part = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number.parseInt(value, 10)]));
    const at = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) ?? 0;
    const wallMs = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
    // Local mean times before about 1900 have seconds, which ISO 8601 offsets have not.
    return Math.round((wallMs - instantMs) / MINUTE_MS) * MINUTE_MS;
  };
}

function wallClockFormat(timeZone: string): Intl.DateTimeFormat {
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const clock = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...fields, ...clock, timeZone, calendar: 'gregory', era: undefined });
  } catch (cause) {
    const message = `Expected an IANA time zone or an offset such as +01:00, found "${timeZone}".`;
    throw new IngestError('config/invalid', message, { cause });
  }
}

/**
 * The instant at which a wall clock of this zone shows `wallMs`. Of an hour that the clock went through twice the first is
 * taken, and a time that the clock skipped is moved on.
 */
export function instantOf(wallMs: number, zone: Zone): number {
  const before = zone(wallMs - DAY_MS);
  const after = zone(wallMs + DAY_MS);
  for (const offset of [before, after]) {
    if (zone(wallMs - offset) === offset) return wallMs - offset;
  }
  // The clock was put forward over this time: as in Temporal, the old offset goes on.
  return wallMs - before;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

/** ISO 8601 with an offset, never `Z`. */
export function formatTime(instantMs: number, zone: Zone): string {
  const offsetMs = zone(instantMs);
  const wall = new Date(instantMs + offsetMs)
    .toISOString()
    .replace('Z', '')
    .replace(/\.000$/, '');
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  return `${wall}${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * An ISO 8601 time with its offset (`+00:00`, not `Z`): the one it states, else that of `timeZone`. Undefined where neither
 * is known, for a date alone, and for what is no time.
 */
export function timeWithOffset(text: string, timeZone: string | undefined): string | undefined {
  const read = /\d[T ]\d/.test(text) ? parseTime(text) : undefined;
  if (read === undefined) return undefined;
  const { wallMs, offsetMs } = read;
  if (offsetMs !== undefined) return formatTime(wallMs - offsetMs, () => offsetMs);
  if (timeZone === undefined) return undefined;
  const zone = zoneOf(timeZone);
  return formatTime(instantOf(wallMs, zone), zone);
}
