import type { ContentHash } from '../domain/ids.ts';

/** `publish` brings files; `index` makes records findable there, once the files of its revision are where they belong. */
export type TargetKind = 'publish' | 'index';

/** A place that records are delivered to. */
export interface TargetSpec {
  /** As in config and status, e.g. `webdav`. */
  name: string;
  kind: TargetKind;
}

/** `due`: to be delivered, now or later. `failed`: refused or given up, until a newer revision or `retry`. */
export const DELIVERY_STATES = ['due', 'failed', 'delivered'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A revision of a record that targets are to have. */
export interface Wish {
  id: ContentHash;
  revision: number;
}

/** What went wrong with a delivery: the code of the IngestError, or `internal` for a fault of this program. */
export interface DeliveryFailure {
  code: string;
  message: string;
}

/** A row of the outbox. Times are milliseconds since 1970. */
export interface OutboxItem extends Wish {
  /** Number of the row. */
  item: number;
  target: string;
  /** `withdraw`: the record is to be replaced by its tombstone, or removed from an index. */
  kind: TargetKind | 'withdraw';
  /** JSON of the tombstone, with kind `withdraw`. */
  tombstone?: string | undefined;
  deliveredRevision?: number | undefined;
  state: DeliveryState;
  /** True for an index row whose files have not all arrived at the publishing targets. */
  blocked: boolean;
  /** Failures of the present revision so far. */
  attempts: number;
  nextTryAt: number;
  /** Since when the target lacks it; with `delivered`, since when it has it. */
  since: number;
  lastError?: DeliveryFailure | undefined;
}

/** Why nothing is sent to a target, and until when; without `until`, until somebody asks for it (`retry`, a new run). */
export interface TargetPause {
  code: string;
  reason: string;
  /** Milliseconds since 1970. */
  until?: number | undefined;
}

/** One target in numbers. */
export interface TargetCounts extends TargetSpec, Record<DeliveryState, number> {
  /** False when the last run that ingested did not know it: its rows stay as they are. */
  configured: boolean;
  paused?: TargetPause | undefined;
}

/** A row of the table `outbox` joined with the kind of its target, as SQLite hands it out. */
export interface StoredItem {
  item: number;
  target: string;
  target_kind: string;
  id: string;
  revision: number;
  tombstone: string | null;
  delivered_revision: number | null;
  state: string;
  blocked: number;
  attempts: number;
  next_try_at: number;
  since: number;
  error_code: string | null;
  error_message: string | null;
}

export function toOutboxItem(row: StoredItem): OutboxItem {
  return {
    item: row.item,
    target: row.target,
    kind: row.tombstone === null ? (row.target_kind as TargetKind) : 'withdraw',
    id: row.id as ContentHash,
    revision: row.revision,
    tombstone: row.tombstone ?? undefined,
    deliveredRevision: row.delivered_revision ?? undefined,
    state: row.state as DeliveryState,
    blocked: row.blocked === 1,
    attempts: row.attempts,
    nextTryAt: row.next_try_at,
    since: row.since,
    lastError: row.error_code === null ? undefined : { code: row.error_code, message: row.error_message ?? '' },
  };
}
