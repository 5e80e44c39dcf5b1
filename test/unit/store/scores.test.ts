import { describe, expect, it } from 'vitest';
import { addScore, bestDocuments, createScores } from '../../../src/store/scores.ts';

describe('scores of documents', () => {
  it('gives the best first and of equals the later document', () => {
    const scores = createScores(9);
    for (const [doc, value] of [
      [1, 0.5],
      [4, 0.9],
      [7, 0.5],
      [9, 0.5],
    ] as const)
      addScore(scores, doc, value);
    expect(bestDocuments(scores, 3)).toEqual([4, 9, 7]);
    expect(bestDocuments(scores, 99)).toEqual([4, 9, 7, 1]);
    expect(bestDocuments(scores, 0)).toEqual([]);
  });

  it('agrees with a full sort at every length', () => {
    const scores = createScores(300);
    for (let doc = 1; doc <= 300; doc++) addScore(scores, doc, 1 + ((doc * 7919) % 13));
    const all = bestDocuments(scores, 300);
    for (const count of [1, 12, 13, 150, 299]) expect(bestDocuments(scores, count)).toEqual(all.slice(0, count));
  });

  it('adds up, and takes in no member twice and none without a score', () => {
    const scores = createScores(3);
    addScore(scores, 2, 0.4);
    addScore(scores, 3, 0);
    addScore(scores, 2, 0.1);
    expect(scores.docs).toEqual([2]);
    expect(scores.values[2]).toBeCloseTo(0.5);
  });
});
