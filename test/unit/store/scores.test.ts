import { describe, expect, it } from 'vitest';
import { addScore, bestDocuments, createScores, raiseScore } from '../../../src/store/scores.ts';

describe('scores of documents', () => {
  it('gives the best first and of equals the later document', () => {
    const scores = createScores(9);
    for (const [doc, value] of [
      [1, 0.5],
      [4, 0.9],
      [7, 0.5],
      [9, 0.5],
    ] as const)
      raiseScore(scores, doc, value, 0);
    expect(bestDocuments(scores, 3)).toEqual([4, 9, 7]);
    expect(bestDocuments(scores, 99)).toEqual([4, 9, 7, 1]);
    expect(bestDocuments(scores, 0)).toEqual([]);
  });

  it('agrees with a full sort at every length', () => {
    const scores = createScores(300);
    for (let doc = 1; doc <= 300; doc++) raiseScore(scores, doc, 1 + ((doc * 7919) % 13), 0);
    const all = bestDocuments(scores, 300);
    for (const count of [1, 12, 13, 150, 299]) expect(bestDocuments(scores, count)).toEqual(all.slice(0, count));
  });

  it('keeps the largest evidence and where it came from, and no member twice', () => {
    const scores = createScores(3);
    raiseScore(scores, 2, 0.4, 1);
    raiseScore(scores, 2, 0.8, 5);
    raiseScore(scores, 2, 0.8, 6);
    raiseScore(scores, 3, 0, 1);
    expect(scores.docs).toEqual([2]);
    expect([scores.values[2], scores.sources[2]]).toEqual([0.8, 5]);
    addScore(scores, 2, 0.1);
    expect(scores.docs).toEqual([2]);
  });
});
