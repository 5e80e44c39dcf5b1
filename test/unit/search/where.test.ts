import { describe, expect, it } from 'vitest';
import { ContentHash } from '../../../src/domain/ids.ts';
import type { SearchHit, SearchIndex } from '../../../src/search/index-interface.ts';
import type { SearchQuery } from '../../../src/search/query.ts';
import { idsWhere, parseWhere } from '../../../src/search/where.ts';

describe('a search in one text', () => {
  it('has words, phrases and fields in any order', () => {
    expect(parseWhere('porous kv:5..15 "cell scaffold" vendor:zeiss pixel-size:<5nm')).toEqual({
      text: 'porous "cell scaffold"',
      kv: '5..15',
      vendor: 'zeiss',
      pixelSize: '<5nm',
    });
  });

  it('keeps blanks in quotes and collects labels', () => {
    expect(parseWhere('label:"Porous Sponge" LABEL:Tips decision:review date:2017.. no-issue:noisy')).toEqual({
      text: '',
      label: ['Porous Sponge', 'Tips'],
      decision: ['review'],
      date: '2017..',
      noIssue: ['noisy'],
    });
  });

  it.each(['', '   ', 'voltage:5..15 zeiss', 'id:abc'])('"%s" is refused', (text) => {
    expect(() => parseWhere(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('the ids that a search finds', () => {
  it('are those of every page', async () => {
    const all = Array.from({ length: 2345 }, (_, i) => ContentHash.parse(i.toString(16).padStart(64, '0')));
    const asked: SearchQuery[] = [];
    const index = {
      labels: async () => [],
      search: async (query: SearchQuery) => {
        asked.push(query);
        const hits = all.slice(query.offset, query.offset + query.limit).map((id) => ({ id }) as SearchHit);
        return { total: all.length, hits };
      },
    } as Pick<SearchIndex, 'labels' | 'search'> as SearchIndex;
    expect(await idsWhere(index, 'kv:5')).toEqual(new Set(all));
    expect(asked.map(({ offset }) => offset)).toEqual([0, 1000, 2000]);
    expect(asked[0]?.ranges.kv).toMatchObject({ min: 4500, max: 5500 });
  });
});
