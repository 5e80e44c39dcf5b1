import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { Classification } from '../domain/record.ts';
import { EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import { documentsOf, type RecordSource, repoSource, targetSource } from '../pipeline/index-document.ts';
import { rebuildEmbedded } from '../pipeline/rebuild-index.ts';
import { closeTargets } from '../pipeline/targets.ts';
import type { IndexDocument } from '../search/document.ts';
import type { UpsertReport } from '../search/index-interface.ts';
import { createRecordMeaning } from '../search/meaning.ts';
import { acquireStateLock } from '../store/state-lock.ts';
import { openStore } from '../store/store.ts';
import { type Invocation, text } from './invocation.ts';
import { createProgress } from './progress.ts';
import { publisherOf } from './publisher-of.ts';
import { sessionOptions } from './session-options.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine } from './table.ts';
import { taxonomyOf } from './taxonomy-of.ts';
import { textsOf } from './texts-of.ts';

/** `semantiff index rebuild`: made anew from the records in REPO or at a target; meanwhile the index goes on answering. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, signal, values } = invocation;
  if (operands.length !== 1 || operands[0] !== 'rebuild') {
    throw new IngestError('usage', 'expected: semantiff index rebuild');
  }
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const from = text(values, 'from');
  if (from === undefined && !existsSync(join(repo, 'records'))) {
    // A disk that is not mounted must not empty the index.
    throw new IngestError(
      'store/io',
      `REPO "${repo}" holds no records: is its disk there? --from TARGET reads a target`,
    );
  }
  const unreadable: string[] = [];
  const texts = await textsOf(settings.config);
  const meaningOf = createRecordMeaning(texts.records, taxonomyOf(settings.config));
  const targets = await sessionOptions(settings.config).openTargets?.();
  const sourceWith = (answerOf?: AnswerOf): RecordSource =>
    from === undefined
      ? repoSource(repo, meaningOf, answerOf)
      : targetSource(publisherOf(targets?.publishers ?? [], from), meaningOf, signal);
  const documents = (answerOf?: AnswerOf): AsyncIterable<IndexDocument> =>
    documentsOf(sourceWith(answerOf), (message) => unreadable.push(message));
  const bar = createProgress(process.stderr);
  try {
    const onProgress = ({ written }: UpsertReport): void => bar.update(written, undefined, '');
    const report = await rebuild(settings, state, documents, { signal, onProgress });
    bar.end();
    const { written, refused = [] } = report;
    const problems = [...unreadable, ...refused.map(({ id, reason }) => `${id}: ${reason}`)];
    for (const problem of problems) process.stderr.write(`${oneLine(problem)}\n`);
    process.stdout.write(
      values['json'] === true
        ? `${JSON.stringify({ ...report, unreadable: unreadable.length })}\n`
        : `${written} records indexed, ${problems.length} could not be.\n`,
    );
    return problems.length > 0 ? EXIT_QUARANTINED : EXIT_OK;
  } finally {
    bar.end();
    if (targets) await closeTargets(targets);
    await texts.close();
  }
}

/** What a record is still to say of itself: the embedded index says it already. */
type AnswerOf = (id: ContentHash) => Classification | undefined;

async function rebuild(
  { config }: Settings,
  state: string,
  documents: (answerOf?: AnswerOf) => AsyncIterable<IndexDocument>,
  options: { signal: AbortSignal; onProgress: (soFar: UpsertReport) => void },
): Promise<UpsertReport> {
  if (config.index.kind === 'elasticsearch') {
    const { openConfiguredElastic } = await import('../pipeline/open-targets.ts');
    const index = await openConfiguredElastic(config);
    try {
      return await index.rebuild(documents(), options);
    } finally {
      await index.close();
    }
  }
  const lock = acquireStateLock(state);
  try {
    const store = openStore(state, { access: 'write', durability: 'batch' });
    try {
      const answerOf: AnswerOf = (id) => store.labelChanges.of([id]).get(id);
      return await rebuildEmbedded(store.index, documents(answerOf), options);
    } finally {
      store.close();
    }
  } finally {
    lock.release();
  }
}
