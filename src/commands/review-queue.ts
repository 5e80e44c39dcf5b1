import { join, resolve } from 'node:path';
import type { ModelFolder } from '../classify/model-folder.ts';
import { isIngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { openArchiveFacts } from '../pipeline/archive-facts.ts';
import { openEmbedPool } from '../pipeline/embed-pool.ts';
import { modelInUse } from '../pipeline/model-in-use.ts';
import { nextToLabel, type ReviewQueue, type SuspectLabel, suspectLabels } from '../pipeline/review-archive.ts';
import { backboneOfModel } from '../pipeline/training-backbone.ts';
import { listClassFolders } from '../train/class-folders.ts';
import { openTrainer } from '../train/open-trainer.ts';
import { readDataset } from '../train/read-dataset.ts';
import { HEAD_DEFAULTS } from '../train/retrain.ts';
import { type Invocation, wholeNumber } from './invocation.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine, table } from './table.ts';

const LIMIT = 20;

/** `semantiff review-queue [DIR...]`: which pictures to label next, and which labels look wrong. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, signal } = invocation;
  const limit = wholeNumber(values, 'limit', 1) ?? LIMIT;
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const { model } = await modelInUse(settings.config, state);
  const facts = openArchiveFacts(state);
  const queue = await nextToLabel(repo, model, { limit, waiting: facts.waiting, signal }).finally(() => facts.close());
  const checked = await checkLabels(invocation, model, { settings, reviewed: queue.reviewed });
  const suspects = checked.suspects.slice(0, limit);
  const isJson = values['json'] === true;
  process.stdout.write(isJson ? jsonLines(queue, suspects) : queueText(queue, { ...checked, suspects }));
  return EXIT_OK;
}

interface Checked {
  suspects: SuspectLabel[];
  /** Labelled pictures that were held against heads which had not seen them. */
  images: number;
  /** Why no label was checked. */
  unchecked?: string;
}

/** Labels of the archive and of class folders; too few of them in the archive alone are no failure. */
async function checkLabels(
  { operands, cwd, signal }: Invocation,
  model: ModelFolder,
  { settings, reviewed }: { settings: Settings; reviewed: ReviewQueue['reviewed'] },
): Promise<Checked> {
  const roots = operands.map((folder) => resolve(cwd, folder));
  const images = roots.length === 0 ? [] : await listClassFolders(roots);
  const { backbone, preprocessing } = model.manifest;
  const input = {
    images,
    cacheFolder: join(places(settings).state, 'embeddings'),
    backboneSha256: backbone.sha256,
    preprocessing,
  };
  const trainer = await openTrainer('auto');
  const pool = openEmbedPool(settings.config, (await backboneOfModel(model)).backbone, signal, settings.log);
  try {
    const { dataset } = await readDataset(input, { embed: pool.embed, reviewed: each(reviewed) }, signal);
    const suspects = await suspectLabels(dataset, { ...HEAD_DEFAULTS, trainer, signal });
    return { suspects, images: dataset.examples.length };
  } catch (error) {
    if (roots.length > 0 || !isIngestError(error, 'train/data')) throw error;
    return { suspects: [], images: 0, unchecked: error.message };
  } finally {
    await pool.close();
    await trainer.close();
  }
}

async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

function jsonLines({ entries }: ReviewQueue, suspects: readonly SuspectLabel[]): string {
  const lines = [...entries, ...suspects.map((suspect) => ({ kind: 'suspect', ...suspect }))];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function queueText(queue: ReviewQueue, { suspects, images, unchecked }: Checked): string {
  const { entries, judged, reviewed, passedOver } = queue;
  const counts = `${judged} records without a person's label were judged, ${reviewed.length} have one, ${passedOver} have no embedding of this model.`;
  const next = table(
    [{ title: 'label next', max: 40 }, { title: 'why' }, { title: 'id' }],
    entries.map(({ name, id, reason }) => [oneLine(name), reason, id]),
  );
  const wrong = table(
    [{ title: 'look again', max: 60 }, { title: 'why' }],
    suspects.map(({ file, reason }) => [oneLine(file), reason]),
  );
  const checked =
    unchecked === undefined
      ? `${images} labelled pictures were held against heads that had not seen them.`
      : `No label was checked: ${oneLine(unchecked)}`;
  return [
    counts,
    ...(entries.length === 0 ? [] : ['', next]),
    checked,
    ...(suspects.length === 0 ? [] : ['', wrong]),
    '',
  ].join('\n');
}
