import { resolve } from 'node:path';
import type { Log } from '../log.ts';
import { systemClock } from './clock.ts';
import { SETTLE_DEFAULTS, type SettleOptions } from './settle.ts';
import type { WatchDeps, WatchEvent, WatchOptions } from './watch-event.ts';
import { watchFolders } from './watch-folders.ts';
import { openWatchSession, type WatchSession } from './watch-session.ts';

/** Can be iterated once. */
export interface InboxWatch extends AsyncIterable<WatchEvent> {
  /**
   * Takes back a file that could not be read or worked on for a reason that may pass: it settles anew after `afterMs`
   * and is handed out again, even when it has not changed.
   */
  giveBack(path: string, afterMs: number): void;
}

/**
 * Watches the inbox: each picture is handed out when it is complete, once for each size and mtime, whether it was there
 * at the start, came while nobody watched, was changed or replaced. Events of the system are hints; a rescan finds what
 * they missed. Nothing is read but the structure of files, and nothing is concluded from files that are gone. When the
 * consumer does not pull, listing pauses. Iteration ends when `signal` is aborted; what was not taken is found again.
 * @throws IngestError `watcher/inbox` on the first `next` when the inbox is absent or unreadable. Later, an inbox that
 *   goes offline is a problem event, and it is tried again at every rescan.
 */
export function watchInbox(
  options: WatchOptions,
  deps: WatchDeps,
  context: { signal: AbortSignal; log: Pick<Log, 'info'> },
): InboxWatch {
  const settle: SettleOptions = {
    settleMs: options.settleMs ?? SETTLE_DEFAULTS.settleMs,
    maxPollMs: options.maxPollMs ?? SETTLE_DEFAULTS.maxPollMs,
    overdueMs: options.overdueMs ?? SETTLE_DEFAULTS.overdueMs,
  };
  const session = openWatchSession(
    { ...options, settle, root: resolve(options.inbox) },
    { ...deps, clock: deps.clock ?? systemClock, openEvents: deps.openEvents ?? watchFolders },
    context.log,
  );
  const events = iterate(session, context.signal);
  return { [Symbol.asyncIterator]: () => events, giveBack: (path, afterMs) => session.giveBack(path, afterMs) };
}

async function* iterate(session: WatchSession, signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
  const end = (): void => session.end();
  signal.addEventListener('abort', end, { once: true });
  try {
    if (signal.aborted) return;
    await session.start();
    for (let event = await session.take(); event; event = await session.take()) yield event;
  } finally {
    signal.removeEventListener('abort', end);
    await session.stop();
  }
}
