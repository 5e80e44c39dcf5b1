import { type Issue, issue } from '../domain/issue.ts';
import { formatTime, instantOf, parseTime, type Zone, zoneOf } from '../domain/wall-clock.ts';

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

let host: string | undefined;

/** Asked once: the answer takes half a millisecond. */
function hostZone(): string {
  host ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return host;
}
