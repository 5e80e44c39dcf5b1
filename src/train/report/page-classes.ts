import { classPlot } from './class-plot.ts';
import { confusionPlot } from './confusion-plot.ts';
import { figure } from './draw-plot.ts';
import { imageCount, percent, percentRange, range, splitTitle } from './figures-text.ts';
import { escapeHtml, htmlTable, paragraph, section, type TableColumn } from './html.ts';
import { learningPlot } from './plots.ts';
import type { Evaluation, TrainingReport } from './training-report.ts';

function number(title: string): TableColumn {
  return { title, align: 'right' };
}

/** Images of each class and side. */
export function imagesSection({ classes }: TrainingReport): string {
  const total = classes.reduce((sum, { real }) => sum + real, 0);
  const simulated = classes.some((one) => one.simulated > 0);
  const columns = ['images', 'train', 'validation', 'test', ...(simulated ? ['simulated'] : [])].map(number);
  const rows = classes.map((one) => {
    const counts = [one.real, one.train, one.validation, one.test, ...(simulated ? [one.simulated] : [])];
    return [one.label, ...counts.map(String)];
  });
  return section('Images', [
    htmlTable(`${total} real images of ${classes.length} classes`, [{ title: 'class' }, ...columns], rows),
    paragraph('Train and validation images are those of the cross-validation; test images are never trained on.'),
  ]);
}

