import { errorMessage } from '../domain/errors.ts';
import type { Clock } from './clock.ts';
import {
  type Completeness,
  isOverdue,
  type Look,
  type SettleOptions,
  type SettleStep,
  type Settling,
  startSettling,
  takeHint,
  takeLook,
  takeVerdict,
} from './settle.ts';

export interface Identity {
  size: number;
  mtimeMs: number;
}

export interface Waiting {
  reason: string;
  waitedMs: number;
  size?: number;
  /** True from `overdueMs` on; the change to true is reported once. */
  overdue: boolean;
}

export interface SettleQueueDeps {
  clock: Clock;
  look: (path: string) => Promise<Look>;
  /**
   * Asked of a file that nobody has changed for `quietMs`. May reject (a lock, a share that is away): the file then waits with that
   * reason.
   */
  isComplete: (path: string, size: number, quietMs: number) => Promise<Completeness>;
  /** False for a file that has been taken already: it is forgotten without a word. */
  isWanted: (path: string, seen: Identity) => boolean;
  onReady: (path: string, seen: Identity) => Promise<void>;
  /** The first time something delays a file, each change of the reason after it, and once when the file is overdue. */
  onWaiting: (path: string, waiting: Waiting) => void;
  /** A file that was reported as waiting is no longer there. */
  onVanished: (path: string) => void;
  /** A file has left the queue or has begun to wait: there may be room for others. */
  onRoom: () => void;
  /** One of the functions above threw: nothing a file can be blamed for. */
  onFault: (error: unknown) => void;
}

export interface SettleQueue {
  /**
   * Takes up a file, or looks sooner at one that is known. With `seen` (from a listing) a known file is looked at
   * sooner only when that differs from what is known, so that listings do not undo the growing pauses.
   */
  add(path: string, seen?: Identity): void;
  has(path: string): boolean;
  /** Files that nothing has delayed so far. Those that wait for longer do not hold up others. */
  unchecked(): number;
  stop(): void;
}

interface Entry {
  state: Settling;
  reported?: Waiting;
  /** In the list of due files, or being looked at. */
  busy: boolean;
  /** An event named the file while it was being looked at. */
  hinted: boolean;
}

interface Queue {
  readonly options: SettleOptions;
  readonly deps: SettleQueueDeps;
  readonly tickMs: number;
  readonly entries: Map<string, Entry>;
  due: string[];
  dueHead: number;
  probes: number;
  waiting: number;
  stopped: boolean;
  cancelTick?: () => void;
}

/** Files looked at or checked at once: four threads of Node work on them, and a share answers in parallel. */
const PROBES_AT_ONCE = 16;
const SHORTEST_TICK_MS = 10;
const LONGEST_TICK_MS = 500;

/** Drives the steps of settle.ts for many files: one timer for all of them, a bounded number of looks at once. */
export function createSettleQueue(options: SettleOptions, deps: SettleQueueDeps): SettleQueue {
  const tickMs = Math.min(Math.max(options.settleMs / 4, SHORTEST_TICK_MS), LONGEST_TICK_MS);
  const entries = new Map<string, Entry>();
  const queue: Queue = { options, deps, tickMs, entries, due: [], dueHead: 0, probes: 0, waiting: 0, stopped: false };
  return {
    add: (path, seen) => add(queue, path, seen),
    has: (path) => queue.entries.has(path),
    unchecked: () => queue.entries.size - queue.waiting,
    stop: () => {
      queue.stopped = true;
      queue.cancelTick?.();
      queue.entries.clear();
    },
  };
}

function add(queue: Queue, path: string, seen: Identity | undefined): void {
  if (queue.stopped) return;
  const now = queue.deps.clock.now();
  const entry = queue.entries.get(path);
  if (!entry) {
    queue.entries.set(path, { state: startSettling(now, queue.options), busy: false, hinted: false });
  } else if (!seen || !sameIdentity(entry.state.seen, seen)) {
    entry.state = takeHint(entry.state, now + queue.tickMs);
    entry.hinted = entry.busy;
  }
  armTick(queue);
}

