import { z } from 'zod';

export const TimeZone = z.string().refine(isTimeZone, {
  error: 'expected an IANA time zone such as Europe/Rome, or an offset such as +01:00',
});

function isTimeZone(value: string): boolean {
  if (/^[+-](0\d|1[0-4]):[0-5]\d$/.test(value)) return value !== '-00:00';
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
