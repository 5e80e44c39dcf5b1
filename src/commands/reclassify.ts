import { EXIT_FAILED, EXIT_OK } from '../domain/states.ts';
import { modelInUse } from '../pipeline/model-in-use.ts';
import { type ReclassifySummary, reclassify } from '../pipeline/reclassify.ts';
import { openScoreThreads } from '../pipeline/score-threads.ts';
import { createRecordMeaning } from '../search/meaning.ts';
import { idsWhere } from '../search/where.ts';
import { openStore } from '../store/store.ts';
import { followIfAsked, whenTheyFollow } from './follow-if-asked.ts';
import { type Invocation, text } from './invocation.ts';
import { openIndex } from './open-index.ts';
import { createProgress } from './progress.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine, table } from './table.ts';
import { taxonomyOf } from './taxonomy-of.ts';
import { textsOf } from './texts-of.ts';

/** `semantiff reclassify`: a model's answers about the archive, from stored embeddings. May run beside a watch. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, signal } = invocation;
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const { config } = settings;
  const { model } = await modelInUse(config, state);
  const only = await onlyOf(invocation, settings, state);
  const { acceptAbove, suggestAbove } = config.classify;
  const limits = {
    ...(acceptAbove !== undefined && { acceptAbove }),
    ...(suggestAbove !== undefined && { suggestAbove }),
  };
  const texts = await textsOf(config);
  const store = openStore(state, { access: 'write', durability: 'batch' });
  const threads = openScoreThreads({ repo, folder: model.folder, options: limits });
  const bar = createProgress(process.stderr);
  const dryRun = values['dry-run'] === true;
  try {
    const summary = await reclassify({
      store,
      head: model,
      score: threads.score,
      meaningOf: createRecordMeaning(texts.records, taxonomyOf(config)),
      indexedHere: config.index.kind === 'sqlite',
      ...(only && { only }),
      dryRun,
      now: new Date(),
      signal,
      onProgress: (records) => bar.update(records, only?.size, ''),
    });
    bar.end();
    const { name, version } = model.ref;
    const asked = { model: `${name} ${version}`, dryRun };
    process.stdout.write(
      values['json'] === true
        ? `${JSON.stringify({ ...asked, ...summary })}\n`
        : textOf(summary, { ...asked, follow: whenTheyFollow(summary.answered, values) }),
    );
    if (!summary.stopped) await followIfAsked(invocation, settings);
    return summary.stopped ? EXIT_FAILED : EXIT_OK;
  } finally {
    bar.end();
    await threads.close();
    store.close();
    await texts.close();
  }
}

async function onlyOf({ values }: Invocation, settings: Settings, state: string): Promise<Set<string> | undefined> {
  const where = text(values, 'where');
  if (where === undefined) return undefined;
  const { index, close } = await openIndex(settings, state);
  try {
    return await idsWhere(index, where);
  } finally {
    await close();
  }
}

const SHOWN = 20;

function textOf(
  { answered, moved, left, stopped }: ReclassifySummary,
  { model, dryRun, follow }: { model: string; dryRun: boolean; follow: string },
): string {
  const rows = moved
    .slice(0, SHOWN)
    .map(({ from, to, records }) => [from || '(none)', to || '(none)', String(records)]);
  const changed = moved.reduce((sum, { records }) => sum + records, 0);
  const verb = dryRun ? 'would get' : 'have';
  return [
    `${answered} records ${verb} the answer of ${model}; the first label of ${changed} ${dryRun ? 'would be' : 'is'} another.\n`,
    rows.length === 0
      ? ''
      : table(
          [
            { title: 'from', max: 34 },
            { title: 'to', max: 34 },
            { title: 'records', align: 'right' },
          ],
          rows,
        ),
    ...left.map(({ reason, records }) => oneLine(`${records} stay as they are: ${reason}.`)).map((line) => `${line}\n`),
    follow,
    stopped ? 'Stopped before the end; the same command goes on.\n' : '',
  ].join('');
}
