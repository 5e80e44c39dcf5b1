import type { ContentHash } from '../domain/ids.ts';
import {
  type DeliveryFailure,
  type DeliveryState,
  type OutboxItem,
  type StoredItem,
  type TargetSpec,
  toOutboxItem,
  type Wish,
} from './outbox-row.ts';
import { createOutboxTargets, type OutboxTargets } from './outbox-targets.ts';
import { type Database, guarded, inTransaction, type Statement } from './sqlite.ts';

/**
 * What targets are still to have of the records in REPO, and what they have. A wish is written with the ledger row of its
 * record, and marked when the target has confirmed it: whenever the program dies, the next run knows what is missing.
 */
export interface Outbox extends Omit<OutboxTargets, 'configure'> {
  /**
   * Notes which targets there are from now on. What a new one lacks is wished for there; rows of one that is no longer
   * configured stay, and wait.
   */
  configure(targets: readonly TargetSpec[]): void;
  /** Wishes for these revisions at every configured target. A newer one replaces an older and its failures; else nothing changes. */
  enqueue(wishes: readonly Wish[]): void;
  /** Wishes that every configured target has the tombstone (JSON) in place of the record. */
  withdraw(tombstones: readonly (Wish & { json: string })[]): void;
  /** Wishes for every record of the ledger and of the embedded index that this target lacks; returns how many. */
  enqueueMissing(target: TargetSpec): number;
  /** What can be delivered to a target at `now`, the oldest wish first. Indexing waits for the files of its revision. */
  due(target: string, now: number, limit: number): OutboxItem[];
  /** The first time later than `after` at which a row may be tried; undefined when none waits for anything but its files. */
  nextTryAt(target: string, after?: number): number | undefined;
  /** The target has confirmed these revisions. A wish that became newer meanwhile stays due. */
  delivered(target: string, confirmed: readonly Wish[]): void;
  /** The delivery of this very revision failed and is to be tried again. */
  failed(item: OutboxItem, failure: DeliveryFailure & { nextTryAt: number }): void;
  /** The delivery of this very revision failed for good. */
  refused(item: OutboxItem, failure: DeliveryFailure): void;
  /** The target can be reached again: what failed with this code need not wait any longer. */
  hurry(target: string, code: string): void;
  /** The row that waits longest for this target. */
  oldest(target: string): OutboxItem | undefined;
  /** Rows of a target in a state, the oldest first; `after` is the last row of the page before. */
  list(options: { target: string; state: DeliveryState; limit: number; after?: OutboxItem }): OutboxItem[];
  /**
   * Lifts pauses, and makes rows due at once whose time has not come: those of a target, or of all, `failed` ones only or
   * also those that wait for their next try. Returns how many.
   */
  retry(options: { target?: string; failed?: boolean }): number;
}

type Parameters = Record<string, string | number | null>;

const SELECT = 'SELECT o.*, t.kind AS target_kind FROM outbox o JOIN outbox_targets t ON t.name = o.target';
const PUBLISHERS = `SELECT name FROM outbox_targets WHERE kind = 'publish' AND configured = 1`;

/** Whether a publishing target lacks the files that an index row tells of. */
const lacksFiles = (id: string, revision: string): string => `EXISTS (SELECT 1 FROM (${PUBLISHERS}) AS p
  WHERE NOT EXISTS (SELECT 1 FROM outbox f WHERE f.target = p.name AND f.id = ${id} AND f.delivered_revision >= ${revision}))`;

const INTO = 'INSERT INTO outbox (target, id, revision, tombstone, state, blocked, attempts, next_try_at, since)';
/** A wish that was due already keeps its age. */
const NEWER_REPLACES = `
  ON CONFLICT (target, id) DO UPDATE SET
    revision = excluded.revision, tombstone = excluded.tombstone, blocked = excluded.blocked, attempts = 0,
    error_code = NULL, error_message = NULL,
    next_try_at = iif(state = 'due', since, excluded.since), since = iif(state = 'due', since, excluded.since),
    state = 'due'
  WHERE excluded.revision > outbox.revision`;

