import { IngestError } from '../domain/errors.ts';
import { type Issue, issue } from '../domain/issue.ts';

/** What is known about when a picture was taken. */
export interface TimeFacts {
  /** ISO 8601 as the header states it: local time without an offset, rarely with one. */
  acquiredAt?: string | undefined;
  /** Zone of the microscope's computer: an IANA name or an offset such as "+01:00". */
  timeZone?: string | undefined;
  fileModifiedAt: Date;
  frameTimeS?: number | undefined;
}

export interface ResolvedTimes {
  /** ISO 8601 with an offset, never `-00:00`, which NXem refuses. */
  startTime: string;
  endTime: string;
  issues: Issue[];
}

/** Milliseconds east of UTC at an instant. */
type Zone = (instantMs: number) => number;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** No frame takes longer; a larger number is a header's fault and would put the end of the picture into the future. */
const LONGEST_FRAME_S = 7 * 86_400;

/**
 * Start and end of the acquisition with an offset: the header's local time in the configured zone, else in that of this
 * computer with issue `time-zone-assumed`; without a readable header time the file's own, with `start-time-from-file`. Of
 * an hour that the clock went through twice the first is taken, and a time that the clock skipped is moved on. Throws
 * IngestError `config/invalid` for a zone nobody knows.
 */
export function resolveTimes({ acquiredAt, timeZone, fileModifiedAt, frameTimeS }: TimeFacts): ResolvedTimes {
  const local = acquiredAt === undefined ? undefined : parseTime(acquiredAt);
  const zone = zoneOf(timeZone ?? hostZone());
  if (local === undefined) {
    const times = interval(fileModifiedAt.getTime(), zone, frameTimeS);
    return { ...times, issues: [startFromFile(acquiredAt)] };
  }
  if (local.offsetMs !== undefined) {
    const { offsetMs } = local;
    return { ...interval(local.wallMs - offsetMs, () => offsetMs, frameTimeS), issues: [] };
  }
  const times = interval(instantOf(local.wallMs, zone), zone, frameTimeS);
  return { ...times, issues: timeZone === undefined ? [zoneAssumed()] : [] };
}

function startFromFile(acquiredAt: string | undefined): Issue {
  const why =
    acquiredAt === undefined ? 'The header states no time' : `The header's time "${acquiredAt}" is no ISO 8601 time`;
  return issue('start-time-from-file', `${why}: the start time in the HDF5 is when the file was last modified.`);
}

function zoneAssumed(): Issue {
  const zone = hostZone();
  const message = `The header's time has no zone and none is configured: that of this computer (${zone}) was assumed.`;
  return issue('time-zone-assumed', message, { timeZone: zone });
}

function interval(startMs: number, zone: Zone, frameTimeS = 0): { startTime: string; endTime: string } {
  const isPlausible = frameTimeS > 0 && frameTimeS <= LONGEST_FRAME_S;
  const endMs = startMs + (isPlausible ? Math.round(frameTimeS * 1000) : 0);
  return { startTime: formatTime(startMs, zone), endTime: formatTime(endMs, zone) };
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?)?(Z|[+-]\d\d:?\d\d)?$/;

/** The reading of the wall clock as if it were UTC, and the offset if one is stated. */
function parseTime(text: string): { wallMs: number; offsetMs?: number } | undefined {
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

let host: string | undefined;

/** Asked once: the answer takes half a millisecond. */
function hostZone(): string {
  host ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return host;
}

const zones = new Map<string, Zone>();

function zoneOf(name: string): Zone {
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

/** The instant at which a wall clock of this zone shows `wallMs`. */
function instantOf(wallMs: number, zone: Zone): number {
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

function formatTime(instantMs: number, zone: Zone): string {
  const offsetMs = zone(instantMs);
  const wall = new Date(instantMs + offsetMs)
    .toISOString()
    .replace('Z', '')
    .replace(/\.000$/, '');
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  return `${wall}${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
