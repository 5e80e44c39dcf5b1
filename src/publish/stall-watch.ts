/** Gives a request up when nothing moves: a limit of its whole time would punish large files on slow lines. */
export interface StallWatch {
  /** Aborts when the caller's does, or when nothing moved for too long. */
  readonly signal: AbortSignal;
  readonly hasStalled: boolean;
  /** A byte moved. */
  progress(): void;
  /** The waiting is our own (a bandwidth limit) and does not count. */
  hold(): void;
  stop(): void;
}

/** Starts watching; `limitS` in seconds. */
export function watchStall(limitS: number, caller: AbortSignal): StallWatch {
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const hold = (): void => clearTimeout(timer);
  const progress = (): void => {
    hold();
    timer = setTimeout(() => stall.abort(), limitS * 1000);
  };
  progress();
  return {
    signal: AbortSignal.any([caller, stall.signal]),
    get hasStalled() {
      return stall.signal.aborted;
    },
    progress,
    hold,
    stop: hold,
  };
}
