import { join, resolve } from 'node:path';
import { findModel } from '../classify/model-folder.ts';
import { openModel } from '../classify/open-model.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { embedFiles } from '../pipeline/embed-files.ts';
import { modelRoots } from '../pipeline/session.ts';
import { thumbnailOf } from '../pipeline/thumbnail.ts';
import { listClassFolders } from '../train/class-folders.ts';
import { onnxTrainer } from '../train/onnx-trainer.ts';
import type { Interval } from '../train/report/training-report.ts';
import { type RetrainOutcome, retrain } from '../train/retrain.ts';
import { type Invocation, text, wholeNumber } from './invocation.ts';
import { createProgress } from './progress.ts';
import { loadSettings, places } from './settings.ts';
import { table } from './table.ts';

const DEFAULT_NAME = 'my-lab';

/** `semantiff retrain DIR...`: class folders in, an evaluated model folder out. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, operands, cwd, signal } = invocation;
  if (operands.length === 0) throw new IngestError('usage', 'which class folders? Say semantiff retrain DIR');
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const { log, config } = settings;
  const base = await findModel(config.classify.model, config.classify.version, modelRoots(state));
  const images = await listClassFolders(operands.map((folder) => resolve(cwd, folder)));
  const model = await openModel(base.folder);
  const bar = createProgress(process.stderr);
  const version = text(values, 'version');
  const seed = wholeNumber(values, 'seed', 0);
  let done = 0;
  try {
    const outcome = await retrain(
      {
        images,
        name: text(values, 'name') ?? DEFAULT_NAME,
        ...(version !== undefined && { version }),
        ...(seed !== undefined && { seed }),
        modelsFolder: resolve(cwd, text(values, 'models') ?? join(state, 'models')),
        cacheFolder: join(state, 'embeddings'),
        backbone: { name: base.manifest.backbone.name, file: join(base.folder, base.manifest.backbone.file) },
        parent: base.ref,
      },
      {
        trainer: await onnxTrainer(),
        embed: async function* (files) {
          for await (const one of embedFiles(files, model.backend, signal)) {
            bar.update(++done, files.length, 'embedding');
            yield one;
          }
        },
        thumbnail: thumbnailOf,
      },
      { signal, log },
    );
    bar.end();
    process.stdout.write(values['json'] === true ? jsonLine(outcome) : outcomeText(outcome));
    return EXIT_OK;
  } finally {
    bar.end();
    await model.close();
  }
}

function jsonLine(outcome: RetrainOutcome): string {
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

function outcomeText(outcome: RetrainOutcome): string {
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
    ...warnings.map((warning) => `! ${warning}`),
    timeText(outcome),
    `Use it: semantiff backfill DIR --model ${ref.name}, or semantiff reprocess --stage classify --model ${ref.name}`,
    '',
  ];
  return lines.join('\n');
}

function timeText({ seconds: { embeddings, validation, head, report }, cached }: RetrainOutcome): string {
  const took = (value: number): string => `${value.toFixed(1)} s`;
  return `Time: embeddings ${took(embeddings)} (${cached} from the cache), validation ${took(validation)}, head ${took(head)}, report ${took(report)}`;
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
