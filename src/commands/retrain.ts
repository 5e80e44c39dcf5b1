import { join, resolve } from 'node:path';
import { findModel } from '../classify/model-folder.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { embedFiles } from '../pipeline/embed-files.ts';
import { groupFiles } from '../pipeline/group-images.ts';
import { openOriginals } from '../pipeline/originals.ts';
import { reviewedImages } from '../pipeline/reviewed-images.ts';
import { modelRoots } from '../pipeline/session.ts';
import { backboneOfModel, importedBackbone, type TrainingBackbone } from '../pipeline/training-backbone.ts';
import { listClassFolders } from '../train/class-folders.ts';
import { onnxTrainer } from '../train/onnx-trainer.ts';
import { type RetrainOutcome, retrain } from '../train/retrain.ts';
import { type Invocation, type OptionValues, text, wholeNumber } from './invocation.ts';
import { createProgress } from './progress.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine, table } from './table.ts';
import { dataOptions, groupingOf } from './training-options.ts';

const DEFAULT_NAME = 'my-lab';

/** `semantiff retrain [DIR...] [--archive]`: labelled pictures in, an evaluated model folder out. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, operands, cwd, signal } = invocation;
  const isArchive = values['archive'] === true;
  if (operands.length === 0 && !isArchive) {
    throw new IngestError('usage', 'which class folders? Say semantiff retrain DIR, or --archive for reviewed records');
  }
  const [options, by] = [await dataOptions(invocation), groupingOf(values)];
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const { log } = settings;
  const roots = operands.map((folder) => resolve(cwd, folder));
  const images = roots.length === 0 ? [] : await groupFiles(await listClassFolders(roots), roots, by);
  const { backbone, backend, parent } = await openTrainingBackbone(values, settings, state);
  const originals = openOriginals(state);
  const bar = createProgress(process.stderr);
  const version = text(values, 'version');
  const seed = wholeNumber(values, 'seed', 0);
  let done = 0;
  try {
    const outcome = await retrain(
      {
        ...options,
        images,
        name: text(values, 'name') ?? DEFAULT_NAME,
        ...(version !== undefined && { version }),
        ...(seed !== undefined && { seed }),
        // A fixed test list is the test: nothing else is held back.
        heldOut: options.testList === undefined ? 'test' : 'none',
        modelsFolder: resolve(cwd, text(values, 'models') ?? join(state, 'models')),
        cacheFolder: join(state, 'embeddings'),
        backbone,
        ...(parent && { parent }),
      },
      {
        trainer: await onnxTrainer(),
        ...(isArchive && { reviewed: reviewedImages({ repo, by, original: (id) => originals.find(id), signal }) }),
        embed: async function* (files, augmentations) {
          for await (const one of embedFiles(files, backend, signal, augmentations)) {
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
    originals.close();
    await backend.close();
  }
}

/** The imported backbone that `--backbone` names, else that of the model in use. */
async function openTrainingBackbone(
  values: OptionValues,
  { config }: Settings,
  state: string,
): Promise<TrainingBackbone> {
  const imported = text(values, 'backbone');
  if (imported === undefined) {
    return await backboneOfModel(await findModel(config.classify.model, config.classify.version, modelRoots(state)));
  }
  if (text(values, 'base') === undefined) return await importedBackbone(state, imported);
  throw new IngestError('usage', '--base takes the backbone of a model, --backbone an imported one: say one of them');
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
    ...warnings.map((warning) => `! ${oneLine(warning)}`),
    ...leftOutLines(outcome),
    `Use it: semantiff backfill DIR --model ${ref.name}, or semantiff reprocess --stage classify --model ${ref.name}`,
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
