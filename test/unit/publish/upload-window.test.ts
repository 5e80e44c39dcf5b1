import { describe, expect, it } from 'vitest';
import { parseUploadWindow, windowOpensAt } from '../../../src/publish/upload-window.ts';

const at = (hour: number, minute = 0, day = 10): number => new Date(2024, 5, day, hour, minute).getTime();

describe('the window for uploads', () => {
  it('is open in its hours, its end left out, also over midnight', () => {
    const night = parseUploadWindow('22:00-06:00');
    for (const time of [at(22), at(23, 59), at(0), at(5, 59)]) expect(windowOpensAt(night, time)).toBeUndefined();
    for (const time of [at(6), at(12), at(21, 59)]) expect(windowOpensAt(night, time)).toBe(at(22));
    const noon = parseUploadWindow(' 12:00 – 13:30 ');
    expect(windowOpensAt(noon, at(13, 29))).toBeUndefined();
    expect(windowOpensAt(noon, at(11, 59))).toBe(at(12));
    expect(windowOpensAt(noon, at(13, 30))).toBe(at(12, 0, 11));
  });

  it('takes 24:00 for midnight', () => {
    const evening = parseUploadWindow('20:00-24:00');
    expect(windowOpensAt(evening, at(23, 59))).toBeUndefined();
    expect(windowOpensAt(evening, at(0))).toBe(at(20));
  });

  it('refuses what is no window', () => {
    for (const text of ['', '22-6', '22:00-22:00', '25:00-06:00', '22:60-06:00', '24:01-06:00', 'at night'])
      expect(() => parseUploadWindow(text), text).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });
});
