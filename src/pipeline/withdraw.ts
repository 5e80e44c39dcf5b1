import type { ContentHash } from '../domain/ids.ts';
import type { Tombstone } from '../domain/tombstone.ts';
import { withdrawRecord } from '../publish/withdraw-record.ts';
import type { Store } from '../store/store.ts';

/** What became of one record that was to be withdrawn. */
export type Withdrawal = { id: ContentHash; tombstone: Tombstone } | { id: ContentHash; missing: true };

export interface WithdrawTools {
  repo: string;
  store: Store;
  now: Date;
}

/**
 * Leaves a tombstone in place of each record: in REPO first, then in ledger and index, and through the outbox at every
 * target. Its pictures will not become records again. Idempotent: repeated after an interruption it completes what was begun.
 */
export async function withdrawRecords(
  ids: readonly ContentHash[],
  reason: string,
  { repo, store, now }: WithdrawTools,
): Promise<Withdrawal[]> {
  const done: Withdrawal[] = [];
  for (const id of ids) {
    const tombstone = await withdrawRecord(repo, id, { reason, now });
    if (tombstone) store.withdraw(tombstone);
    done.push(tombstone ? { id, tombstone } : { id, missing: true });
  }
  return done;
}
