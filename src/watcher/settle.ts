export interface SettleOptions {
  /** How long size and mtime must have been seen unchanged, ms. */
  settleMs: number;
  /** Longest pause between two looks at a file that makes no progress, ms. */
  maxPollMs: number;
  /** Waiting time after which an operator is told, once, ms. */
  overdueMs: number;
}

export const SETTLE_DEFAULTS: Readonly<SettleOptions> = { settleMs: 2000, maxPollMs: 60_000, overdueMs: 3_600_000 };

/** What one look at a file found. `unreadable` may pass: a lock, a share that is away, rights that are put right. */
export type Look =
  | { kind: 'seen'; size: number; mtimeMs: number }
  | { kind: 'unreadable'; reason: string }
  | { kind: 'missing' };

/** Whether the structure of a file lies inside its bytes; `reason` says what is still missing. */
export interface Completeness {
  complete: boolean;
  reason?: string;
  /** When it is worth asking again although nothing changes, ms from now; otherwise ever more rarely. */
  againMs?: number;
}

/** One file on its way to being complete. All times are ms of one monotonic clock, save mtimeMs. */
export interface Settling {
  firstSeenAt: number;
  /** Size and mtime at the last look; absent before the first that succeeded. */
  seen?: { size: number; mtimeMs: number };
  /** Since when `seen` has not changed, by our own looks: an old mtime proves nothing, and clocks differ. */
  quietSince: number;
  /** When to look next. */
  pollAt: number;
  /** Pause after the next look that finds no progress; grows from one such look to the next. */
  pauseMs: number;
  /** Why the file is not ready, for people. */
  reason: string;
  /** True once something kept the file from being ready at the first chance. */
  delayed: boolean;
}

/** What to do with a file now: look again at `state.pollAt`, check its structure at once, hand it out, forget it. */
export type SettleStep =
  | { next: 'wait'; state: Settling }
  | { next: 'check'; state: Settling }
  | { next: 'ready'; state: Settling & Required<Pick<Settling, 'seen'>> }
  | { next: 'drop' };

const REASON_NEW = 'it has just been found';
const REASON_CHANGING = 'it is still being written: size or time changed between two looks';
const REASON_UNKNOWN = 'its structure is not complete yet';

/** A file that was listed or named by an event: to be looked at from `now` on. Nothing is believed before. */
export function startSettling(now: number, { settleMs }: SettleOptions): Settling {
  return { firstSeenAt: now, quietSince: now, pollAt: now, pauseMs: settleMs, reason: REASON_NEW, delayed: false };
}

/** Takes in a look at the file; `check` means that size and mtime have been quiet for `settleMs`. */
export function takeLook(state: Settling, look: Look, now: number, options: SettleOptions): SettleStep {
  switch (look.kind) {
    case 'missing':
      return { next: 'drop' };
    case 'unreadable':
      return backOff(state, look.reason, now, options);
    case 'seen':
      break;
  }
  const { size, mtimeMs } = look;
  if (state.seen?.size === size && state.seen.mtimeMs === mtimeMs) {
    const quietAt = state.quietSince + options.settleMs;
    return now >= quietAt ? { next: 'check', state } : { next: 'wait', state: { ...state, pollAt: quietAt } };
  }
  const trouble = state.seen ? { reason: REASON_CHANGING, delayed: true } : {};
  const timing = { quietSince: now, pollAt: now + options.settleMs, pauseMs: options.settleMs };
  return { next: 'wait', state: { ...state, ...timing, ...trouble, seen: { size, mtimeMs } } };
}

/**
 * Takes in the verdict on the structure of a quiet file, and a look taken after it: only a file that did not change
 * while it was checked is ready. An incomplete file is never given up; it is asked ever more rarely.
 */
export function takeVerdict(
  state: Settling,
  verdict: Completeness,
  after: Look,
  now: number,
  options: SettleOptions,
): SettleStep {
  const step = takeLook(state, after, now, options);
  if (step.next !== 'check') return step;
  if (verdict.complete && state.seen) return { next: 'ready', state: { ...state, seen: state.seen } };
  const waiting = backOff(state, verdict.reason ?? REASON_UNKNOWN, now, options);
  if (verdict.againMs === undefined || waiting.next !== 'wait') return waiting;
  return { next: 'wait', state: { ...waiting.state, pollAt: now + Math.max(verdict.againMs, 1) } };
}

/** An event named the file: look soon, whatever the pause had grown to. Size and mtime decide, not the event. */
export function takeHint(state: Settling, pollAt: number): Settling {
  return state.pollAt <= pollAt ? state : { ...state, pollAt };
}

/** True once the file has waited for longer than an operator would expect. */
export function isOverdue(state: Settling, now: number, { overdueMs }: SettleOptions): boolean {
  return now - state.firstSeenAt >= overdueMs;
}

function backOff(state: Settling, reason: string, now: number, options: SettleOptions): SettleStep {
  const longest = Math.max(options.maxPollMs, options.settleMs);
  const pauseMs = Math.min(Math.max(2 * state.pauseMs, 1), longest);
  return { next: 'wait', state: { ...state, pollAt: now + state.pauseMs, pauseMs, reason, delayed: true } };
}
