import { join } from 'node:path';
import { effectiveLabels, withAnswer, withHumanLabel } from '../../src/domain/classification.ts';
import type { ContentHash } from '../../src/domain/ids.ts';
import type { Classification, MicrographRecord } from '../../src/domain/record.ts';
import { openTools } from '../../src/pipeline/open-tools.ts';
import { processBatch } from '../../src/pipeline/process-batch.ts';
import { settleResult } from '../../src/pipeline/settle-results.ts';
import { closeStaging, openStaging } from '../../src/publish/staging.ts';
import type { Store } from '../../src/store/store.ts';
import { writeDistinctTiffs } from './distinct-tiffs.ts';
import { workerSettings } from './worker-settings.ts';

/** Makes records of `count` pictures in REPO, as a worker makes them, and commits them as a session does. */
export async function makeRecords(
  { inbox, repo }: { inbox: string; repo: string },
  store: Store,
  count: number,
): Promise<MicrographRecord[]> {
  const names = await writeDistinctTiffs(inbox, count);
  const staging = await openStaging(repo);
  const tools = await openTools(workerSettings(repo), staging);
  const tasks = names.map((name) => ({
    path: join(inbox, name),
    inbox,
    relativePath: name,
    sidecars: [],
    redo: false,
  }));
  const results = await processBatch(tasks, tools, () => undefined);
  const settled = await Promise.all(
    results.map((result) => settleResult(result, { staging, meaningOf: async () => undefined })),
  );
  store.commit(
    settled.map(({ outcome }) => outcome),
    settled.flatMap(({ document }) => document ?? []),
  );
  await closeStaging(staging);
  return settled.flatMap(({ report }) => report.record ?? []);
}

const MODEL = { name: 'other', version: '2', sha256: 'ab'.repeat(32) };

/** What another model says about a record. */
export function machineAnswer(before: Classification): Classification {
  const labels = ['Fibres', 'Tips', 'Powder', 'Particles', 'Nanowires'].map((label, i) => ({
    label,
    score: 0.6 / 2 ** i,
    rank: i + 1,
  }));
  const answer = { model: MODEL, labels, decision: 'accepted', reason: 'score 0.60 is above 0.55' } as const;
  return withAnswer(before, answer, new Date('2026-02-01T00:00:00Z'));
}

export function humanAnswer(before: Classification, label: string): Classification {
  const now = new Date('2026-02-02T00:00:00Z');
  return withHumanLabel(before, { label, by: 'Zoë', at: now.toISOString() }, now);
}

/** Gives records other answers in STATE, which they are then to follow. */
export function relabelInState(store: Store, answers: ReadonlyMap<ContentHash, Classification>): void {
  store.relabel(
    [...answers].map(([id, classification]) => ({
      id,
      classification,
      modelSha256: classification.model?.sha256,
      update: {
        id,
        labels: effectiveLabels(classification),
        decision: classification.decision,
        humanLabel: classification.human?.label,
        classifier: undefined,
        meaning: undefined,
      },
    })),
  );
}
