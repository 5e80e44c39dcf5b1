import { stat } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import type { LedgerRow, WorkVersions } from '../store/ledger-row.ts';
import { candidateRules } from '../watcher/candidate.ts';
import { systemClock } from '../watcher/clock.ts';
import { createSidecarFinder, type SidecarFinder } from '../watcher/find-sidecars.ts';
import { followLabels } from './follow-labels.ts';
import { createNameInside } from './name-inside.ts';
import { type Plan, taskOf } from './plan-files.ts';
import { type RunOptions, type RunSummary, runPlans } from './run-files.ts';
import type { Session } from './session.ts';
import { type UserFiles, userFilesOf } from './user-files.ts';

export type Stage = 'harvest' | 'convert' | 'classify';

export interface ReprocessOptions extends RunOptions {
  /** Redo only what an older version of this stage made. */
  stage?: Stage;
  /** Redo current records too. */
  all: boolean;
  /** Redo none but these. */
  only?: ReadonlySet<string>;
  /** Take these out of the records, now and for good. */
  erase?: 'operator'[];
}

/** Makes new revisions of records whose versions or model are not those of this program, from their originals. */
export async function reprocess(options: ReprocessOptions): Promise<RunSummary> {
  // A new revision carries on what record.json says: it has to be the last word.
  await followLabels(options.session, options);
  return await runPlans(plansOf(options), options);
}

async function* plansOf({ session, stage, all, only, erase }: ReprocessOptions): AsyncGenerator<Plan> {
  const seen = new Set<string>();
  const finder = createSidecarFinder(candidateRules(['tiff', 'jpeg', 'png']), systemClock, createNameInside());
  const userFiles = userFilesOf();
  for (const page of pages(session, all)) {
    for (const row of page) {
      const { contentHash } = row;
      if (contentHash === undefined || seen.has(contentHash) || only?.has(contentHash) === false) continue;
      if (!all && !isBehind(row, session.versions, stage)) continue;
      seen.add(contentHash);
      yield await planOf(row, session, { finder, userFiles, ...(erase && { erase }) });
    }
  }
}

function pages({ store, versions }: Session, all: boolean): Iterable<LedgerRow[]> {
  // No record was made by version 0 of anything, so that every one is outdated by it.
  return store.ledger.outdated(all ? { ...versions, harvestVersion: 0 } : versions);
}

function isBehind(row: LedgerRow, versions: WorkVersions, stage: Stage | undefined): boolean {
  switch (stage) {
    case 'harvest':
      return row.harvestVersion !== versions.harvestVersion;
    case 'convert':
      return row.convertVersion !== versions.convertVersion;
    case 'classify':
      return row.modelSha256 !== versions.modelSha256;
    case undefined:
      return true;
  }
}

interface PlanTools {
  finder: SidecarFinder;
  userFiles: (inbox: string) => UserFiles;
  erase?: 'operator'[];
}

/** The original where the ledger saw it last, or a copy of the same bytes elsewhere. */
async function planOf(row: LedgerRow, { store }: Session, { finder, userFiles, erase }: PlanTools): Promise<Plan> {
  const copies = row.contentHash ? (store.ledger.byHash([row.contentHash]).get(row.contentHash) ?? []) : [];
  for (const copy of [row, ...copies]) {
    const facts = await stat(copy.path).catch(() => undefined);
    if (!facts?.isFile()) continue;
    const inbox = copy.inbox ?? dirname(copy.path);
    const relativePath = relative(inbox, copy.path).split(sep).join('/');
    const sidecars = await finder.find(copy.path);
    const userContext = await userFiles(inbox).of(relativePath);
    const more = { redo: true, ...(erase && { erase }), ...(userContext && { userContext }) };
    const task = taskOf({ path: copy.path, relativePath, sidecars }, inbox, more);
    return { kind: 'work', task, bytes: facts.size };
  }
  return {
    kind: 'nothing',
    path: row.path,
    row: { ...row, state: 'skipped', reason: 'its original is no longer there' },
  };
}
