import { describe, expect, it } from 'vitest';
import { describeQuery } from '../../../src/search/describe-query.ts';
import { explainHit } from '../../../src/search/explain-hit.ts';
import type { MatchReason, SearchHit } from '../../../src/search/index-interface.ts';
import { inSpaceOfRecords, packageEmbedder } from '../../../src/search/meaning.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { shippedTaxonomy } from '../../../src/search/taxonomy.ts';
import { idOf } from '../../builders/micrograph-record.ts';

const deps = { words: packageEmbedder(), taxonomy: shippedTaxonomy() };

function hit(matched: MatchReason): SearchHit {
  return {
    id: idOf('x'),
    revision: 1,
    matched,
    name: 'leaf_7.tif',
    recordPath: 'records',
    labels: [
      { label: 'Porous_Sponge', score: 0.8, rank: 1 },
      { label: 'Biological', score: 0.1, rank: 2 },
    ],
    decision: 'review',
    issues: [],
  };
}

describe('why a hit is there', () => {
  it('says where its words stand and which labels they stand for', () => {
    const terms: MatchReason['terms'] = [
      { term: 'sponge', evidence: 0.8, where: 'label', label: 'Porous_Sponge' },
      { term: 'leaf', evidence: 1, where: 'name' },
      { term: 'Tips', evidence: 0.5, where: 'label', label: 'Tips' },
    ];
    expect(explainHit(hit({ terms }), parseQuery({ text: 'sponge leaf' }), deps)).toEqual([
      '"sponge" stands for the label Porous_Sponge, evidence 80 %',
      '"leaf" stands in its file or folder name',
      'labelled Tips, 50 %',
    ]);
  });

  it('says which words of the record are near to what was asked', () => {
    const embedded = packageEmbedder().embedNow(describeQuery('bath foam', shippedTaxonomy()));
    const query = { ...parseQuery({ text: 'bath foam' }), ...(embedded && { meaning: inSpaceOfRecords(embedded) }) };
    const [line] = explainHit(hit({ terms: [], meaning: 0.617 }), query, deps);
    expect(line).toMatch(/^similar in meaning \(0\.62\), near to: .*foam/);
  });

  it('says how much alike two pictures look, and of a meaning of another space only how near', () => {
    const other = { ...parseQuery({ text: 'x' }), meaning: { space: 'other', vector: new Float32Array(4) } };
    expect(explainHit(hit({ terms: [], similarity: 0.9, meaning: 0.5 }), other, deps)).toEqual([
      'similar in meaning (0.50)',
      'looks alike (0.90)',
    ]);
  });
});
