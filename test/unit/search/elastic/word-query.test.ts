import { describe, expect, it } from 'vitest';
import {
  explain,
  explainingClauses,
  rankingTerms,
  scoringClause,
  termShares,
} from '../../../../src/search/elastic/word-query.ts';
import { termWeight } from '../../../../src/search/evidence.ts';
import { parseQuery } from '../../../../src/search/parse-query.ts';
import type { Meaning } from '../../../../src/search/synonyms.ts';

const FOAM: Meaning = { words: ['foam'], labels: [{ label: 'Porous_Sponge', weight: 1 }] };
const WIRE: Meaning = { words: ['wire'], labels: [{ label: 'Nanowires', weight: 0.6 }] };

describe('scoring by words on Elasticsearch', () => {
  it('gives each term its share of the score and each field its evidence', () => {
    expect(scoringClause([FOAM, WIRE], [0.75, 0.25], { named: true })).toMatchObject({
      bool: {
        minimum_should_match: 1,
        should: [
          {
            dis_max: {
              boost: 0.75,
              queries: expect.arrayContaining([
                expect.objectContaining({ constant_score: expect.objectContaining({ boost: 0.4, _name: '0.issues' }) }),
              ]),
            },
          },
          { dis_max: { boost: 0.25 } },
        ],
      },
    });
  });

  it('names where a term stands only where it is asked for', () => {
    const [first, ...others] = explainingClauses([FOAM, WIRE]);
    expect(first).toMatchObject({ constant_score: { _name: '0.name' } });
    expect(others).toHaveLength(9);
    expect(JSON.stringify(scoringClause([FOAM, WIRE], [0.75, 0.25], { named: false }))).not.toContain('_name');
  });

  it('weighs rare terms more, and all of them to 1', () => {
    const shares = termShares(100, [1, 50]);
    expect(shares[0]).toBeCloseTo(termWeight(100, 1) / (termWeight(100, 1) + termWeight(100, 50)), 12);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('explains a hit by the best evidence, a field before a label of the same', () => {
    const labels = [
      { label: 'Nanowires', score: 0.9, rank: 1 },
      { label: 'Porous_Sponge', score: 0.04, rank: 2 },
    ];
    expect(explain([FOAM, WIRE], new Set(), labels)).toEqual([
      undefined,
      { term: 'wire', evidence: 0.54, where: 'label', label: 'Nanowires' },
    ]);
    expect(explain([FOAM, WIRE], new Set(['0.issues', '1.name', '1.header']), labels)).toEqual([
      { term: 'foam', evidence: 0.4, where: 'issues' },
      { term: 'wire', evidence: 1, where: 'name' },
    ]);
  });

  it('ranks by a label that is all that was asked for, however small its score', () => {
    const terms = rankingTerms(parseQuery({ label: ['Porous_Sponge'] }));
    expect(terms).toEqual([{ words: [], labels: [{ label: 'Porous_Sponge', weight: 1 }] }]);
    const [evidence] = explain(terms, new Set(), [{ label: 'Porous_Sponge', score: 0.01, rank: 1 }]);
    expect(evidence).toMatchObject({ term: 'Porous_Sponge', evidence: 0.01 });
    expect(explainingClauses(terms)).toEqual([]);
  });
});
