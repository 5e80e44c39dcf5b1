import type { Classification, Label } from '../domain/record.ts';
import type { ModelManifest, Threshold } from './model-schema.ts';

/** A class with fewer real training images is never decided above `review`. */
export const FEW_IMAGES = 10;
const TOP = 5;
/** Scores are written with six decimals: rounding keeps their order and 0 to 1. */
const SCORE_STEPS = 1e6;

export interface DecisionOptions {
  /** Override the thresholds of the model. */
  acceptAbove?: number;
  suggestAbove?: number;
}

type Verdict = Pick<Classification, 'decision' | 'reason'>;

/** The five best labels, best first; equal scores keep the order of `labels`. */
export function topLabels(labels: readonly string[], scores: Float64Array): Label[] {
  return labels
    .map((label, at) => ({ label, score: Math.round((scores[at] ?? 0) * SCORE_STEPS) / SCORE_STEPS }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, TOP)
    .map(({ label, score }, at) => ({ label, score, rank: at + 1 }));
}

/**
 * What may be done with labels, and why, in one sentence with the numbers. In this order: an image unlike every training
 * image, or whose best class has too few real training images, is for `review` whatever its score; then the thresholds.
 */
export function decide(
  manifest: ModelManifest,
  labels: readonly Label[],
  similarity: number | undefined,
  options: DecisionOptions = {},
): Verdict {
  const [best, second] = labels;
  if (best === undefined) return { decision: 'review', reason: 'The model gave no label.' };
  const score = best.score.toFixed(2);
  const limit = manifest.neighbours?.below;
  if (limit !== undefined && similarity !== undefined && similarity < limit) {
    const reason = `Unlike every training image (similarity ${similarity.toFixed(2)}, limit ${limit.toFixed(2)}), so ${best.label} ${score} says little.`;
    return { decision: 'review', reason };
  }
  const images = manifest.trainingImages[manifest.labels.indexOf(best.label)]?.real ?? 0;
  if (images < FEW_IMAGES) {
    const reason = `${best.label} ${score}, but the model knows only ${images} real images of it (${FEW_IMAGES} are needed).`;
    return { decision: 'review', reason };
  }
  const { accept, suggest } = manifest.thresholds;
  const acceptAbove = options.acceptAbove ?? accept?.above;
  if (acceptAbove !== undefined && best.score > acceptAbove) {
    const reason = `${best.label} ${score} is above ${acceptAbove}${basis(accept, options.acceptAbove, 'were right')}.`;
    return { decision: 'accepted', reason };
  }
  const suggestAbove = options.suggestAbove ?? suggest?.above;
  if (suggestAbove !== undefined && best.score > suggestAbove) {
    const pair = second === undefined ? best.label : `${best.label} or ${second.label}`;
    const right = 'had the right label among the first two';
    const reason = `${pair}: ${score} is above ${suggestAbove}${basis(suggest, options.suggestAbove, right)}${noAccept(acceptAbove)}.`;
    return { decision: 'suggested', reason };
  }
  return { decision: 'review', reason: `${best.label} ${score}: ${belowWhat(suggestAbove ?? acceptAbove)}.` };
}

function basis(threshold: Threshold | undefined, override: number | undefined, right: string): string {
  if (override !== undefined) return ' (set in the configuration)';
  const weakest = threshold?.evidence.toSorted((a, b) => a.precision - b.precision)[0];
  if (weakest === undefined) return '';
  return ` (${Math.round(weakest.precision * 100)} % of ${weakest.n} images in ${weakest.validation} ${right})`;
}

function noAccept(acceptAbove: number | undefined): string {
  return acceptAbove === undefined ? '; validation supports no threshold for accepting' : `, not above ${acceptAbove}`;
}

function belowWhat(threshold: number | undefined): string {
  return threshold === undefined ? 'validation of this model supports no threshold' : `not above ${threshold}`;
}
