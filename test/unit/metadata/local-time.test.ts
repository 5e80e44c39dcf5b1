import { describe, expect, it } from 'vitest';
import { readClock, readDays, readNamedDay } from '../../../src/metadata/local-time.ts';

describe('local times', () => {
  it('gives both readings of an ambiguous day and one of a certain one', () => {
    expect(readDays('2/7/2023').map(({ iso }) => iso)).toEqual(['2023-02-07', '2023-07-02']);
    expect(readDays('06/13/2016').map(({ iso }) => iso)).toEqual(['2016-06-13']);
    expect(readDays('26.03.2019').map(({ iso }) => iso)).toEqual(['2019-03-26']);
    expect(readDays('2019/03/12').map(({ iso }) => iso)).toEqual(['2019-03-12']);
    expect(readDays('5/5/19').map(({ iso }) => iso)).toEqual(['2019-05-05']);
  });

  it.each(['', '31/31/2019', '30.02.2019', '2019/13/01', '1/2/3', '01-02/2019', '12345/1/1', '0/0/2019'])(
    'has no day in %j',
    (text) => {
      expect(readDays(text)).toEqual([]);
    },
  );

  it('reads the months of German and French computers', () => {
    expect(readNamedDay('24 Mar 2017')).toBe('2017-03-24');
    expect(readNamedDay('9 Dez 2019')).toBe('2019-12-09');
    expect(readNamedDay('1 Mrz 2019')).toBe('2019-03-01');
    expect(readNamedDay('24 Foo 2017')).toBeUndefined();
    expect(readNamedDay('31 Feb 2017')).toBeUndefined();
  });

  it('reads clocks of twelve and of twenty-four hours', () => {
    expect(readClock('12:00:01 AM')?.iso).toBe('00:00:01');
    expect(readClock('12:00:01 PM')?.iso).toBe('12:00:01');
    expect(readClock('0:06:35')?.iso).toBe('00:06:35');
    expect(readClock('14:20')?.iso).toBe('14:20:00');
    for (const text of ['24:00:00', '13:00:00 PM', '0:10:00 AM', '1:60:00', 'noon'])
      expect(readClock(text)).toBeUndefined();
  });
});
