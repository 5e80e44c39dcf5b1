import { describe, expect, it } from 'vitest';
import { filterClauses } from '../../../../src/search/elastic/filter.ts';
import { parseQuery } from '../../../../src/search/parse-query.ts';

describe('filters on Elasticsearch', () => {
  it('are none where nothing is asked for', () => {
    expect(filterClauses(parseQuery({ text: 'foam' }))).toEqual([]);
  });

  it('take wildcards of a name literally', () => {
    expect(filterClauses(parseQuery({ vendor: 'a*b?c\\' }))).toEqual([
      { wildcard: { 'vendor.folded': { value: '*a\\*b\\?c\\\\*' } } },
    ]);
  });

  it('widen inclusive bounds and narrow exclusive ones by a millionth', () => {
    const [kv, pixel] = filterClauses(parseQuery({ kv: '5..10', pixelSize: '<5nm' }));
    expect(kv).toEqual({ range: { acceleration_voltage_v: { gte: 4999.995, lte: 10_000.01 } } });
    expect(pixel).toEqual({ range: { pixel_size_m: { lt: expect.closeTo(5e-9 * (1 - 1e-6), 20) } } });
  });

  it('keep the ends of a span of dates', () => {
    expect(filterClauses(parseQuery({ date: '2017' }))).toEqual([
      { range: { acquired: { gte: Date.UTC(2017), lt: Date.UTC(2018), format: 'epoch_millis' } } },
    ]);
  });
});
