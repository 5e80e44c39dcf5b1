import type { Validation } from '../calibrate.ts';
import { countImages, type Dataset, type Example, isJudged } from '../dataset.ts';
import type { Judged } from '../evaluate.ts';
import type { FitOptions } from '../fit-head.ts';
import type { Side } from '../split.ts';
import { confusedPairs } from './class-figures.ts';
import { type EvaluationRules, evaluateSplit } from './evaluate-split.ts';
import { groupDifference } from './group-difference.ts';
import { learningCurve } from './learning-curve.ts';
import type { ClassCount, TrainingReport, WeightTrial } from './training-report.ts';
import { worstErrors } from './worst-errors.ts';

/** What a training has seen and judged. */
export interface TrainingResults {
  dataset: Dataset;
  /** What the head was trained on; validations judge the real ones of them. */
  fitted: readonly Example[];
  side: (example: Example) => Side;
  trials: WeightTrial[];
  /** Cross-validation first. */
  validations: readonly Validation[];
  /** The images of the test side in the order of the data, judged by the head itself. */
  test: readonly Judged[];
}

/** Evaluates every split and trains the heads of the learning curve; the same results and options give the same report. */
export async function buildReport(
  results: TrainingResults,
  rules: EvaluationRules,
  options: FitOptions,
): Promise<TrainingReport> {
  const { dataset, fitted, side, trials, validations, test } = results;
  const { labels } = dataset;
  const real = fitted.filter(isJudged);
  const splits = validations.map(({ name, ...validation }) => ({ split: name, examples: real, ...validation }));
  const evaluations = splits.map((split) => evaluateSplit(split, rules));
  if (test.length > 0) {
    const examples = dataset.examples.filter((example) => side(example) === 'test');
    evaluations.push(evaluateSplit({ split: 'test', judged: test, examples, repeats: 1 }, rules));
  }
  const curve = await learningCurve(fitted, dataset, options);
  const [pooled] = validations;
  return {
    schemaVersion: 2,
    labels,
    classes: classCounts(dataset, side),
    simulatedWeights: trials,
    evaluations,
    unseenGroups: groupDifference(evaluations),
    ...(curve !== undefined && { learningCurve: curve }),
    worstErrors: worstErrors(pooled?.judged ?? [], real, labels, rules.temperature),
    confusedPairs: confusedPairs(labels, evaluations[0]?.confusion ?? [], pooled?.repeats ?? 1),
  };
}

/** Images of each class, and on which sides the real ones stand. */
function classCounts({ labels, examples }: Dataset, sideOf: (example: Example) => Side): ClassCount[] {
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
