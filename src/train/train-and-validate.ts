import type { Head } from '../classify/head.ts';
import type { Threshold } from '../classify/model-schema.ts';
import type { Neighbours } from '../classify/neighbours.ts';
import { IngestError } from '../domain/errors.ts';
import { chooseThreshold, fitTemperature, outlierLimit, rounded, type Validation } from './calibrate.ts';
import { chooseNeighbours } from './choose-neighbours.ts';
import { countImages, type Dataset, type Example, trainingSetOf } from './dataset.ts';
import { logLoss, topAccuracy } from './evaluate.ts';
import {
  classCounts,
  type Evaluation,
  evaluateSplit,
  perGroup,
  splitOf,
  type TrainingReport,
  type WeightTrial,
} from './report.ts';
import { type Side, sideOf } from './split.ts';
import { crossValidate, type FitOptions, judgeOf, leaveGroupsOut } from './validate.ts';

export interface TrainingOptions extends Omit<FitOptions, 'simulatedWeight'> {
  heldOut: 'test' | 'none';
  targetPrecision: number;
  simulatedWeights: readonly number[];
}

/** Everything a model folder is made of. */
export interface Trained {
  dataset: Dataset;
  /** What the head was trained on. */
  fitted: readonly Example[];
  head: Head;
  neighbours: Neighbours;
  outlierBelow: number;
  temperature: number;
  calibratedOn: string[];
  accept?: Threshold;
  suggest?: Threshold;
  simulatedWeight: number;
  report: TrainingReport;
}

/**
 * A suggestion is confirmed by a person, so it may be wrong more often than what is accepted: of ten pairs of labels nine
 * must hold the right one.
 */
const SUGGEST_PRECISION = 0.9;

/**
 * Trains the head and finds out what it is worth.
 *
 * Thresholds come from pooled cross-validation. Where groups are known, what is accepted must also hold for groups that
 * were left out, because nobody looks at it again; a suggestion, which somebody confirms, need not. The temperature is
 * fitted to both validations, so that scores do not promise on an unseen source what they keep only on a seen one.
 */
export async function trainAndValidate(dataset: Dataset, options: TrainingOptions): Promise<Trained> {
  const { labels, examples } = dataset;
  const side = ({ sha256, simulated, testOnly }: Example): Side => {
    if (testOnly) return 'test';
    return simulated || options.heldOut === 'none' ? 'train' : sideOf(sha256);
  };
  const fitted = examples.filter((example) => side(example) !== 'test');
  checkFitted(dataset, fitted);
  const { weight: simulatedWeight, trials, pooled } = await chooseWeight(dataset, fitted, options);
  const fit = { ...options, simulatedWeight };
  const grouped = await leaveGroupsOut(fitted, dataset, fit);
  const validations: Validation[] = grouped === undefined ? [pooled] : [pooled, grouped];
  const temperature = fitTemperature(validations);
  const outlierBelow = outlierLimit(pooled.judged);
  const realImages = countImages(labels, fitted).map(({ real }) => real);
  const common = { temperature, realImages, outlierBelow };
  const accept = chooseThreshold(validations, { ...common, among: 1, targetPrecision: options.targetPrecision });
  const suggest = chooseThreshold([pooled], { ...common, among: 2, targetPrecision: SUGGEST_PRECISION });

  const { trainer, c, seed, signal } = options;
  const head = await trainer.train(trainingSetOf(fitted, dataset, simulatedWeight), {
    c,
    seed,
    ...(signal && { signal }),
  });
  const settings = { classes: labels.length, temperature, below: outlierBelow };
  const evaluations = validations.map((validation) => ({
    ...evaluateSplit(splitOf(validation), settings),
    ...(validation === grouped && {
      perGroup: perGroup(
        grouped.judged,
        fitted.filter(({ simulated }) => !simulated),
      ),
    }),
  }));
  const neighbours = chooseNeighbours(fitted, head);
  const test = examples.filter((example) => side(example) === 'test').map(judgeOf(head, neighbours));
  const tested: Evaluation[] =
    test.length === 0 ? [] : [evaluateSplit({ split: 'test', judged: test, repeats: 1 }, settings)];
  return {
    dataset,
    fitted,
    head,
    neighbours,
    outlierBelow,
    temperature,
    calibratedOn: validations.map(({ name }) => name),
    ...(accept && { accept }),
    ...(suggest && { suggest }),
    simulatedWeight,
    report: {
      schemaVersion: 1,
      labels,
      classes: classCounts(dataset, side),
      simulatedWeights: trials,
      evaluations: [...evaluations, ...tested],
    },
  };
}

function checkFitted({ labels }: Dataset, fitted: readonly Example[]): void {
  const counts = countImages(labels, fitted);
  const real = counts.reduce((sum, count) => sum + count.real, 0);
  if (real < 2) {
    throw new IngestError(
      'train/data',
      `Training a classifier, expected real images to validate it on, found ${real}.`,
    );
  }
  const empty = counts.filter((count) => count.real + count.simulated === 0).map(({ label }) => label);
  if (empty.length === 0) return;
  throw new IngestError(
    'train/data',
    `Training a classifier, all images of ${empty.join(', ')} fell on the test side of the split: add images, or hold out none.`,
  );
}

/** Cross-validates with every weight of a simulated image, where there are any, and takes the lowest log-loss. */
async function chooseWeight(
  dataset: Dataset,
  fitted: readonly Example[],
  options: TrainingOptions,
): Promise<{ weight: number; trials: WeightTrial[]; pooled: Validation }> {
  const hasSimulated = fitted.some(({ simulated }) => simulated);
  const weights = hasSimulated ? options.simulatedWeights : [0];
  const tried: { weight: number; loss: number; pooled: Validation }[] = [];
  for (const weight of weights) {
    const pooled = await crossValidate(fitted, dataset, { ...options, simulatedWeight: weight });
    tried.push({ weight, loss: logLoss(pooled.judged, 1), pooled });
  }
  const best = tried.toSorted((a, b) => a.loss - b.loss)[0];
  if (best === undefined) throw new IngestError('train/data', 'Expected a weight for simulated images, found none.');
  const trials = tried.map(({ weight, loss, pooled }) => ({
    weight,
    logLoss: rounded(loss),
    top1: rounded(topAccuracy(pooled.judged, 1)),
  }));
  return { weight: best.weight, trials: hasSimulated ? trials : [], pooled: best.pooled };
}