function armTick(queue: Queue): void {
  if (queue.stopped || queue.cancelTick || queue.entries.size === 0) return;
  queue.cancelTick = queue.deps.clock.after(queue.tickMs, () => tick(queue));
}

function tick(queue: Queue): void {
  delete queue.cancelTick;
  const now = queue.deps.clock.now();
  for (const [path, entry] of queue.entries) {
    if (entry.busy || entry.state.pollAt > now) continue;
    entry.busy = true;
    queue.due.push(path);
  }
  startProbes(queue);
  armTick(queue);
}

function startProbes(queue: Queue): void {
  while (!queue.stopped && queue.probes < PROBES_AT_ONCE) {
    const path = takeDue(queue);
    if (path === undefined) return;
    const entry = queue.entries.get(path);
    if (entry) runProbe(queue, path, entry).catch(queue.deps.onFault);
  }
}

/** First come, first served, without moving the rest of a long list for each file. */
function takeDue(queue: Queue): string | undefined {
  const path = queue.due[queue.dueHead];
  queue.dueHead += 1;
  if (queue.dueHead < queue.due.length) return path;
  queue.due = [];
  queue.dueHead = 0;
  return path;
}

async function runProbe(queue: Queue, path: string, entry: Entry): Promise<void> {
  queue.probes += 1;
  const step = await probe(queue, path, entry);
  if (step.next === 'ready' && !queue.stopped) await queue.deps.onReady(path, step.state.seen);
  queue.probes -= 1;
  if (queue.stopped) return;
  applyStep(queue, path, entry, step);
  entry.busy = false;
  if (entry.hinted) {
    entry.hinted = false;
    add(queue, path, undefined);
  }
  startProbes(queue);
}

async function probe({ options, deps }: Queue, path: string, { state }: Entry): Promise<SettleStep> {
  const { clock, look, isComplete } = deps;
  const step = takeLook(state, await look(path), clock.now(), options);
  if (step.next !== 'check' || !step.state.seen) return step;
  const quietMs = clock.now() - step.state.quietSince;
  const verdict = await isComplete(path, step.state.seen.size, quietMs).catch(unreadableVerdict);
  return takeVerdict(step.state, verdict, await look(path), clock.now(), options);
}

function unreadableVerdict(error: unknown): Completeness {
  return { complete: false, reason: `it cannot be read now: ${errorMessage(error)}` };
}

function applyStep(queue: Queue, path: string, entry: Entry, step: SettleStep): void {
  switch (step.next) {
    case 'ready':
      forget(queue, path, entry);
      return;
    case 'drop':
      forget(queue, path, entry);
      if (entry.reported) queue.deps.onVanished(path);
      return;
    case 'check':
    case 'wait':
      keep(queue, path, entry, step.state);
  }
}

function keep(queue: Queue, path: string, entry: Entry, state: Settling): void {
  const { clock, isWanted, onWaiting, onRoom } = queue.deps;
  const isFirstSight = !entry.reported && !entry.state.seen && state.seen;
  if (isFirstSight && state.seen && !isWanted(path, state.seen)) {
    forget(queue, path, entry);
    return;
  }
  entry.state = state;
  if (!state.delayed) return;
  const now = clock.now();
  const waiting: Waiting = {
    reason: state.reason,
    waitedMs: now - state.firstSeenAt,
    ...(state.seen ? { size: state.seen.size } : {}),
    overdue: isOverdue(state, now, queue.options),
  };
  if (entry.reported?.reason === waiting.reason && entry.reported.overdue === waiting.overdue) return;
  if (!entry.reported) queue.waiting += 1;
  entry.reported = waiting;
  onWaiting(path, waiting);
  onRoom();
}

function forget(queue: Queue, path: string, entry: Entry): void {
  queue.entries.delete(path);
  if (entry.reported) queue.waiting -= 1;
  queue.deps.onRoom();
}

function sameIdentity(a: Identity | undefined, b: Identity): boolean {
  return a?.size === b.size && a.mtimeMs === b.mtimeMs;
}
