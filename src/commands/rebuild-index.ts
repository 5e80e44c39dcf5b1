import { IngestError } from '../domain/errors.ts';
import { EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import { documentsOfRepo } from '../pipeline/index-document.ts';
import { rebuildEmbedded } from '../pipeline/rebuild-index.ts';
import type { UpsertReport } from '../search/index-interface.ts';
import { createRecordMeaning } from '../search/meaning.ts';
import { acquireStateLock } from '../store/state-lock.ts';
import { openStore } from '../store/store.ts';
import type { Invocation } from './invocation.ts';
import { createProgress } from './progress.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine } from './table.ts';
import { taxonomyOf } from './taxonomy-of.ts';
import { textsOf } from './texts-of.ts';

/** `semantiff index rebuild`: the index is made anew from the records in REPO, while it goes on answering. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, signal, values } = invocation;
  if (operands.length !== 1 || operands[0] !== 'rebuild') {
    throw new IngestError('usage', 'expected: semantiff index rebuild');
  }
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const unreadable: string[] = [];
  const texts = await textsOf(settings.config);
  const meaningOf = createRecordMeaning(texts.records, taxonomyOf(settings.config));
  const documents = documentsOfRepo(repo, meaningOf, (message) => unreadable.push(message));
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
    await texts.close();
  }
}

async function rebuild(
  { config }: Settings,
  state: string,
  documents: ReturnType<typeof documentsOfRepo>,
  options: { signal: AbortSignal; onProgress: (soFar: UpsertReport) => void },
): Promise<UpsertReport> {
  if (config.index.kind === 'elasticsearch') {
    const { openConfiguredElastic } = await import('../pipeline/open-targets.ts');
    const index = await openConfiguredElastic(config);
    try {
      return await index.rebuild(documents, options);
    } finally {
      await index.close();
    }
  }
  const lock = acquireStateLock(state);
  try {
    const store = openStore(state, { access: 'write', durability: 'batch' });
    try {
      return await rebuildEmbedded(store.index, documents, options);
    } finally {
      store.close();
    }
  } finally {
    lock.release();
  }
}
