import { IngestError } from '../domain/errors.ts';

/** Local hours in which records are sent; may pass midnight. Minutes after midnight. */
export interface UploadWindow {
  fromMinute: number;
  toMinute: number;
}

/**
 * Reads "22:00-06:00".
 * @throws IngestError `config/invalid`
 */
export function parseUploadWindow(text: string): UploadWindow {
  const match = /^\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*$/.exec(text);
  const [fromHour = 99, from = 99, toHour = 99, to = 99] = (match ?? []).slice(1).map(Number);
  const fromMinute = minuteOfDay(fromHour, from);
  const toMinute = minuteOfDay(toHour, to);
  if (fromMinute !== undefined && toMinute !== undefined && fromMinute !== toMinute) return { fromMinute, toMinute };
  throw new IngestError(
    'config/invalid',
    `The window for uploads expects two different local times like "22:00-06:00", and received "${text}"`,
  );
}

function minuteOfDay(hour: number, minute: number): number | undefined {
  return hour <= 24 && minute < 60 && hour * 60 + minute <= 1440 ? (hour * 60 + minute) % 1440 : undefined;
}

/** When the window opens next, in milliseconds since 1970; undefined while it is open. Hours are those of this computer. */
export function windowOpensAt({ fromMinute, toMinute }: UploadWindow, now: number): number | undefined {
  const at = new Date(now);
  const minute = at.getHours() * 60 + at.getMinutes();
  const isOpen =
    fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
  if (isOpen) return undefined;
  const dayLater = minute < fromMinute ? 0 : 1;
  // A Date of local parts, so that a day with a change of the clock is right too.
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + dayLater, 0, fromMinute).getTime();
}
