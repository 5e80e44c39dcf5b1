import { expect, it } from 'vitest';
import { timeWithOffset } from '../../../src/domain/wall-clock.ts';

it.each([
  ['2024-06-04T17:25:49', 'Europe/Rome', '2024-06-04T17:25:49+02:00'],
  ['2024-01-01T00:00:01.250Z', undefined, '2024-01-01T00:00:01.250+00:00'],
  ['2024-01-01T00:00:01-0330', 'Europe/Rome', '2024-01-01T00:00:01-03:30'],
  ['2024-06-04T17:25:49', undefined, undefined],
  ['2024-06-04', 'Europe/Rome', undefined],
  ['4 June 2024', 'Europe/Rome', undefined],
])('the time %s on a clock of %s has an offset: %s', (text, zone, expected) => {
  expect(timeWithOffset(text, zone)).toBe(expected);
});
