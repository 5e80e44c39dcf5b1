import type { Log } from '../log.ts';
import { ledgerPath } from '../store/state-folder.ts';
import { startDelivery } from './deliver.ts';
import { type FollowSummary, followLabels } from './follow-labels.ts';
import { createBatcher, type Plan } from './plan-files.ts';
import type { FileTask, StageMs } from './protocol.ts';
import type { Session } from './session.ts';
import { type FileReport, reportFinished, type Settled, settleResult } from './settle-results.ts';
import { undeliveredSentences } from './target-status.ts';

export interface RunSummary {
  files: number;
  /** Records this run made. */
  fresh: number;
  done: number;
  skipped: number;
  quarantined: number;
  seconds: number;
  /** Until the last worker was ready; part of `seconds`. */
  startupS: number;
  /** Mean milliseconds a fresh record, by stage. */
  stageMs: StageMs;
  /** Sum of each process's own peak of resident memory. */
  peakRssMiB: number;
  /** True when the run was stopped before its end. */
  stopped: boolean;
  /** Records that followed labels of STATE, and those that are still to. */
  labels: FollowSummary;
  /** What targets are still to have, and why, in sentences; none where all was delivered. */
  undelivered: string[];
}

export interface RunOptions {
  session: Session;
  signal: AbortSignal;
  log: Log;
  onReport: (report: FileReport) => void;
  /** Why no more files are taken for now; undefined when they are again. */
  onPressure?: (reason: string | undefined) => void;
  /** All files are done, and so many deliveries are still to be made or tried. */
  onDelivering?: (deliveries: number) => void;
}

/**
 * Carries plans out: hands batches to the workers (never more than they can take, and none while there is no room), and
 * writes ledger and index after each batch is on disk. At the end records follow their labels. Records are delivered beside;
 * last it waits for what can be delivered now. Stops taking in new files when `signal` aborts, and finishes those under way. Every file gets exactly one
 * report.
 */
export async function runPlans(plans: AsyncIterable<Plan>, options: RunOptions): Promise<RunSummary> {
  const { session, signal, log } = options;
  const delivery = startDelivery(session, { signal, log });
  try {
    const summary = await makeRecords(plans, options);
    const labels = await followLabels(session, { signal, log });
    const due = session.store.outbox.counts().reduce((sum, target) => sum + (target.configured ? target.due : 0), 0);
    if (due > 0) options.onDelivering?.(due);
    await delivery.drain({ until: 'stuck' });
    return { ...summary, labels, stopped: signal.aborted, undelivered: undeliveredSentences(session.store.outbox) };
  } finally {
    await delivery.stop();
  }
}

async function makeRecords(plans: AsyncIterable<Plan>, options: RunOptions): Promise<RunSummary> {
  const { session, signal } = options;
  const { config, pool } = session;
  const tally = createTally(options.onReport);
  const batcher = createBatcher({ files: config.workers.batchFiles, bytes: config.workers.batchMiB * 2 ** 20 });
  const underWay = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;

  const start = async (tasks: FileTask[]): Promise<void> => {
    if (tasks.length === 0) return;
    while (underWay.size >= pool.capacity) await Promise.race(underWay);
    if (!(await waitForRoom(options))) return;
    const work = processBatchFully(tasks, options, tally)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };

  for await (const plan of plans) {
    if (signal.aborted || failure) break;
    if (plan.kind === 'work') {
      const full = batcher.add(plan.task, plan.bytes);
      if (full) await start(full);
    } else {
      tally.add(reportOf(plan, options));
    }
  }
  if (!signal.aborted && !failure) await start(batcher.rest());
  await Promise.all(underWay);
  if (failure) throw failure.error;
  return tally.summary({
    startupS: pool.startupS(),
    peakRssMiB: pool.peakRssMiB() + process.resourceUsage().maxRSS / 1024,
    stopped: signal.aborted,
  });
}

/** False when the run was stopped while it waited: the files stay as they are, and the next run finds them. */
async function waitForRoom({ session, signal, log, onPressure }: RunOptions): Promise<boolean> {
  let waited = false;
  await session.pressure.relief(signal, (reason) => {
    waited = true;
    log.warn({ reason }, 'no more files are taken for now');
    onPressure?.(reason);
  });
  if (!waited) return true;
  onPressure?.(undefined);
  return !signal.aborted;
}

function reportOf(plan: Exclude<Plan, { kind: 'work' }>, { session }: RunOptions): FileReport {
  if (plan.kind === 'nothing') return reportFinished(plan.row, plan.path);
  const { found } = plan;
  const reason = 'it looks like a sidecar, and no picture of its name stands beside it';
  const seen = { path: ledgerPath(found.path), inbox: plan.inbox, bytes: found.size, mtimeMs: found.mtimeMs };
  session.store.ledger.record([{ ...seen, state: 'skipped', reason, errorCode: 'lone-sidecar' }]);
  return { file: found.path, state: 'skipped', reason, fresh: false, ms: {} };
}

async function processBatchFully(tasks: FileTask[], options: RunOptions, tally: Tally): Promise<void> {
  const { session } = options;
  const results = await session.pool.run(tasks);
  const settled: Settled[] = [];
  for (const result of results) settled.push(await settleResult(result, session));
  session.store.commit(
    settled.map(({ outcome }) => outcome),
    // Where records are indexed elsewhere, delivery brings them there.
    session.targets.index ? [] : settled.flatMap(({ document }) => document ?? []),
  );
  for (const { report } of settled) {
    const { file, id, state, reason, ms } = report;
    options.log.info({ file, id, state, reason, ms }, 'settled');
    tally.add(report);
  }
}

interface Tally {
  add(report: FileReport): void;
  summary(rest: Pick<RunSummary, 'startupS' | 'peakRssMiB' | 'stopped'>): RunSummary;
}

function createTally(onReport: (report: FileReport) => void): Tally {
  const started = performance.now();
  const counts = { files: 0, fresh: 0, done: 0, skipped: 0, quarantined: 0 };
  const sums: Record<string, number> = {};
  return {
    add(report) {
      counts.files += 1;
      if (report.fresh) counts.fresh += 1;
      if (report.state === 'done' || report.state === 'skipped' || report.state === 'quarantined')
        counts[report.state] += 1;
      if (report.fresh) for (const [stage, ms] of Object.entries(report.ms)) sums[stage] = (sums[stage] ?? 0) + ms;
      onReport(report);
    },
    summary: (rest) => ({
      ...counts,
      seconds: (performance.now() - started) / 1000,
      stageMs: Object.fromEntries(Object.entries(sums).map(([stage, ms]) => [stage, ms / counts.fresh])),
      labels: { followed: 0, failed: 0, waiting: 0 },
      undelivered: [],
      ...rest,
    }),
  };
}
