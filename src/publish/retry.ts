import { errorMessage, isIngestError } from '../domain/errors.ts';

export interface RetryOptions {
  /** Longest pause before the second try of a delivery; it doubles with each failure. */
  baseMs: number;
  /** Longest pause between two tries. */
  capMs: number;
}

export const RETRY_DEFAULTS: RetryOptions = { baseMs: 1000, capMs: 15 * 60_000 };

/** What to do after a failure. Times are milliseconds since 1970; a pause without `until` lasts until somebody asks. */
export type RetryDecision =
  | { kind: 'retry'; at: number }
  | { kind: 'refuse' }
  | { kind: 'pause-target'; until: number | undefined; reason: string };

export interface RetryFacts {
  /** Failures of this delivery, the present one included. */
  attempts: number;
  now: number;
  /** 0 to 1, evenly spread. */
  random: () => number;
}

/** So often a file is sent whose bytes do not arrive, or a record that REPO does not hold as it says. */
const MOST_ATTEMPTS = 5;
/** Somebody has to make room; a look now and then shows that it was made. */
const FULL_PAUSE_MS = 5 * 60_000;
/** A share that holds REPO and went away comes back, or somebody mounts it. */
const REPO_PAUSE_MS = 30_000;
/** A server that asks for more is asked again nevertheless, for it may have meant a date on another clock. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * Decides from what a target said. Pauses concern the target: no record is to blame, and none pays with an attempt.
 * A target that cannot be reached is tried for ever.
 */
export function decideRetry(error: unknown, facts: RetryFacts, options: RetryOptions = RETRY_DEFAULTS): RetryDecision {
  const { attempts, now } = facts;
  const retry: RetryDecision = {
    kind: 'retry',
    at: now + Math.max(backOffMs(facts, options), retryAfterMs(error) ?? 0),
  };
  const limited: RetryDecision = attempts < MOST_ATTEMPTS ? retry : { kind: 'refuse' };
  if (!isIngestError(error)) return limited;
  const pause = (ms: number): RetryDecision => {
    return { kind: 'pause-target', until: now + Math.max(ms, retryAfterMs(error) ?? 0), reason: errorMessage(error) };
  };
  // Only these concern targets; every other failure is tried a few times.
  const code: string = error.code;
  switch (code) {
    case 'publish/unreachable':
    case 'publish/locked':
      return retry;
    case 'publish/busy':
      return retryAfterMs(error) === undefined ? retry : pause(0);
    case 'publish/full':
      return pause(FULL_PAUSE_MS);
    case 'publish/unauthorised':
      return { kind: 'pause-target', until: undefined, reason: error.message };
    case 'publish/refused':
    case 'publish/folder':
      return { kind: 'refuse' };
    case 'publish/corrupt':
    case 'publish/source':
      return limited;
    case 'store/io':
      return pause(REPO_PAUSE_MS);
    default:
      return error.retryable ? retry : limited;
  }
}

/** Full jitter: evenly spread from none to the whole pause, so that many who failed together do not come back together. */
function backOffMs({ attempts, random }: RetryFacts, { baseMs, capMs }: RetryOptions): number {
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** Math.max(0, attempts - 1)));
}

function retryAfterMs(error: unknown): number | undefined {
  const seconds = isIngestError(error) ? error.context['retryAfterS'] : undefined;
  if (typeof seconds !== 'number' || !(seconds >= 0)) return undefined;
  return Math.min(LONGEST_RETRY_AFTER_MS, seconds * 1000);
}
