import { resolve } from 'node:path';
import { FSWatcher } from 'chokidar';
import type { Log } from '../log.ts';
import { systemClock } from './clock.ts';
import type { OpenFolderEvents } from './folder-events.ts';
import { SETTLE_DEFAULTS, type SettleOptions } from './settle.ts';
import type { WatchDeps, WatchEvent, WatchOptions } from './watch-event.ts';
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
  context: { signal: AbortSignal; log: Pick<Log, 'info' | 'debug'> },
): InboxWatch {
  const settle: SettleOptions = {
    settleMs: options.settleMs ?? SETTLE_DEFAULTS.settleMs,
    maxPollMs: options.maxPollMs ?? SETTLE_DEFAULTS.maxPollMs,
    overdueMs: options.overdueMs ?? SETTLE_DEFAULTS.overdueMs,
  };
  const session = openWatchSession(
    { ...options, settle, root: resolve(options.inbox) },
    { ...deps, clock: deps.clock ?? systemClock, openEvents: deps.openEvents ?? openChokidar },
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

/**
 * chokidar lists a folder anew, and asks for the facts of every entry, whenever anything happens in it: 2,000 files
 * dropped into one folder cost 28 s of processor time. Only the folders among the entries matter here, and the listing
 * itself tells which those are, so that nothing is asked: 2 s.
 */
class FolderWatcher extends FSWatcher {
  override _readdirp(...[root, options]: Parameters<FSWatcher['_readdirp']>): ReturnType<FSWatcher['_readdirp']> {
    return super._readdirp(root, {
      ...options,
      type: 'directories',
      alwaysStat: false,
      fileFilter: () => false,
      directoryFilter: (entry) => {
        // chokidar asks `stats` only what the entry of a listing can answer as well.
        Object.assign(entry, { stats: entry.dirent });
        return typeof options?.directoryFilter !== 'function' || options.directoryFilter(entry);
      },
    });
  }
}

/**
 * Only folders are watched, one watch each: chokidar would otherwise take one for every file. Its `raw` events name the
 * file that a watch on a folder saw.
 */
const openChokidar: OpenFolderEvents = (root, ignores, handlers) => {
  const watcher = new FolderWatcher({
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
    usePolling: false,
    ignored: (path, stats) => (stats !== undefined && !stats.isDirectory()) || ignores(path),
  });
  watcher.on('raw', (_event: string, name: unknown, details: unknown) => {
    const folder = (details as { watchedPath?: unknown } | undefined)?.watchedPath;
    if (typeof folder !== 'string') return;
    if (typeof name === 'string') handlers.onFile(resolve(folder, name));
    else handlers.onFolder(resolve(folder));
  });
  watcher.on('addDir', (path) => handlers.onFolder(resolve(path)));
  watcher.on('ready', () => handlers.onReady());
  watcher.on('error', (error) => handlers.onError(error));
  watcher.add(root);
  return { close: async () => await watcher.close() };
};
