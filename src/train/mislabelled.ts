import { softmax } from '../classify/head.ts';
import type { Judged } from './evaluate.ts';

/** A label that a head which had not seen the picture contradicts with confidence. */
export interface Suspect {
  /** Index of the picture in the data. */
  at: number;
  /** The label it has, and the score that this label got. */
  label: number;
  given: number;
  /** The label that was found in its place, and its score. */
  found: number;
  score: number;
  /** Mean score of the found label over the pictures that have it. */
  usual: number;
}

/**
 * Labels that look wrong, the surest first (confident learning: Northcutt, Jiang and Chuang, J. Artif. Intell. Res. 70,
 * 1373, 2021): the best score is of another label, and it is at least what pictures of that label get on average. So a
 * class whose pictures are told with little confidence is not held to that of the others. Judgements are those of
 * cross-validation; those of repeats are averaged.
 */
export function findMislabelled(judged: readonly Judged[], temperature: number): Suspect[] {
  const pictures = averaged(judged, temperature);
  const usual = usualScores(pictures);
  return pictures
    .flatMap(({ at, label, scores }) => {
      const found = scores.indexOf(Math.max(...scores));
      const [score = 0, given = 0] = [scores[found], scores[label]];
      const limit = usual[found];
      if (found === label || limit === undefined || score < limit) return [];
      return [{ at, label, given, found, score, usual: limit }];
    })
    .toSorted((a, b) => b.score - b.given - (a.score - a.given) || a.at - b.at);
}

interface Picture {
  at: number;
  label: number;
  /** One a class. */
  scores: number[];
}

function averaged(judged: readonly Judged[], temperature: number): Picture[] {
  const pictures = new Map<number, Picture & { count: number }>();
  for (const { at, label, logits } of judged) {
    const scores = softmax(logits, temperature);
    const known = pictures.get(at);
    if (known === undefined) pictures.set(at, { at, label, scores: [...scores], count: 1 });
    else {
      known.count += 1;
      scores.forEach((score, c) => {
        known.scores[c] = (known.scores[c] ?? 0) + score;
      });
    }
  }
  return [...pictures.values()].map(({ at, label, scores, count }) => {
    return { at, label, scores: scores.map((score) => score / count) };
  });
}

/** The mean score of each label over the pictures that have it; undefined for a label that none has. */
function usualScores(pictures: readonly Picture[]): (number | undefined)[] {
  const sums: { sum: number; count: number }[] = [];
  for (const { label, scores } of pictures) {
    const known = sums[label] ?? { sum: 0, count: 0 };
    sums[label] = { sum: known.sum + (scores[label] ?? 0), count: known.count + 1 };
  }
  return Array.from(sums, (one) => (one === undefined ? undefined : one.sum / one.count));
}
