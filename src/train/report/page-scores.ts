import type { ModelManifest, Threshold } from '../../classify/model-schema.ts';
import { figure } from './draw-plot.ts';
import { imageCount, percent, splitTitle } from './figures-text.ts';
import { beside, htmlTable, paragraph, section } from './html.ts';
import { coveragePlot, reliabilityPlot, scoresPlot } from './plots.ts';
import type { Evaluation, TrainingReport } from './training-report.ts';

/** Plots of one split each: of the test side only the numbers are shown, it is a tenth of the images. */
function validations({ evaluations }: TrainingReport): Evaluation[] {
  return evaluations.filter(({ metrics }) => metrics.split !== 'test');
}

export function scoresSection(report: TrainingReport): string {
  const shown = validations(report);
  return section('Scores', [
    paragraph(
      'A score is calibrated where it is the share of answers of that score that are right: on the dashed line. Points above it were too modest, below it too sure; a point has the more area the more images it stands for.',
    ),
    beside(shown.map((one, at) => figure(reliabilityPlot(`reliability-${at + 1}`, one)) + reliabilityTable(one))),
    paragraph(
      'Where the curves of right and of wrong answers cross, an answer is as often wrong as right: below that score a label helps little.',
    ),
    beside(shown.map((one, at) => figure(scoresPlot(`scores-${at + 1}`, one)) + scoresTable(one))),
  ]);
}

function reliabilityTable({ metrics, reliability }: Evaluation): string {
  return htmlTable(
    `Reliability, ${splitTitle(metrics.split)}: calibration error ${metrics.ece.toFixed(3)}`,
    [
      { title: 'score' },
      { title: 'images', align: 'right' },
      { title: 'mean score', align: 'right' },
      { title: 'right', align: 'right' },
    ],
    reliability.map(({ from, to, n, meanScore, right }) => [
      `${from.toFixed(1)} to ${to.toFixed(1)}`,
      imageCount(n),
      meanScore?.toFixed(2) ?? '',
      right === undefined ? '' : percent(right),
    ]),
  );
}

/** Pairs of bins: the plot is finer than a table needs to be. */
const BINS_A_ROW = 2;

function scoresTable({ metrics, scores: { right, wrong, crossing } }: Evaluation): string {
  const repeats = metrics.repeats ?? 1;
  const rows = Array.from({ length: right.length / BINS_A_ROW }, (_, row) => {
    const sum = (counts: readonly number[]): string =>
      imageCount(counts.slice(row * BINS_A_ROW, (row + 1) * BINS_A_ROW).reduce((a, b) => a + b, 0) / repeats);
    const edge = (at: number): string => ((at * BINS_A_ROW) / right.length).toFixed(1);
    return [`${edge(row)} to ${edge(row + 1)}`, sum(right), sum(wrong)];
  });
  const crossed = crossing === undefined ? '' : `; the curves cross at ${crossing.toFixed(2)}`;
  return htmlTable(
    `Right and wrong answers, ${splitTitle(metrics.split)}${crossed}`,
    [{ title: 'score' }, { title: 'right', align: 'right' }, { title: 'wrong', align: 'right' }],
    rows,
  );
}

/** Every fourth point: the plot has them all. */
const COVERAGE_EVERY = 4;

export function coverageSection({ evaluations }: TrainingReport): string {
  const tables = evaluations.map(({ metrics, coverage }) =>
    htmlTable(
      `The surest answers, ${splitTitle(metrics.split)}`,
      [{ title: 'images with an answer' }, { title: 'score from', align: 'right' }, { title: 'right', align: 'right' }],
      coverage
        .filter((_, at) => at % COVERAGE_EVERY === 0)
        .map((point) => [percent(point.coverage), point.above.toFixed(2), percent(point.accuracy)]),
    ),
  );
  return section('Accuracy at coverage', [
    paragraph('How many answers are right when those of the lowest scores are left to people.'),
    figure(coveragePlot('coverage', evaluations)),
    beside(tables),
  ]);
}

/** What the difference means stands at the head of the page. */
export function groupsSection({ evaluations }: TrainingReport): string {
  const left = evaluations.find(({ perGroup }) => perGroup !== undefined);
  if (left?.perGroup === undefined) return '';
  const rows = left.perGroup
    .toSorted((a, b) => b.n - a.n)
    .slice(0, GROUPS_LISTED)
    .map(({ group, n, right }) => [group, String(n), String(right), percent(right / n)]);
  const more = left.perGroup.length - rows.length;
  return section('Groups', [
    htmlTable(
      'Each group judged by a head that has seen none of it',
      [
        { title: 'group' },
        { title: 'images', align: 'right' },
        { title: 'right', align: 'right' },
        { title: 'share', align: 'right' },
      ],
      rows,
    ),
    ...(more > 0 ? [paragraph(`${more} smaller groups are in report.json.`)] : []),
  ]);
}

const GROUPS_LISTED = 40;

export function decisionsSection({ thresholds, neighbours }: ModelManifest): string {
  return section('Decisions', [
    paragraph(decisionText('accepted', 'the first label', thresholds.accept)),
    paragraph(decisionText('suggested', 'one of the first two labels', thresholds.suggest)),
    ...[thresholds.accept, thresholds.suggest].flatMap((threshold, at) =>
      threshold === undefined ? [] : [evidenceTable(at === 0 ? 'accepted' : 'suggested', threshold)],
    ),
    ...(neighbours === undefined
      ? []
      : [
          paragraph(
            `An image whose similarity to every one of ${neighbours.count} training images is below ${neighbours.below} goes to review whatever its score.`,
          ),
        ]),
  ]);
}

function decisionText(decision: string, right: string, threshold: Threshold | undefined): string {
  return threshold === undefined
    ? `Nothing is ${decision}: no threshold reaches the precision demanded in every validation that it must hold in.`
    : `A label is ${decision} above a score of ${threshold.above}, the lowest at which ${right} was right as often as demanded.`;
}

function evidenceTable(decision: string, { evidence, above }: Threshold): string {
  return htmlTable(
    `Precision seen above ${above} (${decision})`,
    [
      { title: 'validation' },
      { title: 'images', align: 'right' },
      { title: 'right', align: 'right' },
      { title: '95 % sure of', align: 'right' },
      { title: 'demanded', align: 'right' },
    ],
    evidence.map(({ validation, n, precision, lowerBound, target }) => [
      splitTitle(validation),
      String(n),
      percent(precision),
      percent(lowerBound),
      percent(target),
    ]),
  );
}
