import type { TargetStatus } from '../pipeline/target-status.ts';
import type { Outbox } from '../store/outbox.ts';
import { duration } from './progress.ts';
import { oneLine, table } from './table.ts';

/** A table of targets, and why one is paused; empty where there are none. */
export function targetsText(targets: readonly TargetStatus[], now = Date.now()): string {
  if (targets.length === 0) return '';
  const columns = [
    { title: 'target' },
    { title: 'waiting', align: 'right' } as const,
    { title: 'failed', align: 'right' } as const,
    { title: 'delivered', align: 'right' } as const,
    { title: 'oldest waits', align: 'right' } as const,
    { title: 'why', max: 100 },
  ];
  const rows = targets.map(({ target, waiting, failed, delivered, oldest, why = '' }) => {
    const age = oldest ? duration((now - oldest.since) / 1000) : '';
    return [target, String(waiting), String(failed), String(delivered), age, why];
  });
  const notes = targets.flatMap(({ target, paused, failed }) => [
    ...(paused ? [`${target} is paused ${until(paused.until, target)}: ${oneLine(paused.reason)}\n`] : []),
    ...(failed > 0 ? [`semantiff status --target ${target} says what was given up, and why.\n`] : []),
  ]);
  return `${table(columns, rows)}${notes.join('')}`;
}

function until(ms: number | undefined, target: string): string {
  return ms === undefined
    ? `until a new run or semantiff retry --target ${target}`
    : `until ${new Date(ms).toISOString()}`;
}

/** Times as programs read them. */
export function targetJson({ oldest, paused, ...rest }: TargetStatus): Record<string, unknown> {
  return {
    ...rest,
    ...(oldest && { oldest: { ...oldest, since: new Date(oldest.since).toISOString() } }),
    ...(paused && {
      paused: { ...paused, ...(paused.until !== undefined && { until: new Date(paused.until).toISOString() }) },
    }),
  };
}

/** The records that a target was given up for, then those that it is still to have. */
export function deliveriesText(
  outbox: Outbox,
  { target, limit, json }: { target: string; limit: number; json: boolean },
): string {
  const items = (['failed', 'due'] as const).flatMap((state) => outbox.list({ target, state, limit })).slice(0, limit);
  if (json) {
    const lines = items.map(({ id, kind, revision, state, attempts, since, lastError }) => {
      const reason = lastError && { reason: lastError.message, errorCode: lastError.code };
      const line = { target, id, kind, revision, state, attempts, since: new Date(since).toISOString(), ...reason };
      return `${JSON.stringify(line)}\n`;
    });
    return lines.join('');
  }
  if (items.length === 0) return `${target} has everything.\n`;
  return table(
    [{ title: 'state' }, { title: 'record' }, { title: 'tries', align: 'right' }, { title: 'why', max: 160 }],
    items.map(({ id, state, attempts, lastError, blocked }) => {
      const why = lastError?.message ?? (blocked ? 'not all publishers have its files yet' : '');
      return [state, id, String(attempts), why];
    }),
  );
}
