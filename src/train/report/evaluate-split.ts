import { type DecisionRules, type Ruling, rule } from '../../classify/decide.ts';
import type { Metrics } from '../../classify/model-schema.ts';
import { type DecisionGround, factsOf, rounded } from '../calibrate.ts';
import type { Example } from '../dataset.ts';
import { calibrationError, confusionMatrix, isAmong, type Judged, macroF1, topAccuracy } from '../evaluate.ts';
import { intervalsOf } from './bootstrap.ts';
import { classFigures } from './class-figures.ts';
import { coverageCurve, reliabilityBins, scoredAnswers, scoreHistogram, secondRight } from './score-figures.ts';
import type { Evaluation } from './training-report.ts';

export interface JudgedSplit {
  split: string;
  judged: readonly Judged[];
  /** The images that `judged[].at` counts. */
  examples: readonly Example[];
  repeats: number;
  /** Groups that were left out one by one. */
  groups?: number;
}

export interface EvaluationRules extends DecisionGround, DecisionRules {
  outlierBelow: number;
  labels: readonly string[];
  /** Of the bootstrap. */
  seed: number;
}

/** The figures of one split, with their intervals, and what decisions its images would have got. */
export function evaluateSplit(split: JudgedSplit, rules: EvaluationRules): Evaluation {
  const { judged, examples, repeats, groups } = split;
  const { labels, temperature, seed } = rules;
  const confusion = confusionMatrix(judged, labels.length);
  const answers = scoredAnswers(judged, temperature);
  const top = (count: number): number => rounded(topAccuracy(judged, count));
  return {
    metrics: metricsOf(split, confusion, rules),
    topAccuracy: { 1: top(1), 2: top(2), 3: top(3), 5: top(5) },
    intervals: intervalsOf(judged, examples, { classes: labels.length, temperature, seed }),
    perClass: classFigures(labels, confusion, repeats),
    confusion,
    reliability: reliabilityBins(answers, repeats),
    scores: scoreHistogram(answers),
    secondRight: secondRight(judged),
    coverage: coverageCurve(answers),
    ...(groups !== undefined && groupFigures(split, rules)),
  };
}

function metricsOf(
  { split, judged, repeats, groups }: JudgedSplit,
  confusion: readonly (readonly number[])[],
  rules: EvaluationRules,
): Metrics {
  const rulings = judged.map((one) => rule(factsOf(one, rules), rules));
  const decided = (ruling: Ruling, among: number): Metrics['accepted'] => {
    const images = judged.filter((_, at) => rulings[at] === ruling);
    return {
      n: rounded(images.length / repeats),
      ...(images.length > 0 && { right: rounded(topAccuracy(images, among)) }),
    };
  };
  return {
    split,
    n: judged.length / repeats,
    ...(repeats > 1 && { repeats }),
    ...(groups !== undefined && { groups }),
    top1: rounded(topAccuracy(judged, 1)),
    top2: rounded(topAccuracy(judged, 2)),
    macroF1: rounded(macroF1(confusion)),
    ece: rounded(calibrationError(judged, rules.temperature)),
    outliers: rounded(rulings.filter((ruling) => ruling === 'outlier').length / judged.length),
    accepted: decided('accepted', 1),
    suggested: decided('suggested', 2),
  };
}

/** How many images of each group were right. */
function perGroup(
  judged: readonly Judged[],
  examples: readonly Example[],
): { group: string; n: number; right: number }[] {
  const counts = new Map<string, { n: number; right: number }>();
  for (const one of judged) {
    const group = examples[one.at]?.group ?? '';
    const count = counts.get(group) ?? { n: 0, right: 0 };
    counts.set(group, { n: count.n + 1, right: count.right + (isAmong(one, 1) ? 1 : 0) });
  }
  return [...counts]
    .map(([group, { n, right }]) => ({ group, n, right }))
    .toSorted((a, b) => (a.group < b.group ? -1 : 1));
}

/** The figures without the classes that one group alone has: leaving it out left nothing of them to learn from. */
function groupFigures(
  { judged, examples, repeats }: JudgedSplit,
  { labels, temperature, seed }: EvaluationRules,
): Pick<Evaluation, 'perGroup' | 'singleGroup' | 'severalGroups'> {
  const groupsOf = labels.map(() => new Set<string | undefined>());
  for (const { at, label } of judged) groupsOf[label]?.add(examples[at]?.group);
  const rest = judged.filter(({ label }) => (groupsOf[label]?.size ?? 0) > 1);
  return {
    perGroup: perGroup(judged, examples),
    singleGroup: labels.filter((_, at) => groupsOf[at]?.size === 1),
    ...(rest.length > 0 && {
      severalGroups: {
        n: rest.length / repeats,
        top1: rounded(topAccuracy(rest, 1)),
        macroF1: rounded(macroF1(confusionMatrix(rest, labels.length))),
        ece: rounded(calibrationError(rest, temperature)),
        intervals: intervalsOf(rest, examples, { classes: labels.length, temperature, seed }),
      },
    }),
  };
}
