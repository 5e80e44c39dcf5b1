import { join, resolve } from 'node:path';
import { findModel } from '../classify/model-folder.ts';
import { openModel } from '../classify/open-model.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { embedFiles } from '../pipeline/embed-files.ts';
import { modelRoots } from '../pipeline/session.ts';
import { listClassFolders } from '../train/class-folders.ts';
import { openTrainer } from '../train/open-trainer.ts';
import { type RetrainOutcome, retrain } from '../train/retrain.ts';
import { type Invocation, text } from './invocation.ts';
import { createProgress } from './progress.ts';
import { loadSettings, places } from './settings.ts';
import { table } from './table.ts';
import { headOptions, trainerChoice } from './training-options.ts';

const DEFAULT_NAME = 'my-lab';

/** `semantiff retrain DIR...`: class folders in, an evaluated model folder out. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, operands, cwd, signal } = invocation;
  if (operands.length === 0) throw new IngestError('usage', 'which class folders? Say semantiff retrain DIR');
  const head = headOptions(values);
  const choice = trainerChoice(values);
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const { log, config } = settings;
  const base = await findModel(config.classify.model, config.classify.version, modelRoots(state));
  const images = await listClassFolders(operands.map((folder) => resolve(cwd, folder)));
  const trainer = await openTrainer(choice);
  const model = await openModel(base.folder);
  const bar = createProgress(process.stderr);
  const version = text(values, 'version');
  let done = 0;
  try {
    const outcome = await retrain(
      {
        images,
        name: text(values, 'name') ?? DEFAULT_NAME,
        ...(version !== undefined && { version }),
        ...head,
        modelsFolder: resolve(cwd, text(values, 'models') ?? join(state, 'models')),
        cacheFolder: join(state, 'embeddings'),
        backbone: { name: base.manifest.backbone.name, file: join(base.folder, base.manifest.backbone.file) },
        parent: base.ref,
      },
      {
        trainer,
        embed: async function* (files) {
          for await (const one of embedFiles(files, model.backend, signal)) {
            bar.update(++done, files.length, 'embedding');
            yield one;
          }
        },
      },
      { signal, log },
    );
    bar.end();
    process.stdout.write(values['json'] === true ? jsonLine(outcome) : outcomeText(outcome));
    return EXIT_OK;
  } finally {
    bar.end();
    await trainer.close();
    await model.close();
  }
}

function jsonLine({ ref, folder, manifest, leftOut, warnings, cached }: RetrainOutcome): string {
  return `${JSON.stringify({ ...ref, folder, metrics: manifest.metrics, thresholds: manifest.thresholds, leftOut, warnings, cached })}\n`;
}

function outcomeText(outcome: RetrainOutcome): string {
  const { ref, folder, report, manifest, warnings } = outcome;
  const lines = [
    `Model ${ref.name} ${ref.version} in ${folder}`,
    '',
    metricsTable(outcome),
    ...report.evaluations.slice(0, 1).map(({ metrics, confusion }) => {
      return `Confusion, ${metrics.split} (rows: true, columns: predicted)\n${confusionTable(manifest.labels, confusion)}`;
    }),
    ...warnings.map((warning) => `! ${warning}`),
    `Use it: semantiff backfill DIR --model ${ref.name}, or semantiff reprocess --stage classify --model ${ref.name}`,
    '',
  ];
  return lines.join('\n');
}

function metricsTable({ manifest }: RetrainOutcome): string {
  return table(
    [
      { title: 'evaluated on' },
      { title: 'n', align: 'right' },
      { title: 'top-1', align: 'right' },
      { title: 'top-2', align: 'right' },
      { title: 'macro F1', align: 'right' },
      { title: 'calibration error', align: 'right' },
    ],
    manifest.metrics.map(({ split, n, top1, top2, macroF1, ece }) => [
      split,
      String(n),
      top1.toFixed(3),
      top2.toFixed(3),
      macroF1.toFixed(3),
      ece.toFixed(3),
    ]),
  );
}

function confusionTable(labels: readonly string[], confusion: readonly number[][]): string {
  return table(
    [{ title: '', max: 30 }, ...labels.map((_, i) => ({ title: String(i + 1), align: 'right' as const }))],
    confusion.map((row, i) => [`${i + 1} ${labels[i] ?? ''}`, ...row.map(String)]),
  );
}
