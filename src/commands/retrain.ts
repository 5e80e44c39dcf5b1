import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { InferenceBackend } from '../classify/backend.ts';
import { openBackbone } from '../classify/open-backbone.ts';
import { INPUT_SIZE } from '../classify/preprocess.ts';
import type { Config } from '../config/schema.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { openArchiveFacts } from '../pipeline/archive-facts.ts';
import { embedFiles, networkImage } from '../pipeline/embed-files.ts';
import { groupFiles } from '../pipeline/group-images.ts';
import { modelInUse, userModels } from '../pipeline/model-in-use.ts';
import { reviewedImages } from '../pipeline/reviewed-images.ts';
import { thumbnailOf } from '../pipeline/thumbnail.ts';
import { backboneOfModel, importedBackbone, type TrainingBackbone } from '../pipeline/training-backbone.ts';
import { SOFTWARE } from '../software.ts';
import { listClassFolders } from '../train/class-folders.ts';
import type { Embed } from '../train/gather-embeddings.ts';
import { openTrainer } from '../train/open-trainer.ts';
import { type BackboneSource, type RetrainInput, type RetrainOutcome, retrain } from '../train/retrain.ts';
import { retrainTuned, type TuneDeps } from '../train/retrain-tuned.ts';
import { headOptions, trainerChoice, tuneRequest } from './head-options.ts';
import { type Invocation, type OptionValues, text } from './invocation.ts';
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
  const [head, choice] = [headOptions(values), trainerChoice(values)];
  const tune = tuneRequest(values, options.augmentations ?? []);
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const { log } = settings;
  const roots = operands.map((folder) => resolve(cwd, folder));
  const images = roots.length === 0 ? [] : await groupFiles(await listClassFolders(roots), roots, by);
  const trainer = await openTrainer(choice);
  const { backbone, backend, parent } = await openTrainingBackbone(values, settings, state);
  const facts = openArchiveFacts(state);
  const bar = createProgress(process.stderr);
  const version = text(values, 'version');
  try {
    const input: RetrainInput = {
      ...options,
      images,
      name: text(values, 'name') ?? DEFAULT_NAME,
      ...(version !== undefined && { version }),
      ...head,
      // A fixed test list is the test: nothing else is held back.
      heldOut: options.testList === undefined ? 'test' : 'none',
      modelsFolder: resolve(cwd, text(values, 'models') ?? userModels(state)),
      cacheFolder: join(state, 'embeddings'),
      backbone,
      ...(parent && { parent }),
      program: `${SOFTWARE.name} ${SOFTWARE.version}`,
      sharedTestList: userModels(state),
    };
    const reviewed = isArchive && reviewedImages({ repo, by, ...facts, signal });
    const tools = { trainer, embed: embedWith(backend, bar, signal), thumbnail: thumbnailOf };
    const outcome =
      tune === undefined
        ? await retrain(input, { ...tools, ...(reviewed && { reviewed }) }, { signal, log })
        : await retrainTuned(input, tune, { ...tools, ...tuningTools(backbone, bar, signal) }, { signal, log });
    bar.end();
    const hint = await useHint(outcome, settings.config, state);
    process.stdout.write(values['json'] === true ? jsonLine(outcome) : outcomeText(outcome, hint));
    return EXIT_OK;
  } finally {
    bar.end();
    facts.close();
    await trainer.close();
    await backend.close();
  }
}

/** The imported backbone that `--backbone` names, else that of the model in use, or of `--base`. */
async function openTrainingBackbone(
  values: OptionValues,
  { config }: Settings,
  state: string,
): Promise<TrainingBackbone> {
  const imported = text(values, 'backbone');
  if (imported === undefined) return await backboneOfModel((await modelInUse(config, state)).model);
  if (text(values, 'base') === undefined) return await importedBackbone(state, imported);
  throw new IngestError('usage', '--base takes the backbone of a model, --backbone an imported one: say one of them');
}

function embedWith(backend: InferenceBackend, bar: ReturnType<typeof createProgress>, signal: AbortSignal): Embed {
  let done = 0;
  return async function* (files, augmentations) {
    for await (const one of embedFiles(files, backend, signal, augmentations)) {
      bar.update(++done, files.length, 'embedding');
      yield one;
    }
  };
}

function tuningTools(
  { interface: face, inputSize = INPUT_SIZE }: BackboneSource,
  bar: ReturnType<typeof createProgress>,
  signal: AbortSignal,
): Pick<TuneDeps, 'readPicture' | 'openBackbone'> {
  return {
    readPicture: async (file, sizePx) => await networkImage(await readFile(file), basename(file), sizePx),
    async openBackbone(bytes) {
      const backend = await openBackbone(bytes, { interface: face, inputSize });
      return { embed: embedWith(backend, bar, signal), close: () => backend.close() };
    },
  };
}

function jsonLine({ ref, folder, manifest, leftOut, warnings, cached }: RetrainOutcome): string {
  return `${JSON.stringify({ ...ref, folder, metrics: manifest.metrics, thresholds: manifest.thresholds, leftOut, warnings, cached })}\n`;
}

/** A training changes nothing by itself, but for those who let the newest version of their model be used. */
async function useHint({ ref, folder }: RetrainOutcome, config: Readonly<Config>, state: string): Promise<string> {
  if ((await modelInUse(config, state)).model.folder === folder) {
    return 'From the next start on it is in use: it is the newest version of classify.model, and no model is promoted.';
  }
  const isStored = folder === join(userModels(state), ref.name, ref.version);
  const copy = isStored ? '' : `copy it to ${join(userModels(state), ref.name, ref.version)}, then `;
  return `It is not in use yet. Put it into use: ${copy}semantiff model promote ${ref.name} ${ref.version}`;
}

function outcomeText(outcome: RetrainOutcome, hint: string): string {
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
