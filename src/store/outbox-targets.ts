import {
  DELIVERY_STATES,
  type DeliveryState,
  type TargetCounts,
  type TargetKind,
  type TargetPause,
  type TargetSpec,
} from './outbox-row.ts';
import { type Database, guarded, inTransaction, type Statement } from './sqlite.ts';

/** The targets that the outbox knows: their pauses and numbers. */
export interface OutboxTargets {
  /** Those of the last run that ingested, or of this one. */
  configured(): TargetSpec[];
  /** Notes which targets there are from now on, and lifts their pauses; returns those that the last run did not have. */
  configure(targets: readonly TargetSpec[]): TargetSpec[];
  /** Notes why nothing is sent to a target for now; undefined lifts it. */
  pause(target: string, pause: TargetPause | undefined): void;
  pauseOf(target: string): TargetPause | undefined;
  /** All targets ever configured, in order of the alphabet. */
  counts(): TargetCounts[];
}

interface StoredTarget {
  name: string;
  kind: string;
  configured: number;
  paused_until: number | null;
  pause_code: string | null;
  pause_reason: string | null;
}

const CONFIGURE = `INSERT INTO outbox_targets (name, kind, configured) VALUES (?, ?, 1)
  ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, configured = 1`;
const PAUSE = `UPDATE outbox_targets SET paused_until = @until, pause_code = @code, pause_reason = @reason
  WHERE name = @target`;

/** The targets on an open database. */
export function createOutboxTargets(db: Database): OutboxTargets {
  const all: Statement<[], StoredTarget> = db.prepare('SELECT * FROM outbox_targets ORDER BY name');
  const one: Statement<[string], StoredTarget> = db.prepare('SELECT * FROM outbox_targets WHERE name = ?');
  const count: Statement<[string], { state: DeliveryState; n: number }> = db.prepare(
    'SELECT state, count(*) AS n FROM outbox WHERE target = ? GROUP BY state',
  );
  const add: Statement<[string, string]> = db.prepare(CONFIGURE);
  const pause = db.prepare<[Record<string, string | number | null>]>(PAUSE);
  const configured = (): TargetSpec[] =>
    all
      .all()
      .filter((row) => row.configured === 1)
      .map(toSpec);

  return {
    configured: () => guarded('list the targets of the outbox', configured),
    configure: (targets) =>
      inTransaction(db, 'note the targets of the outbox', () => {
        const before = new Set(configured().map(({ name }) => name));
        db.exec(
          'UPDATE outbox_targets SET configured = 0, paused_until = NULL, pause_code = NULL, pause_reason = NULL',
        );
        for (const { name, kind } of targets) add.run(name, kind);
        return targets.filter(({ name }) => !before.has(name));
      }),
    pause: (target, why) =>
      inTransaction(db, `note whether target ${target} is paused`, () => {
        const { until = null, code = null, reason = null } = why ?? {};
        pause.run({ target, until, code, reason });
      }),
    pauseOf: (target) => guarded(`look target ${target} up in the outbox`, () => toPause(one.get(target))),
    counts: () =>
      guarded('count the outbox', () =>
        all.all().map((row) => ({
          ...toSpec(row),
          configured: row.configured === 1,
          paused: toPause(row),
          ...withCounts(count.all(row.name)),
        })),
      ),
  };
}

function toSpec({ name, kind }: StoredTarget): TargetSpec {
  return { name, kind: kind as TargetKind };
}

function toPause(row: StoredTarget | undefined): TargetPause | undefined {
  if (!row || row.pause_code === null) return undefined;
  return { code: row.pause_code, reason: row.pause_reason ?? '', until: row.paused_until ?? undefined };
}

function withCounts(rows: readonly { state: DeliveryState; n: number }[]): Record<DeliveryState, number> {
  const counts = Object.fromEntries(DELIVERY_STATES.map((state) => [state, 0])) as Record<DeliveryState, number>;
  for (const { state, n } of rows) counts[state] = n;
  return counts;
}
