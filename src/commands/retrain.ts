import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { openArchiveFacts } from '../pipeline/archive-facts.ts';
import { networkImage } from '../pipeline/embed-files.ts';
import { type EmbedPool, openEmbedPool } from '../pipeline/embed-pool.ts';
import { groupFiles } from '../pipeline/group-images.ts';
import { modelInUse, userModels } from '../pipeline/model-in-use.ts';
import type { WorkerBackbone } from '../pipeline/protocol.ts';
import { reviewedImages } from '../pipeline/reviewed-images.ts';
import { thumbnailMaker } from '../pipeline/thumbnail.ts';
import { backboneOfModel, importedBackbone, type TrainingBackbone } from '../pipeline/training-backbone.ts';
import { SOFTWARE } from '../software.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { listClassFolders } from '../train/class-folders.ts';
import type { Embed } from '../train/gather-embeddings.ts';
import { openTrainer } from '../train/open-trainer.ts';
import { type RetrainInput, type RetrainOutcome, retrain } from '../train/retrain.ts';
import { retrainTuned, type TuneDeps } from '../train/retrain-tuned.ts';
import { headOptions, trainerChoice, tuneRequest } from './head-options.ts';
import { type Invocation, type OptionValues, text } from './invocation.ts';
import { createProgress } from './progress.ts';
import { retrainJson, retrainText } from './retrain-output.ts';
import { loadSettings, places, type Settings } from './settings.ts';
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
  const { backbone, parent } = await trainingBackbone(values, settings, state);
  const facts = openArchiveFacts(state);
  const bar = createProgress(process.stderr);
  const openPool = (network: WorkerBackbone): EmbedPool => openEmbedPool(settings.config, network, signal, log);
  const pool = openPool(backbone);
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
    const tools = {
      trainer,
      embed: embedWith(pool, bar),
      thumbnail: thumbnailMaker(repo, (id) => facts.original(id)),
    };
    const outcome =
      tune === undefined
        ? await retrain(input, { ...tools, ...(reviewed && { reviewed }) }, { signal, log })
        : await retrainTuned(input, tune, { ...tools, ...tuningTools(backbone, openPool, bar) }, { signal, log });
    bar.end();
    const hint = await useHint(outcome, settings.config, state);
    process.stdout.write(values['json'] === true ? retrainJson(outcome) : retrainText(outcome, hint));
    return EXIT_OK;
  } finally {
    bar.end();
    facts.close();
    await trainer.close();
    await pool.close();
  }
}

/** The imported backbone that `--backbone` names, else that of the model in use, or of `--base`. */
async function trainingBackbone(values: OptionValues, { config }: Settings, state: string): Promise<TrainingBackbone> {
  const imported = text(values, 'backbone');
  if (imported === undefined) return await backboneOfModel((await modelInUse(config, state)).model);
  if (text(values, 'base') === undefined) return await importedBackbone(state, imported);
  throw new IngestError('usage', '--base takes the backbone of a model, --backbone an imported one: say one of them');
}

function embedWith({ embed }: EmbedPool, bar: ReturnType<typeof createProgress>): Embed {
  let done = 0;
  return async function* (files, augmentations) {
    for await (const one of embed(files, augmentations)) {
      bar.update(++done, files.length, 'embedding');
      yield one;
    }
  };
}

function tuningTools(
  backbone: WorkerBackbone,
  openPool: (network: WorkerBackbone) => EmbedPool,
  bar: ReturnType<typeof createProgress>,
): Pick<TuneDeps, 'readPicture' | 'openBackbone'> {
  return {
    readPicture: async (file, sizePx) => await networkImage(await readFile(file), basename(file), sizePx),
    async openBackbone(bytes) {
      // Workers open files: until it is a model, what was tuned has a place of its own.
      const folder = await mkdtemp(join(tmpdir(), 'semantiff-tuned-'));
      const file = join(folder, basename(backbone.file));
      await writeFile(file, bytes);
      const pool = openPool({ ...backbone, file, sha256: sha256Hex(bytes) });
      const close = async (): Promise<void> => {
        await pool.close();
        await rm(folder, { recursive: true, force: true });
      };
      return { embed: embedWith(pool, bar), close };
    },
  };
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