export function accuracySection({ evaluations }: TrainingReport): string {
  const titles = ['n', 'top-1', '95 %', 'top-2', 'top-3', 'top-5', 'macro F1', '95 %', 'calibration error', '95 %'];
  const rows = evaluations.flatMap((one) => [accuracyRow(one), ...apartRow(one)]);
  const [first] = evaluations;
  return section('Accuracy', [
    htmlTable(
      'Share of images whose right label is first, or among the first',
      [{ title: 'judged on' }, ...titles.map(number)],
      rows,
    ),
    ...evaluations.map(({ metrics, secondRight: { wrong, right } }) => {
      const images = imageCount(wrong / (metrics.repeats ?? 1));
      return paragraph(
        `${capital(splitTitle(metrics.split))}: where the first label is wrong (${images} images), the second is right for ${percent(right)}.`,
      );
    }),
    ...evaluations.flatMap(({ singleGroup = [] }) =>
      singleGroup.length === 0 ? [] : [paragraph(`Classes of one group: ${singleGroup.join(', ')}.`)],
    ),
    ...(first === undefined ? [] : [paragraph(unitText(first))]),
  ]);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function unitText({ intervals: { unit, units } }: Evaluation): string {
  return unit === 'group'
    ? `The intervals draw whole groups (${units}), because images of one group resemble each other.`
    : `The intervals draw images (${units}): where several are of one session, they are too narrow.`;
}

function accuracyRow({ metrics, topAccuracy, intervals }: Evaluation): string[] {
  const groups = metrics.groups === undefined ? '' : ` (${metrics.groups})`;
  return [
    `${splitTitle(metrics.split)}${groups}`,
    String(metrics.n),
    percent(metrics.top1),
    percentRange(intervals.top1),
    percent(topAccuracy[2]),
    percent(topAccuracy[3]),
    percent(topAccuracy[5]),
    metrics.macroF1.toFixed(2),
    range(intervals.macroF1),
    metrics.ece.toFixed(2),
    range(intervals.ece),
  ];
}

function apartRow({ severalGroups, singleGroup = [] }: Evaluation): string[][] {
  if (severalGroups === undefined || singleGroup.length === 0) return [];
  const { n, top1, macroF1, ece, intervals } = severalGroups;
  return [
    [
      'the same, without classes of one group',
      String(n),
      percent(top1),
      percentRange(intervals.top1),
      '',
      '',
      '',
      macroF1.toFixed(2),
      range(intervals.macroF1),
      ece.toFixed(2),
      range(intervals.ece),
    ],
  ];
}

export function classesSection({ evaluations }: TrainingReport): string {
  const [first, ...others] = evaluations;
  if (first === undefined) return '';
  const left = others.find(({ metrics }) => metrics.split === 'leave-one-group-out');
  const columns = ['n', 'precision', 'recall', ...(left === undefined ? [] : ['recall, groups left out'])].map(number);
  const rows = first.perClass.map(({ label, n, precision, recall }, at) => [
    label,
    imageCount(n),
    percent(precision),
    percent(recall),
    ...(left === undefined ? [] : [percent(left.perClass[at]?.recall)]),
  ]);
  return section('Classes', [
    paragraph(
      'Precision: of the images that got the label, how many have it. Recall: of the images that have the label, how many got it.',
    ),
    figure(classPlot('classes', first)),
    htmlTable(splitTitle(first.metrics.split), [{ title: 'class' }, ...columns], rows),
  ]);
}

/** A table of more classes is too wide for a page: the largest errors are listed instead. */
const FULL_TABLE_MAX = 16;
const ERRORS_LISTED = 30;

export function confusionSection({ evaluations, labels, confusedPairs }: TrainingReport): string {
  const [first] = evaluations;
  if (first === undefined) return '';
  return section('What is taken for what', [
    figure(confusionPlot('confusion', labels, first)),
    labels.length <= FULL_TABLE_MAX ? fullTable(labels, first) : largestErrors(labels, first),
    ...(confusedPairs.length === 0
      ? [paragraph('No image was taken for another class.')]
      : [pairsTable(confusedPairs)]),
    ...mergeSuggestion(confusedPairs, first),
  ]);
}

function mergeSuggestion(pairs: TrainingReport['confusedPairs'], { metrics }: Evaluation): string[] {
  const suggested = pairs.filter(({ suggestMerge }) => suggestMerge);
  if (suggested.length === 0) return [];
  const items = suggested.map(({ labels: [a, b], share, mergedTop1 }) =>
    escapeHtml(
      `${a} and ${b}: ${percent(share)} of their images are taken for the other; as one class top-1 would be ${percent(mergedTop1)} instead of ${percent(metrics.top1)}.`,
    ),
  );
  return [
    paragraph(
      'Think of merging these pairs, where the difference does not matter to you; more images of both are the other way:',
    ),
    `<ul>${items.map((item) => `<li>${item}</li>`).join('\n')}</ul>`,
  ];
}

function fullTable(labels: readonly string[], { confusion, metrics }: Evaluation): string {
  const rows = confusion.map((row, at) => [
    `${at + 1} ${labels[at]}`,
    ...row.map((n) => (n === 0 ? '' : imageCount(n / (metrics.repeats ?? 1)))),
  ]);
  return htmlTable(
    'Images by true class (rows) and predicted class (columns)',
    [{ title: 'true class' }, ...labels.map((_, at) => number(String(at + 1)))],
    rows,
  );
}

function largestErrors(labels: readonly string[], { confusion, metrics }: Evaluation): string {
  const cells = confusion.flatMap((row, at) =>
    row.flatMap((n, column) => (n === 0 || at === column ? [] : [{ at, column, n }])),
  );
  const rows = cells
    .toSorted((a, b) => b.n - a.n)
    .slice(0, ERRORS_LISTED)
    .map(({ at, column, n }) => [labels[at] ?? '', labels[column] ?? '', imageCount(n / (metrics.repeats ?? 1))]);
  return htmlTable('The largest errors', [{ title: 'true class' }, { title: 'taken for' }, number('images')], rows);
}

function pairsTable(pairs: TrainingReport['confusedPairs']): string {
  return htmlTable(
    'Pairs of classes most often taken for each other',
    [
      { title: 'first' },
      { title: 'second' },
      number('first taken for second'),
      number('second taken for first'),
      number('share of both'),
      number('top-1 as one class'),
    ],
    pairs.map(({ labels: [a, b], confused: [there, back], share, mergedTop1 }) => [
      a,
      b,
      imageCount(there),
      imageCount(back),
      percent(share),
      percent(mergedTop1),
    ]),
  );
}

export function learningSection({ learningCurve, labels }: TrainingReport): string {
  if (learningCurve === undefined) {
    return section('Learning curve', [
      paragraph('The classes are too small to leave images out of the training for it.'),
    ]);
  }
  const { points, judged } = learningCurve;
  const [last, before] = [points.at(-1), points.at(-2)];
  const gain = (last?.top1.mean ?? 0) - (before?.top1.mean ?? 0);
  const rows = points.map(({ perClass, full, images, draws, top1, macroF1 }) => [
    String(perClass),
    `${full} of ${labels.length}`,
    imageCount(images),
    percent(top1.mean),
    `${percent(top1.low)} to ${percent(top1.high)}`,
    macroF1.mean.toFixed(2),
    String(draws),
  ]);
  const titles = [
    'classes that have so many',
    'images trained on',
    'top-1',
    'lowest to highest draw',
    'macro F1',
    'draws',
  ];
  return section('Learning curve', [
    paragraph(
      `Heads trained on so many images of every class, as far as it has them, judged on ${imageCount(judged)} images of groups that they may have seen. The last step changed top-1 by ${(gain * 100).toFixed(1)} points${last === undefined || last.full === labels.length ? '' : `, from more images of ${last.full} of ${labels.length} classes`}.`,
    ),
    figure(learningPlot('learning', learningCurve)),
    htmlTable('Accuracy over images of every class', [number('images of every class'), ...titles.map(number)], rows),
  ]);
}
