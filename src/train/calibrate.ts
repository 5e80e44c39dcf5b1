import { type DecisionFacts, rule } from '../classify/decide.ts';
import { softmax } from '../classify/head.ts';
import type { Evidence, Threshold } from '../classify/model-schema.ts';
import { isAmong, type Judged, logLoss, ranking } from './evaluate.ts';

/** Judgements of one kind of validation; with repeats every image is judged that often. */
export interface Validation {
  name: 'cross-validation' | 'leave-one-group-out';
  judged: readonly Judged[];
  repeats: number;
  groups?: number;
}

const COLDEST = 0.05;
const HOTTEST = 20;
/** Golden-section steps: each keeps 0.618 of the interval, 40 of them leave one part in 10^8. */
const SECTIONS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature that minimises the log-loss (Guo et al. 2017), between 0.05 and 20. Every validation weighs the same
 * however many images it judged, so scores are no more sure of themselves than unseen groups allow.
 */
export function fitTemperature(validations: readonly Validation[]): number {
  const loss = (logarithm: number): number =>
    validations.reduce((sum, { judged }) => sum + logLoss(judged, Math.exp(logarithm)), 0);
  let low = Math.log(COLDEST);
  let high = Math.log(HOTTEST);
  for (let section = 0; section < SECTIONS; section += 1) {
    const width = (high - low) * GOLDEN;
    if (loss(high - width) < loss(low + width)) high = low + width;
    else low = high - width;
  }
  return Number(Math.exp((low + high) / 2).toFixed(4));
}

/** z of a one-sided 95 % interval. */
const Z = 1.6449;

/** Lower end of the one-sided 95 % Wilson interval of `right` out of `n`; 0 for none. */
export function wilsonLower(right: number, n: number): number {
  if (n === 0) return 0;
  const share = right / n;
  const z2 = Z * Z;
  const centre = share + z2 / (2 * n);
  const spread = Z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return Math.max(0, (centre - spread) / (1 + z2 / n));
}

/** What of a trained model decides before any threshold does. */
export interface DecisionGround {
  temperature: number;
  /** Real training images of each class. */
  realImages: readonly number[];
  outlierBelow: number;
}

/** The facts that a decision about a validated image rests on. */
export function factsOf({ logits, similarity }: Judged, { temperature, realImages }: DecisionGround): DecisionFacts {
  return {
    score: Math.max(...softmax(logits, temperature)),
    similarity,
    images: realImages[ranking(logits)[0] ?? 0] ?? 0,
  };
}

/** A validation and the share of images above a threshold that must be right in it. */
export interface Demand {
  validation: Validation;
  target: number;
}

/** Thresholds are tried in thousandths. */
const STEPS = 1000;

/**
 * The lowest score above which the images of *every* validation are right with the precision demanded of it, judged by
 * the lower end of its interval, so that a few lucky images do not make a threshold. Undefined where there is none. Right
 * means that the label is among the first `among`; only images that could get the decision count.
 */
export function chooseThreshold(
  demands: readonly Demand[],
  among: 1 | 2,
  ground: DecisionGround,
): Threshold | undefined {
  const candidates = demands.map(({ validation }) => candidatesOf(validation, among, ground));
  for (let step = 0; step < STEPS; step += 1) {
    const above = step / STEPS;
    const evidence = demands.map((demand, at) => evidenceAbove(above, demand, candidates[at] ?? []));
    if (evidence.length > 0 && evidence.every(({ lowerBound, target }) => lowerBound >= target))
      return { above, evidence };
  }
  return undefined;
}

interface Candidate {
  score: number;
  right: boolean;
}

function candidatesOf({ judged }: Validation, among: 1 | 2, ground: DecisionGround): Candidate[] {
  const rules = { outlierBelow: ground.outlierBelow, acceptAbove: -1, suggestAbove: undefined };
  return judged.flatMap((one) => {
    const facts = factsOf(one, ground);
    return rule(facts, rules) === 'accepted' ? [{ score: facts.score, right: isAmong(one, among) }] : [];
  });
}

/** Repeats judge the same images again: they steady the precision, but do not make it surer. */
function evidenceAbove(above: number, { validation, target }: Demand, candidates: readonly Candidate[]): Evidence {
  const { name, repeats } = validation;
  const passed = candidates.filter(({ score }) => score > above);
  const n = passed.length / repeats;
  const right = passed.filter((one) => one.right).length / repeats;
  const precision = rounded(n === 0 ? 0 : right / n);
  return { validation: name, n: Math.floor(n), precision, lowerBound: rounded(wilsonLower(right, n)), target };
}

/** Figures of a report are written with four decimals. */
export function rounded(value: number): number {
  return Number(value.toFixed(4));
}

/** Share of images of seen groups that the outlier guard may send to review. */
const OUTLIER_SHARE = 0.1;

/** The similarity below which an image counts as an outlier: a tenth of the cross-validated images lie below it. */
export function outlierLimit(judged: readonly Judged[]): number {
  const sorted = judged.map(({ similarity }) => similarity).toSorted((a, b) => a - b);
  return rounded(sorted[Math.floor(sorted.length * OUTLIER_SHARE)] ?? -1);
}
