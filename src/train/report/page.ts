import type { ModelManifest } from '../../classify/model-schema.ts';
import { percent, percentRange } from './figures-text.ts';
import { escapeHtml, paragraph, section } from './html.ts';
import { accuracySection, classesSection, confusionSection, imagesSection, learningSection } from './page-classes.ts';
import { errorsSection } from './page-errors.ts';
import { coverageSection, decisionsSection, groupsSection, scoresSection } from './page-scores.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { TrainingReport } from './training-report.ts';

export interface PageInput {
  report: TrainingReport;
  manifest: ModelManifest;
  /** JPEGs of the worst errors by content hash, as far as their pictures could be read. */
  thumbnails: ReadonlyMap<string, Uint8Array>;
}

/**
 * `report.html`: the report as a page of its own, without scripts and without anything from a network. It holds no time;
 * the same report and thumbnails give the same bytes.
 */
export function reportPage({ report, manifest, thumbnails }: PageInput): string {
  const title = `${manifest.name} ${manifest.version}: evaluation`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    `<title>${escapeHtml(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1>${escapeHtml(title)}</h1>`,
    ...summary(report, manifest),
    '</header>',
    '<main>',
    imagesSection(report),
    accuracySection(report),
    groupsSection(report),
    classesSection(report),
    confusionSection(report),
    scoresSection(report),
    coverageSection(report),
    decisionsSection(manifest),
    learningSection(report),
    errorsSection(report, thumbnails),
    methodSection(report, manifest),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function summary({ evaluations, unseenGroups, labels }: TrainingReport, { backbone, head }: ModelManifest): string[] {
  const [first] = evaluations;
  if (first === undefined) return [];
  const { metrics, intervals } = first;
  const kind = head.hidden === undefined ? 'A softmax head' : `A head with a hidden layer of ${head.hidden} units`;
  const figures = `Of ${metrics.n} images ${percent(metrics.top1)} get the right one of ${labels.length} labels in cross-validation (95 % interval ${percentRange(intervals.top1)}); chance is ${percent(1 / labels.length)}.`;
  return [
    `<p class="lead">${escapeHtml(figures)}</p>`,
    `<p class="lead">${escapeHtml(unseenGroups.meaning)}</p>`,
    `<p class="note">${escapeHtml(`${kind} on the embeddings of ${backbone.name}. The same numbers for programs are in report.json, the limits of the model in card.md.`)}</p>`,
  ];
}

function methodSection({ evaluations, simulatedWeights }: TrainingReport, manifest: ModelManifest): string {
  const { training, calibration } = manifest;
  const [first] = evaluations;
  const repeats = first?.metrics.repeats ?? 1;
  const unit = first?.intervals.unit === 'group' ? 'whole groups of images' : 'images';
  const trials = simulatedWeights.map(({ weight, logLoss }) => `${weight} (log-loss ${logLoss})`).join(', ');
  return section('How this was measured', [
    paragraph(
      `Every figure is of real images that the judging head was not trained on. Cross-validation has five folds${repeats > 1 ? `, repeated ${repeats} times with other folds` : ''}.`,
    ),
    paragraph(
      `Intervals are bootstraps of 95 %: ${unit} drawn with replacement ${first?.intervals.replicates ?? 0} times, the percentiles moved by the bias of the bootstrap. They say how far the figures depend on which images were judged, not what another training would change.`,
    ),
    paragraph(
      `Scores are calibrated with temperature ${calibration.temperature} (${calibration.validations.join(' and ')}), so the calibration error is a little smaller than it would be on other images.`,
    ),
    ...(trials === '' ? [] : [paragraph(`Weights of a simulated image that were tried: ${trials}.`)]),
    paragraph(
      `Trained by ${training.software} (${training.trainer}), seed ${training.seed}, C = ${training.c}, data ${training.dataSha256.slice(0, 16)}.`,
    ),
    paragraph(
      `How long it took is not written here, because the same images and seed are to give the same bytes: it stands in ../${manifest.version}.timing.json beside this folder.`,
    ),
  ]);
}
