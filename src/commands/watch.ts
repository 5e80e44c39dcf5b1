import { EXIT_OK } from '../domain/states.ts';
import { checkedInbox } from '../pipeline/backfill.ts';
import { openSession } from '../pipeline/session.ts';
import { watch } from '../pipeline/watch.ts';
import { inboxOf, reportLine } from './backfill.ts';
import type { Invocation } from './invocation.ts';
import { sessionOptions } from './session-options.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine } from './table.ts';

/** `semantiff watch [DIR]`: runs until it is stopped. */
export async function run(invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const here = places(settings);
  const inbox = await checkedInbox(inboxOf(invocation, settings.config.inbox), here);
  const json = invocation.values['json'] === true;
  const session = await openSession(settings.config, here, 'record', settings.log, sessionOptions(settings.config));
  if (!json) process.stderr.write(`Watching ${inbox}; Ctrl-C stops.\n`);
  try {
    await watch({
      session,
      inbox,
      signal: invocation.signal,
      log: settings.log,
      onReport(report) {
        if (json) process.stdout.write(`${reportLine(report)}\n`);
        else process.stdout.write(`${report.state} ${oneLine(report.file)}: ${oneLine(summaryOf(report))}\n`);
      },
    });
    return EXIT_OK;
  } finally {
    await session.close();
  }
}

function summaryOf({ reason, labels, record }: Parameters<typeof reportLine>[0]): string {
  const [top] = labels ?? [];
  return top ? `${reason}; ${top.label} ${top.score.toFixed(2)} (${record?.classification.decision})` : reason;
}
