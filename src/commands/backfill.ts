import { resolve } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import { backfill, checkedInbox } from '../pipeline/backfill.ts';
import { followSentences } from '../pipeline/follow-labels.ts';
import type { RunSummary } from '../pipeline/run-files.ts';
import { openSession } from '../pipeline/session.ts';
import type { FileReport } from '../pipeline/settle-results.ts';
import type { Invocation } from './invocation.ts';
import { createProgress, duration } from './progress.ts';
import { sessionOptions } from './session-options.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine } from './table.ts';

/** `semantiff backfill DIR`. */
export async function run(invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const here = places(settings);
  const inbox = await checkedInbox(inboxOf(invocation, settings.config.inbox), here);
  const json = invocation.values['json'] === true;
  const session = await openSession(settings.config, here, 'batch', settings.log, sessionOptions(settings.config));
  const view = createView(json);
  try {
    const summary = await backfill({
      session,
      inbox,
      signal: invocation.signal,
      log: settings.log,
      onReport: view.report,
      onListed: view.listed,
      onPressure: view.pressure,
      onDelivering: view.delivering,
      onProblem: (problem) => view.note(`${problem.path}: ${problem.message}`),
    });
    view.end();
    settings.log.info({ ...summary }, 'backfill ended');
    if (!json) process.stdout.write(summaryText(summary));
    return exitCode(summary);
  } finally {
    view.end();
    await session.close();
  }
}

export function inboxOf({ operands, cwd }: Invocation, configured: string | undefined): string {
  if (operands.length > 1) throw new IngestError('usage', `expected one folder, received ${operands.length}`);
  const [operand] = operands;
  const inbox = operand === undefined ? configured : resolve(cwd, operand);
  if (inbox === undefined) throw new IngestError('usage', 'which folder? Say semantiff backfill DIR, or set inbox');
  return inbox;
}

export function exitCode({ quarantined, stopped }: RunSummary): number {
  if (stopped) return EXIT_FAILED;
  return quarantined > 0 ? EXIT_QUARANTINED : EXIT_OK;
}

/** One JSON object a file, as contracts promise it to programs. */
export function reportLine({ file, id, state, reason, folder, labels, record, ms }: FileReport): string {
  return JSON.stringify({
    file,
    id,
    state,
    reason,
    record: folder,
    labels: labels?.map(({ label, score }) => ({ label, score })),
    decision: record?.classification.decision,
    ms: Math.round(Object.values(ms).reduce((sum, stage) => sum + stage, 0) * 10) / 10,
  });
}

interface View {
  report: (report: FileReport) => void;
  listed: (total: number, ended: boolean) => void;
  note: (text: string) => void;
  pressure: (reason: string | undefined) => void;
  delivering: (deliveries: number) => void;
  end: () => void;
}

/** Progress for people, or lines for programs. Quarantined files are named as they come. */
export function createView(json: boolean): View {
  const bar = createProgress(process.stderr);
  let done = 0;
  let quarantined = 0;
  let total: number | undefined;
  let waitingFor: string | undefined;
  const draw = (): void => {
    const notes = [
      ...(quarantined > 0 ? [`${quarantined} quarantined`] : []),
      ...(waitingFor ? [`waits: ${waitingFor}`] : []),
    ];
    bar.update(done, total, notes.join(', '));
  };
  const note = (text: string): void => {
    bar.end();
    process.stderr.write(`${oneLine(text)}\n`);
  };
  return {
    report(report) {
      done += 1;
      if (report.state === 'quarantined') {
        quarantined += 1;
        note(`quarantined ${report.file}: ${report.reason}`);
      }
      if (json) process.stdout.write(`${reportLine(report)}\n`);
      draw();
    },
    listed(count, ended) {
      if (ended) total = count;
    },
    note,
    pressure(reason) {
      waitingFor = reason;
      if (reason !== undefined) note(`no more files are taken for now: ${reason}`);
      draw();
    },
    delivering: (deliveries) => note(`${deliveries} deliveries are left; Ctrl-C leaves them to the next run`),
    end: () => bar.end(),
  };
}

export function summaryText(summary: RunSummary): string {
  const { files, fresh, done, skipped, quarantined, seconds, stopped, labels, undelivered } = summary;
  const counts = [
    `${fresh} new records`,
    ...(done > fresh ? [`${done - fresh} found in REPO`] : []),
    `${skipped} skipped`,
    `${quarantined} quarantined`,
  ];
  const rate = files > 0 && seconds > 0 ? ` (${(files / seconds).toFixed(1)} files/s)` : '';
  const hint = quarantined > 0 ? 'semantiff status --show quarantined says why.\n' : '';
  const told = [...followSentences(labels), ...undelivered].map((sentence) => `${oneLine(sentence)}.\n`).join('');
  return `${stopped ? 'Stopped: ' : ''}${files} files in ${duration(seconds)}${rate}: ${counts.join(', ')}.\n${hint}${told}`;
}
