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

/** Limits that a decision follows; an absent threshold means that nothing gets the decision. */
export interface DecisionRules {
  outlierBelow: number | undefined;
  acceptAbove: number | undefined;
  suggestAbove: number | undefined;
}

/** What decides about an image. */
export interface DecisionFacts {
  /** Of the best label. */
  score: number;
  /** Cosine to the nearest training image; undefined without an outlier guard. */
  similarity: number | undefined;
  /** Real training images of the best label. */
  images: number;
}

export type Ruling = 'outlier' | 'few-images' | 'accepted' | 'suggested' | 'low-score';

/**
 * In this order: an image unlike every training image, or whose best label has too few real training images, is for
 * review whatever its score; then the thresholds.
 */
export function rule({ score, similarity, images }: DecisionFacts, rules: DecisionRules): Ruling {
  const { outlierBelow, acceptAbove, suggestAbove } = rules;
  if (outlierBelow !== undefined && similarity !== undefined && similarity < outlierBelow) return 'outlier';
  if (images < FEW_IMAGES) return 'few-images';
  if (acceptAbove !== undefined && score > acceptAbove) return 'accepted';
  return suggestAbove !== undefined && score > suggestAbove ? 'suggested' : 'low-score';
}

/** The five best labels, best first; equal scores keep the order of `labels`. */
export function topLabels(labels: readonly string[], scores: Float64Array): Label[] {
  return labels
    .map((label, at) => ({ label, score: Math.round((scores[at] ?? 0) * SCORE_STEPS) / SCORE_STEPS }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, TOP)
    .map(({ label, score }, at) => ({ label, score, rank: at + 1 }));
}

/** What may be done with labels, and why, in one sentence with the numbers. */
export function decide(
  manifest: ModelManifest,
  labels: readonly Label[],
  similarity: number | undefined,
  options: DecisionOptions = {},
): Verdict {
  const [best] = labels;
  if (best === undefined) return { decision: 'review', reason: 'The model gave no label.' };
  const rules: DecisionRules = {
    outlierBelow: manifest.neighbours?.below,
    acceptAbove: options.acceptAbove ?? manifest.thresholds.accept?.above,
    suggestAbove: options.suggestAbove ?? manifest.thresholds.suggest?.above,
  };
  const images = manifest.trainingImages[manifest.labels.indexOf(best.label)]?.real ?? 0;
  const facts: DecisionFacts = { score: best.score, similarity, images };
  const ruling = rule(facts, rules);
  const decision = ruling === 'accepted' || ruling === 'suggested' ? ruling : 'review';
  return { decision, reason: reasonOf(ruling, labels, facts, rules, thresholdsUsed(manifest, options)) };
}

/** The thresholds that come from validation, not from the configuration. */
function thresholdsUsed({ thresholds }: ModelManifest, options: DecisionOptions): ModelManifest['thresholds'] {
  return {
    ...(options.acceptAbove === undefined && thresholds.accept && { accept: thresholds.accept }),
    ...(options.suggestAbove === undefined && thresholds.suggest && { suggest: thresholds.suggest }),
  };
}

function reasonOf(
  ruling: Ruling,
  labels: readonly Label[],
  { similarity = 0, images }: DecisionFacts,
  { outlierBelow = 0, acceptAbove, suggestAbove }: DecisionRules,
  validated: ModelManifest['thresholds'],
): string {
  const [best, second] = labels.map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  const reasons: Record<Ruling, string> = {
    outlier: `Unlike every training image (similarity ${similarity.toFixed(2)}, limit ${outlierBelow.toFixed(2)}), so ${best} says little.`,
    'few-images': `${best}, but the model knows only ${images} real images of that label (${FEW_IMAGES} are needed).`,
    accepted: `${best} is above ${acceptAbove}${basis(validated.accept, 'got the right label')}.`,
    suggested: `${best} or ${second}: above ${suggestAbove}${basis(validated.suggest, 'had the right label among the first two')}${notAccepted(acceptAbove)}.`,
    'low-score': `${best} is ${notAbove(suggestAbove ?? acceptAbove)}.`,
  };
  return reasons[ruling];
}

/** The least favourable validation behind a threshold. */
function basis(threshold: Threshold | undefined, right: string): string {
  if (threshold === undefined) return ' (set in the configuration)';
  const weakest = threshold.evidence.toSorted((a, b) => a.precision - b.precision)[0];
  if (weakest === undefined) return '';
  return ` (${Math.round(weakest.precision * 100)} % of ${weakest.n} images in ${weakest.validation} ${right})`;
}

function notAccepted(acceptAbove: number | undefined): string {
  return acceptAbove === undefined ? '; validation supports no threshold for accepting' : `, not above ${acceptAbove}`;
}

function notAbove(threshold: number | undefined): string {
  return threshold === undefined ? 'a score for which validation supports no decision' : `not above ${threshold}`;
}
