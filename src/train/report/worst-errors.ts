import { softmax } from '../../classify/head.ts';
import { rounded } from '../calibrate.ts';
import type { Example } from '../dataset.ts';
import type { Judged } from '../evaluate.ts';
import type { WorstError } from './training-report.ts';

const ERRORS_MAX = 30;

/** The images whose wrong label has the highest score: mislabelled, of two classes, or truly hard. */
export function worstErrors(
  judged: readonly Judged[],
  examples: readonly Example[],
  labels: readonly string[],
  temperature: number,
): WorstError[] {
  const scores = meanScores(judged, temperature);
  const errors = [...scores].flatMap(([at, mean]) => {
    const example = examples[at];
    if (example === undefined) return [];
    const best = mean.reduce((top, score, label) => (score > (mean[top] ?? 0) ? label : top), 0);
    return best === example.label ? [] : [{ example, best, mean }];
  });
  return errors
    .toSorted((a, b) => (b.mean[b.best] ?? 0) - (a.mean[a.best] ?? 0) || (a.example.sha256 < b.example.sha256 ? -1 : 1))
    .slice(0, ERRORS_MAX)
    .map(({ example: { sha256, file, group, label }, best, mean }) => ({
      sha256,
      ...(file !== undefined && { picture: folderAndName(file) }),
      ...(group !== undefined && { group }),
      label: labels[label] ?? '',
      predicted: labels[best] ?? '',
      score: rounded(mean[best] ?? 0),
      labelScore: rounded(mean[label] ?? 0),
    }));
}

/** Calibrated scores of each image, mean over its judgements. */
function meanScores(judged: readonly Judged[], temperature: number): Map<number, Float64Array> {
  const sums = new Map<number, { times: number; sum: Float64Array }>();
  for (const { at, logits } of judged) {
    const scores = softmax(logits, temperature);
    const known = sums.get(at);
    if (known === undefined) sums.set(at, { times: 1, sum: scores });
    else {
      known.times += 1;
      scores.forEach((score, label) => {
        known.sum[label] = (known.sum[label] ?? 0) + score;
      });
    }
  }
  return new Map([...sums].map(([at, { times, sum }]) => [at, sum.map((score) => score / times)]));
}

/** Where the pictures lie on this machine is not part of what was seen in them. */
function folderAndName(file: string): string {
  return file.split(/[\\/]/).slice(-2).join('/');
}
