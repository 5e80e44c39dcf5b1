import { softmax } from '../classify/head.ts';

/** A validated image: the logits of a head that had not seen it. */
export interface Judged {
  /** Index of the image in the data. */
  at: number;
  label: number;
  logits: Float64Array;
  /** Cosine to the nearest real training image of that head. */
  similarity: number;
}

/** Classes from the best to the worst; of equal logits the first class comes first. */
export function ranking(logits: Float64Array): number[] {
  return [...logits.keys()].toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
}

/** Whether the right class is among the first `count`. */
export function isAmong({ label, logits }: Judged, count: number): boolean {
  return ranking(logits).slice(0, count).includes(label);
}

/** Share of images whose right class is among the first `count`. */
export function topAccuracy(judged: readonly Judged[], count: number): number {
  return judged.filter((one) => isAmong(one, count)).length / judged.length;
}

/** Rows are the true classes, columns the predicted ones. */
export function confusionMatrix(judged: readonly Judged[], classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const { label, logits } of judged) {
    const row = matrix[label];
    const predicted = ranking(logits)[0] ?? 0;
    if (row !== undefined) row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return matrix;
}

/** Mean F1 over the classes that occur; a class that is never predicted right has 0. */
export function macroF1(matrix: readonly (readonly number[])[]): number {
  const scores = matrix.flatMap((row, at) => {
    const occurs = row.reduce((a, b) => a + b, 0);
    if (occurs === 0) return [];
    const predicted = matrix.reduce((sum, other) => sum + (other[at] ?? 0), 0);
    return [(2 * (row[at] ?? 0)) / (occurs + predicted)];
  });
  return scores.reduce((a, b) => a + b, 0) / scores.length;
}

/** The calibrated score of the first label. */
export function bestScore({ logits }: Judged, temperature: number): number {
  return Math.max(...softmax(logits, temperature));
}

/** The bin of a score among `bins` of equal width from 0 to 1. */
export function binOf(score: number, bins: number): number {
  return Math.min(bins - 1, Math.floor(score * bins));
}

const BINS = 10;

/** Expected calibration error in ten bins of equal width: how far, on average, scores are from the share that is right. */
export function calibrationError(judged: readonly Judged[], temperature: number): number {
  const bins = Array.from({ length: BINS }, () => ({ score: 0, right: 0 }));
  for (const one of judged) {
    const score = bestScore(one, temperature);
    const bin = bins[binOf(score, BINS)];
    if (bin === undefined) continue;
    bin.score += score;
    bin.right += isAmong(one, 1) ? 1 : 0;
  }
  return bins.reduce((sum, { score, right }) => sum + Math.abs(score - right), 0) / judged.length;
}

/** Mean negative log-likelihood of the right classes. */
export function logLoss(judged: readonly Judged[], temperature: number): number {
  const losses = judged.map(({ logits, label }) => {
    const top = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp((logit - top) / temperature), 0);
    return Math.log(sum) - ((logits[label] ?? 0) - top) / temperature;
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}
