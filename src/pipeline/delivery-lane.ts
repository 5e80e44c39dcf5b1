import { errorMessage } from '../domain/errors.ts';
import { createCircuitBreaker } from '../publish/circuit-breaker.ts';
import type { UploadWindow } from '../publish/upload-window.ts';
import type { OutboxItem } from '../store/outbox-row.ts';
import type { BringResult } from './bring-records.ts';
import { holdOf } from './delivery-hold.ts';
import { type SettleContext, settleDeliveries } from './settle-deliveries.ts';

/** One target and the way to it. */
export interface LaneTarget {
  name: string;
  /** Items in one call, at most. */
  groupSize: number;
  /** Calls under way at once. */
  atOnce: number;
  /** So long a call waits for its group to become full. */
  gatherMs: number;
  window?: UploadWindow | undefined;
  /** Never rejects. */
  bring(items: readonly OutboxItem[]): Promise<BringResult[]>;
}

export interface LaneContext extends Omit<SettleContext, 'target' | 'breaker'> {
  /** No more is begun. */
  stopping: AbortSignal;
  /** Nothing more can be done for now. */
  onRest: () => void;
}

export interface Lane {
  /** Delivers until it is stopped, and what is under way has ended. */
  run(): Promise<void>;
  /** Looks at the outbox again. */
  wake(): void;
  /** When there is something to do next: undefined never, 0 when it is at work, Infinity when somebody has to ask first. */
  nextAt(): number | undefined;
}

/** A ledger that cannot be written (a full disk) is tried again after so long. */
const FAULT_PAUSE_MS = 5000;

interface LaneState {
  readonly target: LaneTarget;
  readonly context: LaneContext & SettleContext;
  readonly underWay: Set<Promise<void>>;
  readonly inHand: Set<number>;
  /** Since when a group is being gathered. */
  gatheringSince: number | undefined;
  faultUntil: number;
  resting: boolean;
  ended: boolean;
  rouse: (() => void) | undefined;
}

/** A loop that brings to one target what the outbox holds for it, as the target can take it. */
export function createLane(target: LaneTarget, context: LaneContext): Lane {
  const { options, clock, random } = context;
  const lane: LaneState = {
    target,
    context: {
      ...context,
      target: target.name,
      breaker: createCircuitBreaker(options.breaker, () => clock.now(), random),
    },
    underWay: new Set(),
    inHand: new Set(),
    gatheringSince: undefined,
    faultUntil: 0,
    resting: false,
    ended: false,
    rouse: undefined,
  };
  return { run: async () => await run(lane), wake: () => wake(lane), nextAt: () => nextAt(lane) };
}

async function run(lane: LaneState): Promise<void> {
  const { stopping, onRest } = lane.context;
  const onStop = (): void => wake(lane);
  stopping.addEventListener('abort', onStop);
  while (!stopping.aborted) {
    if (!startNext(lane)) await rest(lane);
  }
  await Promise.all(lane.underWay);
  stopping.removeEventListener('abort', onStop);
  lane.ended = true;
  onRest();
}

function wake(lane: LaneState): void {
  lane.resting = false;
  lane.rouse?.();
}

/** Starts a delivery if there is one to start; false when there is nothing to do now. */
function startNext(lane: LaneState): boolean {
  try {
    if (heldUntil(lane) === undefined) return startGroup(lane);
    lane.gatheringSince = undefined;
    return false;
  } catch (error) {
    noteFault(lane, error);
    return false;
  }
}

/** Nothing else runs between the last look at the outbox and the sleep: no call to wake up is lost. */
async function rest(lane: LaneState): Promise<void> {
  const { clock, onRest, options } = lane.context;
  lane.resting = true;
  const now = clock.now();
  const wait = Math.min(options.recheckMs, Math.max(1, (timerAt(lane) ?? Number.POSITIVE_INFINITY) - now));
  await new Promise<void>((resolve) => {
    const cancel = clock.after(wait, resolve);
    lane.rouse = () => {
      cancel();
      resolve();
    };
    onRest();
  });
  lane.rouse = undefined;
  lane.resting = false;
}

/** Times that have come already concern what is under way: its end wakes. */
function timerAt(lane: LaneState): number | undefined {
  const { target, context } = lane;
  const now = context.clock.now();
  if (lane.gatheringSince !== undefined) return lane.gatheringSince + target.gatherMs;
  const at = nextAtQuietly(lane, now);
  return at !== undefined && at > now ? at : undefined;
}

function nextAt(lane: LaneState): number | undefined {
  if (lane.ended) return undefined;
  if (!lane.resting || lane.underWay.size > 0 || lane.gatheringSince !== undefined) return 0;
  return nextAtQuietly(lane);
}

function nextAtQuietly(lane: LaneState, after = -1): number | undefined {
  try {
    const { outbox } = lane.context;
    const until = heldUntil(lane);
    if (until === undefined) return outbox.nextTryAt(lane.target.name, after);
    return outbox.nextTryAt(lane.target.name) === undefined ? undefined : until;
  } catch (error) {
    noteFault(lane, error);
    return lane.faultUntil;
  }
}

function heldUntil({ target, context, faultUntil }: LaneState): number | undefined {
  return context.clock.now() < faultUntil ? faultUntil : holdOf(context, target.window);
}

function startGroup(lane: LaneState): boolean {
  const { target, context, underWay, inHand } = lane;
  const { outbox, clock, breaker } = context;
  const now = clock.now();
  if (underWay.size >= Math.min(target.atOnce, breaker.mostUnderWay())) return false;
  const items = outbox
    .due(target.name, now, target.groupSize + inHand.size)
    .filter(({ item }) => !inHand.has(item))
    .slice(0, target.groupSize);
  if (items.length === 0) {
    lane.gatheringSince = undefined;
    return false;
  }
  if (items.length < target.groupSize) {
    lane.gatheringSince ??= now;
    if (now < lane.gatheringSince + target.gatherMs) return false;
  }
  lane.gatheringSince = undefined;
  for (const { item } of items) inHand.add(item);
  const work = bringAndSettle(lane, items).finally(() => {
    for (const { item } of items) inHand.delete(item);
    underWay.delete(work);
    wake(lane);
  });
  underWay.add(work);
  return true;
}

async function bringAndSettle(lane: LaneState, items: readonly OutboxItem[]): Promise<void> {
  try {
    settleDeliveries(lane.context, await lane.target.bring(items));
  } catch (error) {
    // Nothing is marked: what arrived is brought once more, which changes nothing there.
    noteFault(lane, error);
  }
}

function noteFault(lane: LaneState, error: unknown): void {
  const { clock, log } = lane.context;
  lane.faultUntil = clock.now() + FAULT_PAUSE_MS;
  log.error({ target: lane.target.name, reason: errorMessage(error) }, 'the outbox could not be read or written');
}
