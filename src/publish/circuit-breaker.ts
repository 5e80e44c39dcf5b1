export interface BreakerOptions {
  /** Failures in a row after which nothing is sent for a while. */
  failures: number;
  /** Length of the first break; it doubles with each probe that fails. */
  openMs: number;
  /** Longest break: how long it may take to notice that the target is back. */
  capMs: number;
}

export const BREAKER_DEFAULTS: BreakerOptions = { failures: 5, openMs: 1000, capMs: 60_000 };

/** Keeps a target that cannot be reached from being tried with every record that waits for it. */
export interface CircuitBreaker {
  /** How many deliveries may be under way: all, one as a probe after a break, none during it. */
  mostUnderWay(): number;
  /** End of the break, in milliseconds of the clock; undefined when there is none. */
  openUntil(): number | undefined;
  /** The target answered; returns whether that ended a break. */
  answered(): boolean;
  /** The target could not be reached; returns whether a break begins. */
  unreachable(): boolean;
}

/** Closed, so that all may pass. `random` (0 to 1) spreads the ends of breaks over their last quarter. */
export function createCircuitBreaker(
  options: BreakerOptions,
  now: () => number,
  random: () => number = Math.random,
): CircuitBreaker {
  let failures = 0;
  let breaks = 0;
  let until: number | undefined;
  const isOpen = (): boolean => until !== undefined && now() < until;
  return {
    mostUnderWay: () => {
      if (until === undefined) return Number.POSITIVE_INFINITY;
      return isOpen() ? 0 : 1;
    },
    openUntil: () => (isOpen() ? until : undefined),
    answered: () => {
      const ended = until !== undefined;
      failures = 0;
      breaks = 0;
      until = undefined;
      return ended;
    },
    unreachable: () => {
      // What was under way when the break began tells nothing new.
      if (isOpen()) return false;
      failures += 1;
      if (until === undefined && failures < options.failures) return false;
      const ms = Math.min(options.capMs, options.openMs * 2 ** breaks);
      until = now() + Math.round(ms * (0.75 + random() / 4));
      breaks += 1;
      return true;
    },
  };
}
