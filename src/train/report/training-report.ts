import type { Metrics } from '../../classify/model-schema.ts';

/**
 * `report.json`: what the evaluation saw, for people and plots; model.json holds the figures that decide. It holds no
 * time and no path of this machine: the same pictures, options and seed give the same bytes.
 */
export interface TrainingReport {
  schemaVersion: 2;
  labels: string[];
  /** Images of each label, and on which side of the split the real ones stand. */
  classes: ClassCount[];
  /** Weights of a simulated image that were tried, by cross-validation; the lowest log-loss was taken. */
  simulatedWeights: WeightTrial[];
  /** Cross-validation first; then, as far as they are there, left-out groups and test images. */
  evaluations: Evaluation[];
  unseenGroups: GroupDifference;
  /** Absent where the classes are too small to be learnt from and judged. */
  learningCurve?: LearningCurve;
  /** Of the cross-validation, the surest first; 30 at most. */
  worstErrors: WorstError[];
  /** Of the cross-validation, the most often confused first; 10 at most. */
  confusedPairs: ConfusedPair[];
}

export interface ClassCount {
  label: string;
  real: number;
  simulated: number;
  train: number;
  validation: number;
  test: number;
}

export interface WeightTrial {
  weight: number;
  logLoss: number;
  top1: number;
}

/** Counts of a repeated validation are summed over the repeats, but `n` is always a number of images. */
export interface Evaluation {
  metrics: Metrics;
  /** Share of images whose right label is among the first 1, 2, 3, 5. */
  topAccuracy: Record<'1' | '2' | '3' | '5', number>;
  intervals: Intervals;
  perClass: ClassFigures[];
  /** Rows are the true labels, columns the predicted ones. */
  confusion: number[][];
  /** Ten bins of the first label's score. */
  reliability: ReliabilityBin[];
  scores: ScoreHistogram;
  /** Of the images whose first label is wrong, how many have the right one second. */
  secondRight: { wrong: number; right: number };
  /** From all images down to the surest twentieth. */
  coverage: CoveragePoint[];
  /** Per group that was left out: images and how many were right. */
  perGroup?: { group: string; n: number; right: number }[];
  /** Labels of one group only: where it is left out, no real image of them is left to learn from. */
  singleGroup?: string[];
  /** The figures without those labels; absent where every label is one of them. */
  severalGroups?: SeveralGroups;
}

export type Interval = [low: number, high: number];

/** Bootstrap of 95 %: whole `unit`s were drawn with replacement. */
export interface Intervals {
  unit: 'image' | 'group';
  units: number;
  replicates: number;
  top1: Interval;
  macroF1: Interval;
  ece: Interval;
}

export interface ClassFigures {
  label: string;
  n: number;
  /** Absent where the label was never predicted. */
  precision?: number;
  /** Absent where no image has the label. */
  recall?: number;
}

export interface ReliabilityBin {
  from: number;
  to: number;
  n: number;
  /** Both are absent in an empty bin. */
  meanScore?: number;
  right?: number;
}

/** Answers in bins of equal width from 0 to 1 by the first label's score. */
export interface ScoreHistogram {
  right: number[];
  wrong: number[];
  /** The score above which an answer is more often right than wrong; absent where all answers are right, or wrong. */
  crossing?: number;
}

/** Of the `coverage` surest answers, those with a score of `above` or more, `accuracy` were right. */
export interface CoveragePoint {
  coverage: number;
  above: number;
  accuracy: number;
}

export interface SeveralGroups {
  n: number;
  top1: number;
  macroF1: number;
  ece: number;
  intervals: Intervals;
}

export interface GroupDifference {
  /** Top-1 of images of groups that the head has seen, and of groups that were left out. */
  seen: number;
  unseen?: number;
  /** For people: what the difference means. */
  meaning: string;
}

export interface LearningCurve {
  /** Images that are judged in each draw, and never trained on in it. */
  judged: number;
  points: CurvePoint[];
}

/** A head trained on `perClass` images of every class, as far as it has so many: `full` classes have. */
export interface CurvePoint {
  perClass: number;
  full: number;
  /** Real images trained on, mean over the draws. */
  images: number;
  draws: number;
  top1: Spread;
  macroF1: Spread;
}

/** Over the draws. */
export interface Spread {
  mean: number;
  low: number;
  high: number;
}

export interface WorstError {
  sha256: string;
  /** Folder and name of the file, where it is known. */
  picture?: string;
  group?: string;
  label: string;
  predicted: string;
  /** Calibrated scores, mean over the repeats. */
  score: number;
  labelScore: number;
}

export interface ConfusedPair {
  labels: [string, string];
  /** Images of the first taken for the second, and the other way round; mean over the repeats. */
  confused: [number, number];
  /** Share of the images of both classes that are confused. */
  share: number;
  /** Top-1 of the whole if the two were one class. */
  mergedTop1: number;
  suggestMerge: boolean;
}
