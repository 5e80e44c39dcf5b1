import { describe, expect, it } from 'vitest';
import { addIsoTime } from '../../../src/metadata/iso-time.ts';
import type { TermList } from '../../../src/metadata/term-list.ts';

function read(raw: string): TermList {
  const list: TermList = { terms: [], issues: [] };
  addIsoTime(list, { key: 'time', raw });
  return list;
}

describe('an ISO 8601 moment', () => {
  it.each([
    ['2020-08-18T13:40:03', '2020-08-18T13:40:03', 'measured'],
    ['2017-04-20T11:52:36.078+02:00', '2017-04-20T11:52:36', 'measured'],
    ['2022-10-04 08:41:33.1234567-0500', '2022-10-04T08:41:33', 'measured'],
    ['2022-10-04T08:41:33Z', '2022-10-04T08:41:33', 'low'],
  ])('%s is read as the clock showed it', (raw, value, trust) => {
    expect(read(raw)).toEqual({ terms: [{ term: 'acquired_at', value, raw, key: 'time', trust }], issues: [] });
  });

  it.each([
    '2020-02-30T10:00:00',
    '2020-08-18T25:00:00',
    '18.08.2020 13:40:03',
    '2020-08-18',
    'yesterday',
    '1899-12-30T00:00:00',
  ])('%s is none', (raw) => {
    const { terms, issues } = read(raw);
    expect(terms).toEqual([]);
    expect(issues).toMatchObject([{ code: 'header-value-unreadable', term: 'acquired_at', raw }]);
  });

  it('may be absent', () => {
    const list: TermList = { terms: [], issues: [] };
    addIsoTime(list, undefined);
    expect(list).toEqual({ terms: [], issues: [] });
  });
});
