import { type DeliveryContext, startDelivery } from './deliver.ts';
import type { Outgoing } from './outgoing.ts';
import { type TargetStatus, targetStatus, undeliveredSentences } from './target-status.ts';

export interface DeliverySummary {
  /** What targets confirmed meanwhile. */
  delivered: number;
  targets: TargetStatus[];
  /** What they are still to have, and why, in sentences. */
  undelivered: string[];
}

/** Delivers what the outbox holds, as far as it can be done now (`stuck`) or without a person (`empty`). */
export async function deliverOnce(
  outgoing: Outgoing,
  { until, ...context }: DeliveryContext & { until: 'empty' | 'stuck' },
): Promise<DeliverySummary> {
  const { outbox } = outgoing.store;
  const before = deliveredCount(outgoing);
  const delivery = startDelivery(outgoing, context);
  try {
    await delivery.drain({ until });
  } finally {
    await delivery.stop();
  }
  const delivered = deliveredCount(outgoing) - before;
  return { delivered, targets: targetStatus(outbox), undelivered: undeliveredSentences(outbox) };
}

function deliveredCount({ store }: Outgoing): number {
  return store.outbox.counts().reduce((sum, { delivered }) => sum + delivered, 0);
}
