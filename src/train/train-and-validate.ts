import type { Head } from '../classify/head.ts';
import type { Threshold } from '../classify/model-schema.ts';
import type { Neighbours } from '../classify/neighbours.ts';
import { IngestError } from '../domain/errors.ts';
import {
  chooseThreshold,
  type DecisionGround,
  type Demand,
  fitTemperature,
  outlierLimit,
  rounded,
  type Validation,
} from './calibrate.ts';
import { chooseNeighbours } from './choose-neighbours.ts';
import { countImages, type Dataset, type Example, isJudged } from './dataset.ts';
import { logLoss, topAccuracy } from './evaluate.ts';
import { type FitOptions, fitHead } from './fit-head.ts';
import { buildReport } from './report/build-report.ts';
import type { TrainingReport, WeightTrial } from './report/training-report.ts';
import { dealSides, type Side } from './split.ts';
import { createStopwatch, type TrainingSeconds } from './stopwatch.ts';
import { crossValidate, judgeOf, leaveGroupsOut } from './validate.ts';

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
  /** Real images that were held back. */
  heldBack: readonly Example[];
  head: Head;
  /** Images of the validation side that decided when the training of the head stopped. */
  watched: number;
  neighbours: Neighbours;
  outlierBelow: number;
  temperature: number;
  calibratedOn: string[];
  accept?: Threshold;
  suggest?: Threshold;
  simulatedWeight: number;
  report: TrainingReport;
  seconds: TrainingSeconds;
}

/** Of ten suggested pairs of labels nine must hold the right one: a person confirms them, so fewer than of accepted ones. */
const SUGGEST_PRECISION = 0.9;
/** On groups that were left out a suggested pair must be right more often than wrong, or it costs more than it saves. */
const SUGGEST_PRECISION_UNSEEN = 0.5;

/**
 * Trains the head and finds out what it is worth.
 *
 * Thresholds come from pooled cross-validation. Where groups are known, what is accepted must also hold for groups that
 * were left out, because nobody looks at it again; a suggestion, which somebody confirms, needs to be helpful there. The
 * temperature is fitted to both validations, so that scores do not promise for an unseen source what they keep only for a
 * seen one.
 */
export async function trainAndValidate(dataset: Dataset, options: TrainingOptions): Promise<Trained> {
  const { labels, examples } = dataset;
  const side = sideBy(examples, options);
  const fitted = examples.filter((example) => side(example) !== 'test');
  checkFitted(dataset, fitted);
  const watch = createStopwatch();
  const chosen = await watch.time('validation', () => chooseWeight(dataset, fitted, options));
  const { weight: simulatedWeight, trials, pooled } = chosen;
  const fit = { ...options, simulatedWeight };
  const grouped = await watch.time('validation', () => leaveGroupsOut(fitted, dataset, fit));
  const validations: Validation[] = grouped === undefined ? [pooled] : [pooled, grouped];
  const ground: DecisionGround = {
    temperature: fitTemperature(validations),
    realImages: countImages(labels, fitted).map(({ real }) => real),
    outlierBelow: outlierLimit(pooled.judged),
  };
  const thresholds = chooseThresholds(pooled, grouped, ground, options.targetPrecision);

  const { head, watched } = await watch.time('head', () => fitHead(fitted, dataset, fit));
  const neighbours = chooseNeighbours(fitted, head);
  const { accept, suggest } = thresholds;
  const rules = { ...ground, labels, seed: options.seed, acceptAbove: accept?.above, suggestAbove: suggest?.above };
  const held = examples.filter((example) => side(example) === 'test');
  const test = held.map(judgeOf(head, neighbours));
  const results = { dataset, fitted, side, trials, validations, test };
  const report = await watch.time('report', () => buildReport(results, rules, fit));
  return {
    dataset,
    fitted,
    heldBack: held.filter(isJudged),
    head,
    watched,
    neighbours,
    outlierBelow: ground.outlierBelow,
    temperature: ground.temperature,
    calibratedOn: validations.map(({ name }) => name),
    ...thresholds,
    simulatedWeight,
    report,
    seconds: watch.seconds,
  };
}

function sideBy(examples: readonly Example[], { heldOut }: TrainingOptions): (example: Example) => Side {
  if (heldOut === 'none') return ({ testOnly }) => (testOnly ? 'test' : 'train');
  const { sides } = dealSides(examples);
  return ({ sha256 }) => sides.get(sha256) ?? 'train';
}

function chooseThresholds(
  pooled: Validation,
  grouped: Validation | undefined,
  ground: DecisionGround,
  targetPrecision: number,
): Pick<Trained, 'accept' | 'suggest'> {
  const demands = (seen: number, unseen: number): Demand[] => [
    { validation: pooled, target: seen },
    ...(grouped === undefined ? [] : [{ validation: grouped, target: unseen }]),
  ];
  const accept = chooseThreshold(demands(targetPrecision, targetPrecision), 1, ground);
  const suggest = chooseThreshold(demands(SUGGEST_PRECISION, SUGGEST_PRECISION_UNSEEN), 2, ground);
  return { ...(accept && { accept }), ...(suggest && { suggest }) };
}

function checkFitted({ labels }: Dataset, fitted: readonly Example[]): void {
  const counts = countImages(labels, fitted);
  const judged = fitted.filter(isJudged).length;
  if (judged < 2) {
    throw new IngestError(
      'train/data',
      `Training a classifier, expected real images to validate it on, found ${judged}.`,
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