/** A withdrawal is not blocked: what cannot be found any more harms nobody. */
const ENQUEUE = `${INTO}
  VALUES (@target, @id, @revision, @tombstone, 'due',
    @index AND @tombstone IS NULL AND ${lacksFiles('@id', '@revision')}, 0, @now, @now)
  ${NEWER_REPLACES}`;

/** Files that changed since their record was made are known to the embedded index only. */
const ENQUEUE_MISSING = `${INTO}
  SELECT @target, known.id, known.revision, NULL, 'due', @index AND ${lacksFiles('known.id', 'known.revision')}, 0, @now, @now
  FROM (SELECT id, max(revision) AS revision FROM (
      SELECT content_hash AS id, record_revision AS revision FROM files
        WHERE content_hash IS NOT NULL AND record_revision IS NOT NULL
      UNION ALL SELECT id, revision FROM documents) GROUP BY id) AS known
  WHERE known.id NOT IN (SELECT id FROM outbox WHERE tombstone IS NOT NULL)
  ${NEWER_REPLACES}`;

const DELIVERED = `
  UPDATE outbox SET delivered_revision = max(coalesce(delivered_revision, 0), @revision),
    state = iif(revision <= @revision, 'delivered', state), since = iif(revision <= @revision, @now, since),
    attempts = iif(revision <= @revision, 0, attempts), error_code = iif(revision <= @revision, NULL, error_code),
    error_message = iif(revision <= @revision, NULL, error_message)
  WHERE target = @target AND id = @id`;

const REBLOCK = `
  UPDATE outbox SET blocked = tombstone IS NULL AND ${lacksFiles('outbox.id', 'outbox.revision')}
  WHERE state = 'due' AND target IN (SELECT name FROM outbox_targets WHERE kind = 'index')`;

const FAILED = `
  UPDATE outbox SET state = @state, attempts = attempts + 1, next_try_at = @nextTryAt, error_code = @code, error_message = @message
  WHERE target = @target AND id = @id AND revision = @revision`;

/** An outbox on an open database; `now` gives milliseconds since 1970. */
export function createOutbox(db: Database, now: () => number = Date.now): Outbox {
  const targets = createOutboxTargets(db);
  return {
    ...targets,
    configure: (specs) =>
      inTransaction(db, 'note the targets of the outbox', () => {
        const added = targets.configure(specs);
        for (const spec of added) enqueueMissing(db, spec, now());
        db.exec(REBLOCK);
      }),
    ...wishing(db, targets, now),
    ...settling(db, now),
    ...looking(db),
    retry: (options) => inTransaction(db, 'make rows of the outbox due again', () => retryRows(db, options)),
  };
}

function wishing(
  db: Database,
  targets: Pick<OutboxTargets, 'configured'>,
  now: () => number,
): Pick<Outbox, 'enqueue' | 'withdraw' | 'enqueueMissing'> {
  const enqueue = db.prepare<[Parameters]>(ENQUEUE);
  const wish = (wishes: readonly (Wish & { json?: string })[]): void => {
    // Publishing targets first: what an index waits for is to be there.
    const specs = targets.configured().toSorted((a, b) => rank(a) - rank(b));
    for (const { name: target, kind } of specs) {
      for (const { id, revision, json = null } of wishes)
        enqueue.run({ target, id, revision, tombstone: json, index: kind === 'index' ? 1 : 0, now: now() });
    }
  };
  return {
    enqueue: (wishes) => inTransaction(db, `enqueue ${wishes.length} records for delivery`, () => wish(wishes)),
    withdraw: (tombstones) => inTransaction(db, `enqueue ${tombstones.length} withdrawals`, () => wish(tombstones)),
    enqueueMissing: (target) =>
      inTransaction(db, `enqueue what target ${target.name} lacks`, () => enqueueMissing(db, target, now())),
  };
}

function rank({ kind }: TargetSpec): number {
  return kind === 'publish' ? 0 : 1;
}

