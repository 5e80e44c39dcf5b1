import { describe, expect, it } from 'vitest';
import { resolveTimes } from '../../../src/convert/start-time.ts';

const fileModifiedAt = new Date('2024-05-06T07:08:09.000Z');

function start(acquiredAt: string | undefined, timeZone?: string): string {
  return resolveTimes({ acquiredAt, timeZone, fileModifiedAt }).startTime;
}

function codes(acquiredAt: string | undefined, timeZone?: string): string[] {
  return resolveTimes({ acquiredAt, timeZone, fileModifiedAt }).issues.map(({ code }) => code);
}

function end(frameTimeS: number | undefined, acquiredAt = '2020-01-15T10:00:00'): string {
  return resolveTimes({ acquiredAt, timeZone: 'Europe/Berlin', fileModifiedAt, frameTimeS }).endTime;
}

describe('the start time', () => {
  it.each([
    ['2020-01-15T10:00:00', 'Europe/Berlin', '2020-01-15T10:00:00+01:00'],
    ['2020-07-15T10:00:00', 'Europe/Berlin', '2020-07-15T10:00:00+02:00'],
    ['2020-07-15T10:00:00', 'America/St_Johns', '2020-07-15T10:00:00-02:30'],
    ['2020-07-15T23:30:00', 'Asia/Kathmandu', '2020-07-15T23:30:00+05:45'],
    ['2020-07-15T00:00:00', 'Pacific/Apia', '2020-07-15T00:00:00+13:00'],
    ['2020-07-15T10:00:00', 'UTC', '2020-07-15T10:00:00+00:00'],
    ['2020-01-15T10:00:00', 'Europe/London', '2020-01-15T10:00:00+00:00'],
    ['2020-01-15T10:00:00', '+09:00', '2020-01-15T10:00:00+09:00'],
    ['2020-01-15T10:00:00', '-0330', '2020-01-15T10:00:00-03:30'],
    ['1995-03-01T00:00:00', 'Europe/Moscow', '1995-03-01T00:00:00+03:00'],
    ['2020-02-29T23:59:59.25', 'Asia/Tokyo', '2020-02-29T23:59:59.250+09:00'],
    ['2020-02-29 10:20', 'Asia/Tokyo', '2020-02-29T10:20:00+09:00'],
    ['2020-02-29', 'Asia/Tokyo', '2020-02-29T00:00:00+09:00'],
  ])('of %s in %s is %s', (acquiredAt, zone, expected) => {
    expect(start(acquiredAt, zone)).toBe(expected);
  });

  it('takes the first of an hour that the clock went through twice', () => {
    expect(start('2020-10-25T02:30:00', 'Europe/Berlin')).toBe('2020-10-25T02:30:00+02:00');
    expect(start('2020-10-25T01:59:59', 'Europe/Berlin')).toBe('2020-10-25T01:59:59+02:00');
    expect(start('2020-10-25T03:00:00', 'Europe/Berlin')).toBe('2020-10-25T03:00:00+01:00');
  });

  it('moves a time that the clock skipped on by the hour it skipped', () => {
    expect(start('2020-03-29T02:30:00', 'Europe/Berlin')).toBe('2020-03-29T03:30:00+02:00');
    expect(start('2020-03-08T02:30:00', 'America/New_York')).toBe('2020-03-08T03:30:00-04:00');
  });

  it('keeps an offset that the header states, whatever zone is configured', () => {
    expect(start('2020-01-15T10:00:00Z', 'Asia/Tokyo')).toBe('2020-01-15T10:00:00+00:00');
    expect(start('2020-01-15T10:00:00.5-03:00', 'Asia/Tokyo')).toBe('2020-01-15T10:00:00.500-03:00');
  });

  it('takes -00:00 as an unknown offset and never writes it', () => {
    expect(start('2020-01-15T10:00:00-00:00', 'Asia/Tokyo')).toBe('2020-01-15T10:00:00+09:00');
    expect(start('2020-01-15T10:00:00', '-00:00')).toBe('2020-01-15T10:00:00+00:00');
  });

  it('is refused where the configured zone is none', () => {
    expect(() => start('2020-01-15T10:00:00', 'Mars/Olympus')).toThrow(
      expect.objectContaining({ code: 'config/invalid' }),
    );
  });
});

describe('the issues', () => {
  it('are none where the header has a time and the zone is known', () => {
    expect(codes('2020-01-15T10:00:00', 'Europe/Berlin')).toEqual([]);
    expect(codes('2020-01-15T10:00:00+01:00')).toEqual([]);
  });

  it('say that the zone of this computer was assumed', () => {
    expect(codes('2020-01-15T10:00:00')).toEqual(['time-zone-assumed']);
    expect(start('2020-01-15T10:00:00')).toMatch(/^2020-01-15T10:00:00[+-]\d\d:\d\d$/);
  });

  it.each([undefined, '', 'yesterday', '2020-02-30T10:00:00', '2020-13-01', '2020-01-01T25:00:00'])(
    'say that the time is that of the file where the header has %s',
    (acquiredAt) => {
      expect(codes(acquiredAt, 'Asia/Tokyo')).toEqual(['start-time-from-file']);
      expect(start(acquiredAt, 'Asia/Tokyo')).toBe('2024-05-06T16:08:09+09:00');
    },
  );
});

describe('the end time', () => {
  it('is the start time plus the frame time', () => {
    expect(end(90.5)).toBe('2020-01-15T10:01:30.500+01:00');
    expect(end(undefined)).toBe('2020-01-15T10:00:00+01:00');
  });

  it('is not moved by a frame time that cannot be one', () => {
    for (const frame of [-3, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) {
      expect(end(frame)).toBe('2020-01-15T10:00:00+01:00');
    }
  });

  it('has the offset of its own instant when the clock changes in between', () => {
    expect(end(7200, '2020-03-29T01:30:00')).toBe('2020-03-29T04:30:00+02:00');
  });
});
