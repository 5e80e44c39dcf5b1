import { type DecisionRules, type Ruling, rule } from '../classify/decide.ts';
import type { Metrics } from '../classify/model-schema.ts';
import { type DecisionGround, factsOf, rounded, type Validation } from './calibrate.ts';
import { countImages, type Dataset, type Example } from './dataset.ts';
import { calibrationError, confusionMatrix, type Judged, macroF1, topAccuracy } from './evaluate.ts';
import type { Side } from './split.ts';

/** `report.json`: what the evaluation saw, for people and plots; model.json holds the figures that decide. */
export interface TrainingReport {
  schemaVersion: 1;
  labels: string[];
  /** Images of each label, and on which side of the split the real ones stand. */
  classes: { label: string; real: number; simulated: number; train: number; validation: number; test: number }[];
  /** Weights of a simulated image that were tried, by cross-validation; the lowest log-loss was taken. */
  simulatedWeights: WeightTrial[];
  evaluations: Evaluation[];
}

export interface WeightTrial {
  weight: number;
  logLoss: number;
  top1: number;
}

export interface Evaluation {
  metrics: Metrics;
  /** Rows are the true labels, columns the predicted ones, summed over the repeats. */
  confusion: number[][];
  /** Per group that was left out: images and how many were right. */
  perGroup?: { group: string; n: number; right: number }[];
}

export interface JudgedSplit {
  split: string;
  judged: readonly Judged[];
  repeats: number;
  groups?: number;
}

export function splitOf({ name, judged, repeats, groups }: Validation): JudgedSplit {
  return { split: name, judged, repeats, ...(groups !== undefined && { groups }) };
}

export type EvaluationRules = DecisionGround & DecisionRules & { classes: number };

/** The figures of one split, and what decisions its images would have got. */
export function evaluateSplit({ split, judged, repeats, groups }: JudgedSplit, rules: EvaluationRules): Evaluation {
  const { classes, temperature } = rules;
  const rulings = judged.map((one) => rule(factsOf(one, rules), rules));
  const decided = (ruling: Ruling, among: number): Metrics['accepted'] => {
    const images = judged.filter((_, at) => rulings[at] === ruling);
    return {
      n: rounded(images.length / repeats),
      ...(images.length > 0 && { right: rounded(topAccuracy(images, among)) }),
    };
  };
  const confusion = confusionMatrix(judged, classes);
  const metrics: Metrics = {
    split,
    n: judged.length / repeats,
    ...(repeats > 1 && { repeats }),
    ...(groups !== undefined && { groups }),
    top1: rounded(topAccuracy(judged, 1)),
    top2: rounded(topAccuracy(judged, 2)),
    macroF1: rounded(macroF1(confusion)),
    ece: rounded(calibrationError(judged, temperature)),
    outliers: rounded(rulings.filter((ruling) => ruling === 'outlier').length / judged.length),
    accepted: decided('accepted', 1),
    suggested: decided('suggested', 2),
  };
  return { metrics, confusion };
}

/** How many images of each group were right. */
export function perGroup(
  judged: readonly Judged[],
  real: readonly Example[],
): { group: string; n: number; right: number }[] {
  const groups = new Map<string, Judged[]>();
  for (const one of judged) {
    const group = real[one.at]?.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  return [...groups]
    .map(([group, members]) => ({
      group,
      n: members.length,
      right: Math.round(topAccuracy(members, 1) * members.length),
    }))
    .toSorted((a, b) => (a.group < b.group ? -1 : 1));
}

/** Images of each class, and on which sides the real ones stand. */
export function classCounts(
  { labels, examples }: Dataset,
  sideOf: (example: Example) => Side,
): TrainingReport['classes'] {
  const sides = labels.map(() => ({ train: 0, validation: 0, test: 0 }));
  for (const example of examples) {
    const side = sides[example.label];
    if (side !== undefined && !example.simulated) side[sideOf(example)] += 1;
  }
  return countImages(labels, examples).map((counts, at) => ({
    ...counts,
    ...(sides[at] ?? { train: 0, validation: 0, test: 0 }),
  }));
}