function enqueueMissing(db: Database, { name: target, kind }: TargetSpec, now: number): number {
  return db.prepare<[Parameters]>(ENQUEUE_MISSING).run({ target, index: kind === 'index' ? 1 : 0, now }).changes;
}

function settling(db: Database, now: () => number): Pick<Outbox, 'delivered' | 'failed' | 'refused' | 'hurry'> {
  const delivered = db.prepare<[Parameters]>(DELIVERED);
  const unblock = db.prepare<[{ id: ContentHash }]>(`${REBLOCK} AND id = @id AND blocked = 1`);
  const failed = db.prepare<[Parameters]>(FAILED);
  const hurry: Statement<[string, string]> = db.prepare(`
    UPDATE outbox SET next_try_at = since WHERE target = ? AND state = 'due' AND error_code = ?`);
  const fail = (item: OutboxItem, state: DeliveryState, failure: DeliveryFailure, nextTryAt: number): void =>
    inTransaction(db, `note a failed delivery to ${item.target}`, () => {
      const { target, id, revision } = item;
      failed.run({ target, id, revision, state, nextTryAt, ...failure });
    });
  return {
    delivered: (target, confirmed) =>
      inTransaction(db, `note ${confirmed.length} deliveries to ${target}`, () => {
        for (const { id, revision } of confirmed) {
          delivered.run({ target, id, revision, now: now() });
          unblock.run({ id });
        }
      }),
    failed: (item, { code, message, nextTryAt }) => fail(item, 'due', { code, message }, nextTryAt),
    refused: (item, { code, message }) => fail(item, 'failed', { code, message }, item.nextTryAt),
    hurry: (target, code) => inTransaction(db, `hurry deliveries to ${target}`, () => void hurry.run(target, code)),
  };
}

function looking(db: Database): Pick<Outbox, 'due' | 'nextTryAt' | 'oldest' | 'list'> {
  const due: Statement<[string, number, number], StoredItem> = db.prepare(`${SELECT}
    WHERE o.target = ? AND o.state = 'due' AND o.blocked = 0 AND o.next_try_at <= ?
    ORDER BY o.next_try_at, o.item LIMIT ?`);
  const next: Statement<[string, number], number> = db
    .prepare<[string, number], number>(
      `SELECT next_try_at FROM outbox WHERE target = ? AND state = 'due' AND blocked = 0 AND next_try_at > ?
        ORDER BY next_try_at LIMIT 1`,
    )
    .pluck();
  const page: Statement<[Parameters], StoredItem> = db.prepare(`${SELECT}
    WHERE o.target = @target AND o.state = @state AND (o.since, o.item) > (@since, @item)
    ORDER BY o.since, o.item LIMIT @limit`);
  const list: Outbox['list'] = ({ target, state, limit, after }) =>
    guarded('list the outbox', () =>
      page.all({ target, state, limit, since: after?.since ?? 0, item: after?.item ?? 0 }).map(toOutboxItem),
    );
  return {
    due: (target, at, limit) => guarded('look for due deliveries', () => due.all(target, at, limit).map(toOutboxItem)),
    nextTryAt: (target, after = -1) => guarded('look for the next delivery', () => next.get(target, after)),
    oldest: (target) => list({ target, state: 'due', limit: 1 })[0],
    list,
  };
}

function retryRows(db: Database, { target, failed = false }: { target?: string; failed?: boolean }): number {
  const names = target === undefined ? '' : ' AND target = @target';
  const given = target === undefined ? {} : { target };
  db.prepare<[Parameters]>(`UPDATE outbox_targets SET paused_until = NULL, pause_code = NULL, pause_reason = NULL
    WHERE true${names.replace('target =', 'name =')}`).run(given);
  const states = failed ? `state = 'failed'` : `(state = 'failed' OR (state = 'due' AND attempts > 0))`;
  const { changes } = db
    .prepare<[Parameters]>(`UPDATE outbox SET state = 'due', attempts = 0, next_try_at = since WHERE ${states}${names}`)
    .run(given);
  db.exec(REBLOCK);
  return changes;
}
