import type { Log } from '../log.ts';
import { isNetworkFileSystem } from '../store/file-system-kind.ts';
import { isBesideChanged, type LedgerRow, verdictOf } from '../store/ledger-row.ts';
import { ledgerPath } from '../store/state-folder.ts';
import type { PictureFile, ReadyFile, WatchEvent } from '../watcher/watch-event.ts';
import { type InboxWatch, watchInbox } from '../watcher/watch-inbox.ts';
import { watchWithChokidar } from '../watcher/watch-with-chokidar.ts';
import { completePicture } from './complete-picture.ts';
import { startDelivery } from './deliver.ts';
import { followPromotions } from './follow-promotion.ts';
import { createHeldFiles } from './held-files.ts';
import { createLabelLane, type LabelLane } from './label-lane.ts';
import { createNameInside } from './name-inside.ts';
import { besideOf, taskOf } from './plan-files.ts';
import type { Session } from './session.ts';
import { type FileReport, settleResult } from './settle-results.ts';
import { createUserFiles, type UserFiles } from './user-files.ts';

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
 * why, stands in the ledger. Nothing that goes wrong with one file ends the watch. A model that is promoted meanwhile labels
 * the pictures that come after.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { session, signal, log } = options;
  const delivery = startDelivery(session, { signal, log });
  const labels = createLabelLane(session, { signal, log });
  const promotions = followPromotions(session, log);
  try {
    await watchAndWork(options, labels);
  } finally {
    await promotions.stop();
    await labels.stop();
    await delivery.stop();
  }
}

async function watchAndWork(options: WatchOptions, labels: LabelLane): Promise<void> {
  const { session, inbox, signal, log } = options;
  const { mode, settleMs, rescanMs, events: source, sidecarGraceS } = session.config.watch;
  const { accept } = session.config;
  const userFiles = createUserFiles(inbox);
  const events = watchInbox(
    { inbox, accept: ['tiff', 'jpeg', 'png'], mode, settleMs, ...(rescanMs !== undefined && { rescanMs }) },
    {
      ...(source === 'chokidar' && { openEvents: watchWithChokidar }),
      isComplete: async (path, _size, beside) =>
        await completePicture(path, { sidecarGraceMs: sidecarGraceS * 1000, accept }, beside),
      isBehind: async (file) => await isBehind(file, userFiles, options),
      nameInside: createNameInside(),
      onDescription: () => userFiles.forget(),
      known: (path, bytes, mtimeMs) => isKnown(session, path, bytes, mtimeMs),
      isNetworkFolder: isNetworkFileSystem,
    },
    { signal, log },
  );
  const held = createHeldFiles({
    pressure: session.pressure,
    signal,
    onHold: (file, reason) => enqueue(session, file, inbox, { state: 'waiting', reason }),
    onPressure: (reason) => log.warn({ reason }, 'no more files are taken for now'),
    release: (file) => events.giveBack(file.path, 0),
  });
  const underWay = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  for await (const event of events) {
    if (failure) break;
    if (event.type !== 'ready') {
      note(event, options);
      continue;
    }
    if (await held.takes(event.file)) continue;
    enqueue(session, event.file, inbox, { state: 'queued', reason: 'complete, work under way' });
    while (underWay.size >= session.pool.capacity) await Promise.race(underWay);
    const work = labels
      .ahead(() => processFile(event.file, { events, userFiles }, options))
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  }
  await Promise.all(underWay);
  if (failure) throw failure.error;
}

function isKnown(session: Session, path: string, bytes: number, mtimeMs: number): boolean {
  return knownRow(session, path, bytes, mtimeMs) !== undefined;
}

/** The row of a file that the ledger holds as it stands and that is finished. */
function knownRow({ store, versions }: Session, path: string, bytes: number, mtimeMs: number): LedgerRow | undefined {
  const key = ledgerPath(path);
  const row = store.ledger.lookup([key]).get(key);
  const verdict = verdictOf(row, { path: key, bytes, mtimeMs }, versions);
  return verdict === 'same' || verdict === 'outdated' ? row : undefined;
}

async function isBehind(file: PictureFile, userFiles: UserFiles, { session, inbox }: WatchOptions): Promise<boolean> {
  const row = knownRow(session, file.path, file.size, file.mtimeMs);
  if (!row) return false;
  const userContext = await userFiles.of(file.relativePath);
  return isBesideChanged(row, besideOf(taskOf(file, inbox, userContext && { userContext })));
}

function enqueue(
  { store }: Session,
  file: ReadyFile,
  inbox: string,
  { state, reason }: { state: 'queued' | 'waiting'; reason: string },
): void {
  const seen = { path: ledgerPath(file.path), inbox, bytes: file.size, mtimeMs: file.mtimeMs };
  store.ledger.enqueue([seen], state, reason);
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

async function processFile(
  file: ReadyFile,
  { events, userFiles }: { events: InboxWatch; userFiles: UserFiles },
  options: WatchOptions,
): Promise<void> {
  const { session, inbox, log } = options;
  const userContext = await userFiles.of(file.relativePath);
  for (const result of await session.pool.run([taskOf(file, inbox, userContext && { userContext })])) {
    if (result.kind === 'unsettled') {
      enqueue(session, file, inbox, { state: 'waiting', reason: result.reason });
      events.giveBack(file.path, GIVE_BACK_MS);
      continue;
    }
    const { outcome, document, report } = await settleResult(result, session);
    session.store.commit([outcome], document && !session.targets.index ? [document] : []);
    const { state, reason, id, ms } = report;
    if (state === 'quarantined') log.warn({ file: file.path, state, reason }, 'quarantined');
    else log.info({ file: file.path, state, id, ms }, 'settled');
    options.onReport(report);
  }
}
