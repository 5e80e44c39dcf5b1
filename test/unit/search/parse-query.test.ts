import { describe, expect, it } from 'vitest';
import { parseDates } from '../../../src/search/parse-dates.ts';
import { parseQuery, type SearchOptions } from '../../../src/search/parse-query.ts';

const utc = (...parts: [number, number, number?, number?, number?]): number => Date.UTC(...parts) / 1000;

describe('a span of dates', () => {
  it.each([
    ['2017', utc(2017, 0), utc(2018, 0)],
    ['2017-12', utc(2017, 11), utc(2018, 0)],
    ['2017-02-28', utc(2017, 1, 28), utc(2017, 2, 1)],
    ['2017-03-24T12:40', utc(2017, 2, 24, 12, 40), utc(2017, 2, 24, 12, 41)],
    ['2017-03..2019', utc(2017, 2), utc(2020, 0)],
    ['2017..', utc(2017, 0), undefined],
    [' ..2018 ', undefined, utc(2019, 0)],
    ['<2019', undefined, utc(2019, 0)],
    ['<=2019', undefined, utc(2020, 0)],
    ['>2019-05', utc(2019, 5), undefined],
    ['>=2019-05', utc(2019, 4), undefined],
    ['2016-02-29', utc(2016, 1, 29), utc(2016, 2, 1)],
  ])('"%s" is understood', (text, fromS, untilS) => {
    const span = parseDates(text);
    expect([span.fromS, span.untilS]).toEqual([fromS, untilS]);
  });

  it.each(['', '..', '2017-13', '2017-02-29', '17', '2019..2017', '2017-01-01T25:00', 'yesterday', '2017...2019'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseDates(text)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});

describe('a query', () => {
  it('has its ranges in SI', () => {
    const { ranges } = parseQuery({ kv: '5..15', pixelSize: '<5nm', fieldWidth: '1um..10um', tilt: '>45' });
    expect(ranges.kv).toMatchObject({ min: 5000, max: 15_000 });
    expect(ranges.pixelSize).toMatchObject({ max: 5e-9, maxInclusive: false });
    expect(ranges.fieldWidth).toMatchObject({ min: 1e-6, max: 1e-5 });
    expect(ranges.tilt?.min).toBeCloseTo(Math.PI / 4, 12);
  });

  it('ranks where there is something to rank by, else lists the newest', () => {
    expect(parseQuery({}).sort).toBe('newest');
    expect(parseQuery({ kv: '5' }).sort).toBe('newest');
    expect(parseQuery({ text: 'gold' }).sort).toBe('relevance');
    expect(parseQuery({ label: ['fibers'] })).toMatchObject({ sort: 'relevance', labels: ['Fibres'] });
    expect(parseQuery({ text: 'gold', sort: 'name' }).sort).toBe('name');
  });

  it.each([
    [{ kv: 'fast' }],
    [{ pixelSize: '5 kV' }],
    [{ limit: 0 }],
    [{ limit: 1e9 }],
    [{ decision: ['maybe'] }],
    [{ vendor: '' }],
    [{ text: 'x'.repeat(1001) }],
    [{ text: Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ') }],
    [{ unheardOf: 1 }],
  ] as unknown as [SearchOptions][])('%j is refused as wrong use', (options) => {
    expect(() => parseQuery(options)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
