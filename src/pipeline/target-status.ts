import type { Outbox } from '../store/outbox.ts';
import type { OutboxItem, TargetCounts, TargetPause } from '../store/outbox-row.ts';

/** How one target stands, for those who ask. Times are milliseconds since 1970. */
export interface TargetStatus {
  target: string;
  kind: TargetCounts['kind'];
  waiting: number;
  failed: number;
  delivered: number;
  /** The record that waits longest. */
  oldest?: { id: string; since: number; attempts: number };
  /** Why it waits; absent where it has not been tried yet. */
  why?: string;
  paused?: TargetPause;
}

/** All targets that the outbox knows. */
export function targetStatus(outbox: Outbox): TargetStatus[] {
  return outbox.counts().map((counts) => {
    const { name: target, kind, due: waiting, failed, delivered, paused } = counts;
    const oldest = outbox.oldest(target);
    const why = oldest && whyWaiting(counts, oldest);
    return {
      target,
      kind,
      waiting,
      failed,
      delivered,
      ...(oldest && { oldest: { id: oldest.id, since: oldest.since, attempts: oldest.attempts } }),
      ...(why !== undefined && { why }),
      ...(paused && { paused }),
    };
  });
}

/** What was not delivered, a sentence a target for what waits and one for what was given up. */
export function undeliveredSentences(outbox: Outbox): string[] {
  return targetStatus(outbox).flatMap(({ target, waiting, failed, why }) => [
    ...(waiting > 0
      ? [`${waiting === 1 ? '1 record waits' : `${waiting} records wait`} for target ${target}${why ? `: ${why}` : ''}`]
      : []),
    ...(failed > 0
      ? [`${failed === 1 ? '1 record was' : `${failed} records were`} given up for target ${target}`]
      : []),
  ]);
}

function whyWaiting({ configured, paused }: TargetCounts, oldest: OutboxItem): string | undefined {
  if (!configured) return 'it is not configured';
  if (paused) return paused.reason;
  if (oldest.blocked) return 'not all publishers have its files yet';
  return oldest.lastError?.message;
}
