import type { Log } from '../log.ts';
import type { Publisher } from '../publish/publisher.ts';
import { parseUploadWindow } from '../publish/upload-window.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { Store } from '../store/store.ts';
import { type Clock, systemClock } from '../watcher/clock.ts';
import { indexItems, publishItem } from './bring-records.ts';
import { createLane, type Lane, type LaneContext, type LaneTarget } from './delivery-lane.ts';
import { DELIVERY_DEFAULTS, type DeliveryOptions } from './delivery-options.ts';
import type { Outgoing } from './outgoing.ts';
import type { Targets } from './targets.ts';

/** Brings records to their targets while they are being made; each target at its own pace. */
export interface Delivery {
  /**
   * Resolves when nothing is left that can be delivered by itself (`empty`), or that can be delivered now (`stuck`: what waits
   * for a time, a target or a person stays in the outbox; so does what was tried for a while in vain), and when delivery is
   * stopped.
   */
  drain(options: { until: 'empty' | 'stuck' }): Promise<void>;
  /** Begins nothing more, and resolves when what is under way has ended; it gets some time. */
  stop(): Promise<void>;
}

export interface DeliveryParts extends Targets {
  store: Store;
  repo: string;
  meaningOf: RecordMeaning;
}

export interface DeliveryContext {
  /** Stops delivery politely when it aborts. */
  signal: AbortSignal;
  log: Log;
  /** Wall clock: milliseconds since 1970. */
  clock?: Clock;
  /** 0 to 1, evenly spread. */
  random?: () => number;
}

/** Wishes are kept over restarts, so that their times are those of the wall clock. */
const wallClock: Clock = { ...systemClock, now: Date.now };
/** One bulk request is read from REPO while another is on its way. */
const BULKS_AT_ONCE = 2;

/**
 * Starts to deliver what the outbox holds and will hold. A row is marked only after its target has confirmed; a process that
 * dies before leaves it due, and bringing a record twice changes nothing. Failures end nothing: they are in the outbox.
 * @throws IngestError `config/invalid` where the window for uploads is none.
 */
export function createDelivery(
  parts: DeliveryParts,
  given: Partial<DeliveryOptions>,
  { signal, log, clock = wallClock, random = Math.random }: DeliveryContext,
): Delivery {
  const options = { ...DELIVERY_DEFAULTS, ...given };
  const { store } = parts;
  const stopping = new AbortController();
  const breaking = new AbortController();
  const lanes: Lane[] = [];
  const drains = new Set<() => void>();
  let deliveredAt = clock.now();
  const context: LaneContext = {
    outbox: store.outbox,
    options,
    clock,
    random,
    log,
    stopping: stopping.signal,
    breaking: breaking.signal,
    onDelivered: () => {
      deliveredAt = clock.now();
      lanes.forEach((lane) => lane.wake());
    },
    onRest: () => drains.forEach((check) => check()),
  };
  lanes.push(...laneTargets(parts, options, breaking.signal).map((target) => createLane(target, context)));
  const forget = store.onWished(() => lanes.forEach((lane) => lane.wake()));
  const onAbort = (): void => stopping.abort();
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const ended = Promise.all(lanes.map(async (lane) => await lane.run()));

  return {
    drain: async ({ until }) => {
      const began = clock.now();
      const latest = (): number => {
        if (until === 'empty') return Number.MAX_VALUE;
        const now = clock.now();
        const isFruitless = now - Math.max(began, deliveredAt) > options.fruitlessMs;
        // Done as soon as nothing is under way.
        return isFruitless ? 0 : now + options.patienceMs;
      };
      const isDone = (): boolean => lanes.every((lane) => (lane.nextAt() ?? Number.POSITIVE_INFINITY) > latest());
      await settled(isDone, drains);
    },
    stop: async () => {
      stopping.abort();
      const cancel = clock.after(options.graceMs, () => breaking.abort());
      await ended;
      cancel();
      forget();
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Starts the delivery of a session. */
export function startDelivery(
  { store, repo, targets, delivery, meaningOf }: Outgoing,
  context: DeliveryContext,
): Delivery {
  return createDelivery({ store, repo, meaningOf, ...targets }, delivery, context);
}

/** Looks whenever somebody comes to rest. */
async function settled(isDone: () => boolean, drains: Set<() => void>): Promise<void> {
  if (isDone()) return;
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (!isDone()) return;
      drains.delete(check);
      resolve();
    };
    drains.add(check);
  });
}

function laneTargets(parts: DeliveryParts, options: DeliveryOptions, breaking: AbortSignal): LaneTarget[] {
  const { publishers, index, repo, meaningOf } = parts;
  const window = options.window === undefined ? undefined : parseUploadWindow(options.window);
  const publish = (publisher: Publisher): LaneTarget => ({
    name: publisher.target,
    groupSize: 1,
    atOnce: options.recordsAtOnce,
    gatherMs: 0,
    window,
    bring: async (items) =>
      await Promise.all(items.map(async (item) => await publishItem(item, { publisher, repo }, breaking))),
  });
  const search = index && {
    name: index.name,
    groupSize: options.bulkDocuments,
    atOnce: BULKS_AT_ONCE,
    gatherMs: options.gatherMs,
    bring: async (items: Parameters<LaneTarget['bring']>[0]) =>
      await indexItems(items, { index: index.index, repo, meaningOf }),
  };
  return [...publishers.map(publish), ...(search ? [search] : [])];
}
