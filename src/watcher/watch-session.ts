import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { errorMessage, isIngestError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import { type CandidateRules, candidateRules, isBelowIgnored } from './candidate.ts';
import type { Clock } from './clock.ts';
import { createEventChannel, type EventChannel } from './event-channel.ts';
import { createEventSource, type EventSource } from './event-source.ts';
import { createSidecarFinder, type SidecarFinder } from './find-sidecars.ts';
import type { OpenFolderEvents } from './folder-events.ts';
import { createHandedOut, type HandedOut } from './handed-out.ts';
import { createLateSidecars, type LateSidecars } from './late-sidecars.ts';
import { isAbsent, listInbox } from './list-inbox.ts';
import { createMountGuard } from './mount-guard.ts';
import { createProblemList, type ProblemList } from './problem-list.ts';
import { createScanLoop, type ScanLoop } from './scan-loop.ts';
import type { Look, SettleOptions } from './settle.ts';
import { createSettleQueue, type Identity, type SettleQueue } from './settle-queue.ts';
import type { PictureFile, WatchDeps, WatchEvent, WatchOptions } from './watch-event.ts';

export interface SessionOptions extends WatchOptions {
  /** The inbox, absolute. */
  root: string;
  settle: SettleOptions;
}

export type SessionDeps = WatchDeps & { clock: Clock; openEvents: OpenFolderEvents };

export interface WatchSession {
  start(): Promise<void>;
  take(): Promise<WatchEvent | undefined>;
  giveBack(path: string, afterMs: number): void;
  /** No more events. */
  end(): void;
  /** Closes what `start` opened. Does not wait for file calls under way: on a dead share they may never come back. */
  stop(): Promise<void>;
}

interface Session {
  readonly options: SessionOptions;
  readonly deps: SessionDeps;
  readonly log: Pick<Log, 'info'>;
  readonly rules: CandidateRules;
  readonly stopping: AbortController;
  readonly channel: EventChannel<WatchEvent>;
  readonly handed: HandedOut;
  readonly problems: ProblemList;
  readonly sidecars: SidecarFinder;
  readonly queue: SettleQueue;
  readonly late: LateSidecars;
  /** Known files that are to go out again because of what stands beside them. */
  readonly again: Set<string>;
  readonly loop: ScanLoop;
  /** Timers of files given back. */
  readonly returns: Set<() => void>;
  /** Facts of the inbox; rejects while it is offline. */
  inboxFacts: () => Promise<Stats>;
  source: EventSource | undefined;
  isOnline: boolean;
  wakeScan: (() => void) | undefined;
}

const MAX_PENDING = 10_000;
const RESCAN_BESIDE_EVENTS_MS = 60_000;
const RESCAN_ALONE_MS = 10_000;

/** Everything behind `watchInbox`: composes scans, events, settling and what goes out. */
export function openWatchSession(options: SessionOptions, deps: SessionDeps, log: Pick<Log, 'info'>): WatchSession {
  const session = createSession(options, deps, log);
  return {
    start: async () => await start(session),
    take: async () => {
      const event = await session.channel.take();
      session.wakeScan?.();
      return event;
    },
    giveBack: (path, afterMs) => giveBack(session, path, afterMs),
    end: () => session.channel.end(),
    stop: async () => await stop(session),
  };
}

function createSession(options: SessionOptions, deps: SessionDeps, log: Session['log']): Session {
  const { clock } = deps;
  const rules = candidateRules(options.accept, options.ignore);
  const channel = createEventChannel<WatchEvent>();
  const session: Session = {
    options,
    deps,
    log,
    rules,
    channel,
    stopping: new AbortController(),
    handed: createHandedOut(deps.known ?? (() => false)),
    problems: createProblemList(options.root, (problem) => {
      channel.put(`problem ${problem.code} ${problem.path}`, { type: 'problem', ...problem });
    }),
    sidecars: createSidecarFinder(rules, clock, deps.nameInside),
    queue: createSettleQueue(options.settle, {
      clock,
      look: async (path) => await look(session, path),
      isComplete: async (path, size, quietMs) => {
        const hasSidecar = async (): Promise<boolean> => (await session.sidecars.find(path)).length > 0;
        return await deps.isComplete(path, size, { quietMs, hasSidecar });
      },
      isWanted: (path, seen) => session.again.has(path) || session.handed.isWanted(path, seen),
      onReady: async (path, seen) => await handOut(session, path, seen),
      onWaiting: (path, waiting) => {
        channel.put(path, { type: 'waiting', path, relativePath: below(session, path), ...waiting });
      },
      onVanished: (path) => {
        session.again.delete(path);
        channel.put(path, { type: 'vanished', path, relativePath: below(session, path) });
      },
      onRoom: () => session.wakeScan?.(),
      onFault: (error) => channel.end(error),
    }),
    loop: createScanLoop(clock, { rescanMs: () => rescanMs(session), againMs: options.settle.settleMs }, (folder) =>
      scan(session, folder),
    ),
    again: new Set(),
    late: createLateSidecars(clock, options.settle.settleMs, {
      onQuiet: async (sidecar) => await takeLateSidecar(session, sidecar),
      onTooMany: () => session.loop.soon(),
      onFault: (error) => channel.end(error),
    }),
    returns: new Set(),
    inboxFacts: async () => await Promise.reject(new Error('the session has not been started')),
    source: undefined,
    isOnline: true,
    wakeScan: undefined,
  };
  return session;
}

async function start(session: Session): Promise<void> {
  const { root } = session.options;
  session.inboxFacts = await createMountGuard(root);
  const isPolling = await mustPoll(session);
  session.source = isPolling ? undefined : eventSourceOf(session);
  session.log.info({ inbox: root, isPolling }, 'watching the inbox');
  session.loop.run().catch((error: unknown) => session.channel.end(error));
}

function eventSourceOf(session: Session): EventSource {
  return createEventSource({
    root: session.options.root,
    ignores: (path) => {
      const relativePath = below(session, path);
      return relativePath !== '' && session.rules.ignores(relativePath);
    },
    open: session.deps.openEvents,
    handlers: {
      onFile: (path) => hintFile(session, path),
      onFolder: (path) => hintFolder(session, path),
      onReady: () => session.loop.soon(),
    },
    onProblem: (problem) => session.problems.report(problem),
  });
}

async function mustPoll({ options, deps }: Session): Promise<boolean> {
  if (options.mode === 'polling') return true;
  return options.mode !== 'native' && ((await deps.isNetworkFolder?.(options.root)) ?? false);
}

async function stop(session: Session): Promise<void> {
  session.stopping.abort();
  session.channel.end();
  session.loop.stop();
  session.queue.stop();
  session.late.stop();
  for (const cancel of session.returns) cancel();
  session.wakeScan?.();
  await session.source?.close();
}

function below({ options }: Session, path: string): string {
  return relative(options.root, path).split(sep).join('/');
}

function rescanMs({ options, source }: Session): number {
  return options.rescanMs ?? (source?.isOpen() ? RESCAN_BESIDE_EVENTS_MS : RESCAN_ALONE_MS);
}

/** Walks the inbox or one folder of it, and answers how long that took, ms, without the time spent waiting for room. */
async function scan(session: Session, folder?: string): Promise<number> {
  const { deps, options, problems, handed } = session;
  const { signal } = session.stopping;
  const startedAt = deps.clock.now();
  const isWhole = folder === undefined;
  let waitedMs = 0;
  let isComplete = true;
  try {
    const facts = await session.inboxFacts();
    if (isWhole) for (const list of [problems, handed]) list.beginRound();
    const listing = listInbox(
      options.root,
      { rules: session.rules, nameInside: deps.nameInside, ...(isWhole ? {} : { below: folder }) },
      {
        signal,
        onProblem: (problem) => {
          isComplete &&= problem.code === 'link-not-followed';
          problems.report(problem);
        },
      },
    );
    for await (const file of listing) {
      if (file.kind === 'picture') await offer(session, file);
      waitedMs += await waitForRoom(session);
    }
    if (isWhole) {
      problems.endRound();
      if (isComplete) handed.endRound();
      if (!session.isOnline) session.log.info({ inbox: options.root }, 'the inbox is back');
      session.isOnline = true;
      await session.source?.adjust(facts);
    }
  } catch (error) {
    if (signal.aborted) return 0;
    if (!isIngestError(error, 'watcher/inbox')) throw error;
    session.isOnline = false;
    problems.report({ code: 'inbox-offline', path: options.root, message: error.message });
  }
  return deps.clock.now() - startedAt - waitedMs;
}

async function offer(session: Session, file: PictureFile): Promise<void> {
  const { queue, handed, deps } = session;
  // A picture that has a sidecar by now may be waiting for that: it is looked at soon.
  const seen = file.sidecars.length > 0 ? undefined : file;
  if (queue.has(file.path) || handed.isWanted(file.path, file)) queue.add(file.path, seen);
  else if (await deps.isBehind?.(file)) offerAgain(session, file.path);
}

function offerAgain(session: Session, path: string): void {
  session.again.add(path);
  session.sidecars.forget(dirname(path));
  session.queue.add(path);
}

/** A sidecar has come and is quiet: pictures that wait for it are looked at now, those done without it go out again. */
async function takeLateSidecar(session: Session, sidecar: string): Promise<void> {
  const { deps, queue, sidecars } = session;
  sidecars.forget(dirname(sidecar));
  for (const path of await sidecars.picturesOf(sidecar)) {
    if (queue.has(path)) {
      queue.add(path);
      continue;
    }
    const facts = await lstat(path).catch(() => undefined);
    if (!facts?.isFile() || session.stopping.signal.aborted) continue;
    const { size, mtimeMs, ctimeMs } = facts;
    const found = { path, relativePath: below(session, path), size, mtimeMs, ctimeMs };
    await offer(session, { kind: 'picture', ...found, sidecars: await sidecars.find(path) });
    // The picture is being worked on: what was made without this sidecar is asked again when the ledger knows of it.
    if (!queue.has(path) && deps.known?.(path, size, mtimeMs) === false) session.late.add(sidecar);
  }
}

/** Back-pressure: a scan goes on only when there is room. Answers the time spent, ms. */
async function waitForRoom(session: Session): Promise<number> {
  const { clock } = session.deps;
  const startedAt = clock.now();
  while (!hasRoom(session) && !session.stopping.signal.aborted) {
    await new Promise<void>((resolve) => {
      session.wakeScan = resolve;
    });
    session.wakeScan = undefined;
  }
  return clock.now() - startedAt;
}

function hasRoom({ queue, channel, options }: Session): boolean {
  return queue.unchecked() + channel.size() < (options.maxPending ?? MAX_PENDING);
}

function hintFile(session: Session, path: string): void {
  const relativePath = below(session, path);
  const kind = session.rules.kindOf(relativePath);
  if (kind === undefined || isBelowIgnored(session.rules, relativePath)) return;
  if (kind === 'sidecar') {
    session.sidecars.forget(dirname(path));
    session.late.add(path);
  }
  if (kind === 'description') {
    session.deps.onDescription?.();
    hintFolder(session, dirname(path));
  }
  if (kind !== 'picture') return;
  if (session.queue.has(path) || hasRoom(session)) session.queue.add(path);
  else session.loop.soon();
}

function hintFolder(session: Session, path: string): void {
  const relativePath = below(session, path);
  if (relativePath === '') session.loop.soon();
  else if (!isBelowIgnored(session.rules, relativePath)) session.loop.folder(relativePath);
}

async function look(session: Session, path: string): Promise<Look> {
  try {
    const facts = await lstat(path);
    return facts.isFile() ? { kind: 'seen', size: facts.size, mtimeMs: facts.mtimeMs } : { kind: 'missing' };
  } catch (error) {
    if (!isAbsent(error)) return { kind: 'unreadable', reason: `it cannot be looked at now: ${errorMessage(error)}` };
  }
  try {
    await session.inboxFacts();
    return { kind: 'missing' };
  } catch (error) {
    return { kind: 'unreadable', reason: `the inbox is offline: ${errorMessage(error)}` };
  }
}

async function handOut(session: Session, path: string, { size, mtimeMs }: Identity): Promise<void> {
  const sidecars = await session.sidecars.find(path);
  session.handed.add(path, { size, mtimeMs });
  session.again.delete(path);
  const file = { path, relativePath: below(session, path), size, mtimeMs, sidecars };
  session.channel.put(path, { type: 'ready', file });
}

function giveBack(session: Session, path: string, afterMs: number): void {
  const { clock } = session.deps;
  if (session.stopping.signal.aborted) return;
  const cancel = clock.after(afterMs, () => {
    session.returns.delete(cancel);
    session.handed.takeBack(path);
    session.queue.add(path);
  });
  session.returns.add(cancel);
}
