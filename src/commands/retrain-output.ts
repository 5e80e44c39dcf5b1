import type { Interval } from '../train/report/training-report.ts';
import type { RetrainOutcome } from '../train/retrain.ts';
import { oneLine, table } from './table.ts';

/** What `retrain --json` says of a training, on one line. */
export function retrainJson(outcome: RetrainOutcome): string {
  const { ref, folder, manifest, report, reportFile, seconds, leftOut, warnings, cached } = outcome;
  const { metrics, thresholds } = manifest;
  const intervals = report.evaluations.map((one) => ({ split: one.metrics.split, ...one.intervals }));
  const line = {
    ...ref,
    folder,
    report: reportFile,
    metrics,
    intervals,
    thresholds,
    leftOut,
    warnings,
    cached,
    seconds,
  };
  return `${JSON.stringify(line)}\n`;
}

/** What `retrain` tells people; `hint` is how the model comes into use. */
export function retrainText(outcome: RetrainOutcome, hint: string): string {
  const { ref, folder, report, reportFile, manifest, warnings } = outcome;
  const lines = [
    `Model ${ref.name} ${ref.version} in ${folder}`,
    `Report: ${reportFile}`,
    '',
    metricsTable(outcome),
    report.unseenGroups.meaning,
    '',
    ...report.evaluations.slice(0, 1).map(({ metrics, confusion }) => {
      return `Confusion, ${metrics.split} (rows: true, columns: predicted)\n${confusionTable(manifest.labels, confusion)}`;
    }),
    ...warnings.map((warning) => `! ${oneLine(warning)}`),
    ...leftOutLines(outcome),
    timeText(outcome),
    hint,
    '',
  ];
  return lines.join('\n');
}

const LEFT_OUT_SHOWN = 20;

function leftOutLines({ leftOut }: RetrainOutcome): string[] {
  const shown = leftOut.slice(0, LEFT_OUT_SHOWN).map(({ file, reason }) => oneLine(`  left out ${file}: ${reason}`));
  const more = leftOut.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more (--json lists all)`] : shown;
}

function timeText({ seconds: { embeddings, validation, head, report }, cached }: RetrainOutcome): string {
  return `Time: embeddings ${took(embeddings)} (${cached} from the cache), validation ${took(validation)}, head ${took(head)}, report ${took(report)}`;
}

function took(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

function metricsTable({ report }: RetrainOutcome): string {
  return table(
    [
      { title: 'evaluated on' },
      { title: 'n', align: 'right' },
      { title: 'top-1 (95 %)', align: 'right' },
      { title: 'top-2', align: 'right' },
      { title: 'macro F1 (95 %)', align: 'right' },
      { title: 'calibration error (95 %)', align: 'right' },
    ],
    report.evaluations.map(({ metrics: { split, n, top1, top2, macroF1, ece }, intervals }) => [
      split,
      String(n),
      withInterval(top1, intervals.top1),
      top2.toFixed(3),
      withInterval(macroF1, intervals.macroF1),
      withInterval(ece, intervals.ece),
    ]),
  );
}

function withInterval(value: number, [low, high]: Interval): string {
  return `${value.toFixed(3)} (${low.toFixed(2)}-${high.toFixed(2)})`;
}

function confusionTable(labels: readonly string[], confusion: readonly number[][]): string {
  return table(
    [{ title: '', max: 30 }, ...labels.map((_, i) => ({ title: String(i + 1), align: 'right' as const }))],
    confusion.map((row, i) => [`${i + 1} ${labels[i] ?? ''}`, ...row.map(String)]),
  );
}
