import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import type { LabelChange } from '../store/label-changes.ts';
import { type Clock, systemClock } from '../watcher/clock.ts';
import { type FollowSession, followLabels } from './follow-labels.ts';

/** Lets records follow their labels while nothing else is to be done. */
export interface LabelLane {
  /** Does `work` on a picture: no record is begun meanwhile, and the one under way is waited for. */
  ahead<T>(work: () => Promise<T>): Promise<T>;
  /** Begins no record any more, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

export interface LabelLaneContext {
  signal: AbortSignal;
  log: Log;
  clock?: Clock;
}

/** Pictures come in series: so long after one, the next is no longer expected at once. */
const QUIET_MS = 2000;
/** How often it looks for labels that another process put into STATE. */
const LOOK_MS = 10_000;
/** A record that could not follow is tried again after so long. */
const AGAIN_MS = 10 * 60_000;

/** Starts looking. What goes wrong with a record stands in its row; nothing ends the lane but `stop` and the signal. */
export function createLabelLane(
  session: FollowSession,
  { signal, log, clock = systemClock }: LabelLaneContext,
): LabelLane {
  const notBefore = new Map<string, number>();
  let pictures = 0;
  let isStopped = false;
  let running: Promise<void> | undefined;
  let cancel: (() => void) | undefined;

  const skip = ({ id, attempts }: LabelChange): boolean => {
    if (attempts === 0) return false;
    const now = clock.now();
    if (now < (notBefore.get(id) ?? 0)) return true;
    notBefore.set(id, now + AGAIN_MS);
    return false;
  };
  const mayGoOn = (): boolean => pictures === 0 && !isStopped;
  const follow = async (): Promise<void> => {
    try {
      const { followed, waiting } = await followLabels(session, { signal, log, atOnce: 1, mayGoOn, skip });
      if (followed > 0) log.info({ followed, waiting }, 'records followed their labels');
    } catch (error) {
      log.error({ reason: errorMessage(error) }, 'records could not follow their labels');
    }
    running = undefined;
    lookAfter(LOOK_MS);
  };
  const lookAfter = (ms: number): void => {
    cancel?.();
    if (mayGoOn()) cancel = clock.after(ms, look);
  };
  const look = (): void => {
    if (mayGoOn() && !signal.aborted) running ??= follow();
  };

  lookAfter(QUIET_MS);
  return {
    async ahead(work) {
      pictures += 1;
      cancel?.();
      try {
        await running;
        return await work();
      } finally {
        pictures -= 1;
        lookAfter(QUIET_MS);
      }
    },
    async stop() {
      isStopped = true;
      cancel?.();
      await running;
    },
  };
}
