import { errorMessage, isIngestError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import type { CircuitBreaker } from '../publish/circuit-breaker.ts';
import { decideRetry } from '../publish/retry.ts';
import type { Outbox } from '../store/outbox.ts';
import type { OutboxItem, TargetPause } from '../store/outbox-row.ts';
import type { Clock } from '../watcher/clock.ts';
import type { BringResult } from './bring-records.ts';
import type { DeliveryOptions } from './delivery-options.ts';

/** One target, and who is to be told what becomes of its deliveries. */
export interface SettleContext {
  target: string;
  breaker: CircuitBreaker;
  outbox: Outbox;
  options: DeliveryOptions;
  /** Wall clock: milliseconds since 1970. */
  clock: Clock;
  random: () => number;
  log: Log;
  /** What is under way is to be broken off. */
  breaking: AbortSignal;
  /** Something was delivered, which others may wait for. */
  onDelivered: () => void;
}

/**
 * Notes what became of deliveries: what was confirmed, when to try again, what is given up, whether the target is paused.
 * What was broken off stays as it was.
 */
export function settleDeliveries(context: SettleContext, results: readonly BringResult[]): void {
  const { target } = context;
  const confirmed = results.flatMap((result) => ('revision' in result ? [result] : []));
  if (confirmed.length > 0) {
    context.outbox.delivered(
      target,
      confirmed.map(({ item, revision }) => ({ id: item.id, revision })),
    );
    noteAnswer(context);
    context.onDelivered();
  }
  // A request that failed as a whole is one failure of the target.
  const told = new Set<unknown>();
  for (const result of results) {
    if (!('error' in result) || isBrokenOff(context, result.error)) continue;
    if (!told.has(result.error)) noteReach(context, result.error);
    settleFailure(context, result, told.has(result.error));
    told.add(result.error);
  }
}

function isBrokenOff({ breaking }: SettleContext, error: unknown): boolean {
  return breaking.aborted || isIngestError(error, 'pipeline/aborted');
}

function settleFailure(
  context: SettleContext,
  { item, error }: { item: OutboxItem; error: unknown },
  told: boolean,
): void {
  const { outbox, clock, random, options, log } = context;
  const { target, id, revision } = item;
  const failure = { code: isIngestError(error) ? error.code : 'internal', message: errorMessage(error) };
  const attempts = item.attempts + 1;
  const decision = decideRetry(error, { attempts, now: clock.now(), random }, options);
  switch (decision.kind) {
    case 'retry':
      outbox.failed(item, { ...failure, nextTryAt: decision.at });
      log.info({ target, id, revision, attempts, ...failure }, 'a delivery failed and is tried again');
      return;
    case 'refuse':
      outbox.refused(item, failure);
      log.warn({ target, id, revision, attempts, ...failure }, 'a delivery was given up');
      return;
    case 'pause-target':
      if (told) return;
      outbox.pause(target, { code: failure.code, reason: decision.reason, until: decision.until });
      logPause(log, { target, code: failure.code, reason: decision.reason, until: decision.until });
  }
}

function logPause(log: Log, { target, code, reason, until }: TargetPause & { target: string }): void {
  if (until === undefined) log.error({ target, code, reason }, 'nothing is sent to a target until somebody asks');
  else log.warn({ target, code, reason, until: new Date(until).toISOString() }, 'nothing is sent to a target for now');
}

/** What a failure says of the way to the target. */
function noteReach(context: SettleContext, error: unknown): void {
  const { target, breaker } = context;
  if (!isIngestError(error) || !error.code.startsWith('publish/')) return;
  if (error.code === 'publish/source' || error.code === 'publish/folder') return;
  if (error.code !== 'publish/unreachable') {
    noteAnswer(context);
    return;
  }
  if (!breaker.unreachable()) return;
  const pause = { code: error.code, reason: error.message, until: breaker.openUntil() };
  context.outbox.pause(target, pause);
  logPause(context.log, { target, ...pause });
}

function noteAnswer({ breaker, outbox, target, log }: SettleContext): void {
  if (!breaker.answered()) return;
  if (outbox.pauseOf(target)?.code === 'publish/unreachable') outbox.pause(target, undefined);
  outbox.hurry(target, 'publish/unreachable');
  log.info({ target }, 'a target can be reached again');
}
