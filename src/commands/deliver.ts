import { IngestError } from '../domain/errors.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import { type DeliverySummary, deliverOnce } from '../pipeline/deliver-once.ts';
import { type FollowSummary, followLabels, followSentences } from '../pipeline/follow-labels.ts';
import { openOutgoing } from '../pipeline/outgoing.ts';
import { targetSpecs } from '../pipeline/targets.ts';
import type { Invocation } from './invocation.ts';
import { sessionOptions } from './session-options.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine } from './table.ts';
import { targetJson } from './targets-text.ts';

/** `semantiff deliver`: records follow their labels, and what the outbox holds is delivered, once; no file is looked for. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, signal } = invocation;
  const settings = await loadSettings(invocation);
  const outgoing = await openOutgoing(places(settings), 'record', sessionOptions(settings.config));
  const untilEmpty = values['until-empty'] === true;
  try {
    const labels = await followLabels(outgoing, { signal, log: settings.log });
    if (targetSpecs(outgoing.targets).length === 0 && labels.followed + labels.waiting === 0)
      throw new IngestError('usage', 'where to? No target is configured that records are delivered to');
    const summary = await deliverOnce(outgoing, { until: untilEmpty ? 'empty' : 'stuck', signal, log: settings.log });
    process.stdout.write(values['json'] === true ? summaryJson(summary) : summaryText(summary, labels));
    return exitCode(summary, { stopped: signal.aborted, untilEmpty });
  } finally {
    await outgoing.close();
  }
}

/** What waits for later is no failure, unless it was asked to wait for it. */
function exitCode({ targets }: DeliverySummary, { stopped, untilEmpty }: Record<'stopped' | 'untilEmpty', boolean>) {
  if (stopped || (untilEmpty && targets.some(({ waiting }) => waiting > 0))) return EXIT_FAILED;
  return targets.some(({ failed }) => failed > 0) ? EXIT_QUARANTINED : EXIT_OK;
}

function summaryText({ delivered, undelivered }: DeliverySummary, labels: FollowSummary): string {
  return [...followSentences(labels), `${delivered} deliveries made`, ...undelivered]
    .map((sentence) => `${oneLine(sentence)}.\n`)
    .join('');
}

function summaryJson({ targets }: DeliverySummary): string {
  return targets.map((target) => `${JSON.stringify(targetJson(target))}\n`).join('');
}
