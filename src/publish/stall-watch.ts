/** Gives a request up when nothing moves: a limit of its whole time would punish large files on slow lines. */
export interface StallWatch {
  /** Aborts when the caller's does, or when nothing moved for too long. */
  readonly signal: AbortSignal;
  readonly hasStalled: boolean;
  /** A byte moved. */
  progress(): void;
  /** The waiting is our own (a bandwidth limit) and does not count. */
  hold(): void;
  /** The request is over; what still comes starts no clock again. */
  stop(): void;
}

/** Starts watching; `limitS` in seconds. */
export function watchStall(limitS: number, caller: AbortSignal): StallWatch {
  const { signal, stop: unlink, abort } = linkSignal(caller);
  let timer: NodeJS.Timeout | undefined;
  let hasStalled = false;
  let isOver = false;
  const hold = (): void => clearTimeout(timer);
  const progress = (): void => {
    hold();
    if (isOver) return;
    timer = setTimeout(() => {
      hasStalled = true;
      abort();
    }, limitS * 1000);
  };
  progress();
  return {
    signal,
    get hasStalled() {
      return hasStalled;
    },
    progress,
    hold,
    stop: () => {
      isOver = true;
      hold();
      unlink();
    },
  };
}

/**
 * A signal that follows another until it is stopped, and can be aborted by itself. `AbortSignal.any` would leave an
 * entry with the caller's signal for each request, for as long as the program runs (Node 20: 50 bytes each).
 */
export function linkSignal(caller: AbortSignal): { signal: AbortSignal; abort: () => void; stop: () => void } {
  const own = new AbortController();
  const follow = (): void => own.abort(caller.reason);
  if (caller.aborted) follow();
  else caller.addEventListener('abort', follow, { once: true });
  return {
    signal: own.signal,
    abort: () => own.abort(),
    stop: () => caller.removeEventListener('abort', follow),
  };
}
