import type { Log } from '../log.ts';
import { openFileSource } from '../raster/file-source.ts';
import { tiffCompleteness } from '../raster/tiff-complete.ts';
import { isNetworkFileSystem } from '../store/file-system-kind.ts';
import { verdictOf } from '../store/ledger-row.ts';
import { ledgerPath } from '../store/state-folder.ts';
import type { Completeness } from '../watcher/settle.ts';
import type { ReadyFile, WatchEvent } from '../watcher/watch-event.ts';
import { type InboxWatch, watchInbox } from '../watcher/watch-inbox.ts';
import { watchWithChokidar } from '../watcher/watch-with-chokidar.ts';
import { taskOf } from './plan-files.ts';
import type { Session } from './session.ts';
import { type FileReport, settleResult } from './settle-results.ts';

export interface WatchOptions {
  session: Session;
  inbox: string;
  signal: AbortSignal;
  log: Log;
  onReport: (report: FileReport) => void;
}

/** A file that could not be read although it was complete is looked at again after so long. */
const GIVE_BACK_MS = 5000;

/**
 * Makes records of pictures as they become complete, until `signal` aborts; files under way are finished. What waits, and
 * why, stands in the ledger. Nothing that goes wrong with one file ends the watch.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { session, inbox, signal, log } = options;
  const { mode, settleMs, rescanMs, events: source } = session.config.watch;
  const events = watchInbox(
    { inbox, accept: ['tiff', 'jpeg', 'png'], mode, settleMs, ...(rescanMs !== undefined && { rescanMs }) },
    {
      ...(source === 'chokidar' && { openEvents: watchWithChokidar }),
      isComplete,
      known: (path, bytes, mtimeMs) => isKnown(session, path, bytes, mtimeMs),
      isNetworkFolder: isNetworkFileSystem,
    },
    { signal, log },
  );
  const underWay = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  for await (const event of events) {
    if (failure) break;
    if (event.type !== 'ready') {
      note(event, options);
      continue;
    }
    enqueue(session, event.file, inbox);
    while (underWay.size >= session.pool.capacity) await Promise.race(underWay);
    const work = processFile(event.file, events, options)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  }
  await Promise.all(underWay);
  if (failure) throw failure.error;
}

async function isComplete(path: string): Promise<Completeness> {
  const source = await openFileSource(path);
  try {
    const found = await tiffCompleteness(source);
    return found.complete ? { complete: true } : { complete: false, reason: found.reason };
  } finally {
    await source.close();
  }
}

function isKnown({ store, versions }: Session, path: string, bytes: number, mtimeMs: number): boolean {
  const key = ledgerPath(path);
  const verdict = verdictOf(store.ledger.lookup([key]).get(key), { path: key, bytes, mtimeMs }, versions);
  return verdict === 'same' || verdict === 'outdated';
}

function enqueue({ store }: Session, file: ReadyFile, inbox: string): void {
  const seen = { path: ledgerPath(file.path), inbox, bytes: file.size, mtimeMs: file.mtimeMs };
  store.ledger.enqueue([seen], 'queued', 'complete, work under way');
}

function note(event: Exclude<WatchEvent, { type: 'ready' }>, { session, inbox, log }: WatchOptions): void {
  switch (event.type) {
    case 'waiting': {
      const seen = { path: ledgerPath(event.path), inbox, bytes: event.size ?? 0, mtimeMs: 0 };
      session.store.ledger.enqueue([seen], 'waiting', event.reason);
      if (event.overdue) log.warn({ file: event.path, reason: event.reason }, 'a file waits for more than an hour');
      return;
    }
    case 'vanished':
      session.store.ledger.record([
        {
          path: ledgerPath(event.path),
          inbox,
          bytes: -1,
          mtimeMs: 0,
          state: 'skipped',
          reason: 'it was removed before it was complete',
          errorCode: 'vanished',
        },
      ]);
      return;
    case 'problem':
      log.warn({ file: event.path, code: event.code, reason: event.message }, 'problem in the inbox');
  }
}

async function processFile(file: ReadyFile, events: InboxWatch, options: WatchOptions): Promise<void> {
  const { session, inbox, log } = options;
  for (const result of await session.pool.run([taskOf(file, inbox)])) {
    if (result.kind === 'unsettled') {
      const seen = { path: ledgerPath(file.path), inbox, bytes: file.size, mtimeMs: file.mtimeMs };
      session.store.ledger.enqueue([seen], 'waiting', result.reason);
      events.giveBack(file.path, GIVE_BACK_MS);
      continue;
    }
    const { outcome, document, report } = await settleResult(result);
    session.store.commit([outcome], document ? [document] : []);
    const { state, reason, id, ms } = report;
    if (state === 'quarantined') log.warn({ file: file.path, state, reason }, 'quarantined');
    else log.info({ file: file.path, state, id, ms }, 'settled');
    options.onReport(report);
  }
}
