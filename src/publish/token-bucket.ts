import { setTimeout as delay } from 'node:timers/promises';

/** A bandwidth shared by all who take from it, first come, first served. */
export interface TokenBucket {
  /** The largest piece that keeps the flow even, in bytes. */
  readonly pieceBytes: number;
  /** Resolves when `bytes` may be sent; rejects when the signal aborts. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

interface Clock {
  nowMs(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const REAL_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};
const MAX_PIECE_BYTES = 64 * 1024;
const MIN_PIECE_BYTES = 1024;

/**
 * At most `bytesPerS` in the long run; an idle bucket holds a quarter of a second's worth, so that a pause is not made
 * up for by a burst. Whoever takes more than there is makes a debt, which the next one waits out.
 */
export function createTokenBucket(bytesPerS: number, clock: Clock = REAL_CLOCK): TokenBucket {
  const capacity = bytesPerS / 4;
  let tokens = capacity;
  let filledAtMs = clock.nowMs();
  let last: Promise<void> = Promise.resolve();
  const fill = (): void => {
    const nowMs = clock.nowMs();
    tokens = Math.min(capacity, tokens + ((nowMs - filledAtMs) / 1000) * bytesPerS);
    filledAtMs = nowMs;
  };
  const serve = async (bytes: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    fill();
    if (tokens < 0) await clock.wait((-tokens / bytesPerS) * 1000, signal);
    fill();
    tokens -= bytes;
  };
  return {
    pieceBytes: Math.round(Math.max(MIN_PIECE_BYTES, Math.min(MAX_PIECE_BYTES, capacity))),
    take: (bytes, signal) => {
      const served = last.then(() => serve(bytes, signal));
      last = served.catch(() => undefined);
      return served;
    },
  };
}
