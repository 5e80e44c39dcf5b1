import { describe, expect, it } from 'vitest';
import {
  isOverdue,
  type Look,
  SETTLE_DEFAULTS,
  type SettleStep,
  type Settling,
  startSettling,
  takeHint,
  takeLook,
  takeVerdict,
} from '../../../src/watcher/settle.ts';

const options = { settleMs: 2000, maxPollMs: 60_000, overdueMs: 3_600_000 };
const COMPLETE = { complete: true };
const INCOMPLETE = { complete: false, reason: 'strip 3 of 8 reaches past the end' };

function seen(size: number, mtimeMs = 1): Look {
  return { kind: 'seen', size, mtimeMs };
}

function stateOf(step: SettleStep): Settling {
  if (step.next === 'drop') throw new Error('expected a file that is kept, found one that was dropped');
  return step.state;
}

/** A file seen first at 0 ms that has not changed since. */
function quietFile(look: Look): Settling {
  return stateOf(takeLook(startSettling(0, options), look, 0, options));
}

describe('settling of a file', () => {
  it('checks a file whose size and mtime were seen unchanged for the settle time', () => {
    const state = quietFile(seen(100));
    expect(takeLook(state, seen(100), 1999, options).next).toBe('wait');
    expect(takeLook(state, seen(100), 2000, options).next).toBe('check');
  });

  it('starts the quiet time anew when only the size changes, and when only the mtime does', () => {
    const state = quietFile(seen(100, 5));
    for (const look of [seen(101, 5), seen(100, 6), seen(99, 5)]) {
      const changed = stateOf(takeLook(state, look, 1500, options));
      expect(changed.reason).toContain('still being written');
      expect(takeLook(changed, look, 3499, options).next).toBe('wait');
      expect(takeLook(changed, look, 3500, options).next).toBe('check');
    }
  });

  it('takes a file copied with an mtime of years ago, or one of a clock that runs ahead', () => {
    for (const mtimeMs of [0, 946_684_800_000, 4_102_444_800_000]) {
      const step = takeLook(quietFile(seen(100, mtimeMs)), seen(100, mtimeMs), 2000, options);
      expect(takeVerdict(stateOf(step), COMPLETE, seen(100, mtimeMs), 2000, options).next).toBe('ready');
    }
  });

  it('keeps a preallocated file waiting for its structure although its size is final, with the reason', () => {
    const state = quietFile(seen(100));
    const step = takeVerdict(state, INCOMPLETE, seen(100), 2000, options);
    expect(step).toMatchObject({ next: 'wait', state: { reason: INCOMPLETE.reason, delayed: true } });
  });

  it('does not hand out a file that changed while its structure was checked', () => {
    const step = takeVerdict(quietFile(seen(100)), COMPLETE, seen(100, 2), 2000, options);
    expect(step).toMatchObject({ next: 'wait', state: { pollAt: 4000 } });
  });

  it('never gives up an incomplete file, and asks ever more rarely, up to once a minute', () => {
    let state = quietFile(seen(100));
    const pauses: number[] = [];
    for (let now = 2000; pauses.length < 1000; now = state.pollAt) {
      state = stateOf(takeVerdict(state, INCOMPLETE, seen(100), now, options));
      pauses.push(state.pollAt - now);
    }
    expect(pauses.slice(0, 6)).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000]);
    expect(new Set(pauses.slice(5))).toEqual(new Set([60_000]));
  });

  it('asks again when the verdict says that it is worth it', () => {
    const state = quietFile(seen(100));
    const verdict = { complete: false, reason: 'waits for its sidecar', againMs: 58_000 };
    const step = takeVerdict(state, verdict, seen(100), 2000, options);
    expect(step).toMatchObject({ next: 'wait', state: { reason: verdict.reason, pollAt: 60_000, delayed: true } });
    expect(takeVerdict(stateOf(step), COMPLETE, seen(100), 60_000, options).next).toBe('ready');
  });

  it('waits with the reason while the file cannot be looked at, and forgets nothing it has seen', () => {
    const state = quietFile(seen(100));
    const step = takeLook(state, { kind: 'unreadable', reason: 'EBUSY: held by AcqSoft' }, 500, options);
    expect(step).toMatchObject({ next: 'wait', state: { reason: 'EBUSY: held by AcqSoft', pollAt: 2500 } });
    expect(takeLook(stateOf(step), seen(100), 2500, options).next).toBe('check');
  });

  it('goes back to short pauses when the file changes after a long wait', () => {
    let state = quietFile(seen(100));
    for (let i = 0; i < 10; i++) state = stateOf(takeVerdict(state, INCOMPLETE, seen(100), state.pollAt, options));
    const now = state.pollAt;
    expect(stateOf(takeLook(state, seen(200), now, options)).pollAt).toBe(now + 2000);
  });

  it('looks sooner when an event names the file, and not later', () => {
    let state = quietFile(seen(100));
    for (let i = 0; i < 10; i++) state = stateOf(takeVerdict(state, INCOMPLETE, seen(100), state.pollAt, options));
    expect(takeHint(state, state.pollAt - 50_000).pollAt).toBe(state.pollAt - 50_000);
    expect(takeHint(state, state.pollAt + 1)).toBe(state);
  });

  it('drops a file that has gone', () => {
    expect(takeLook(quietFile(seen(100)), { kind: 'missing' }, 500, options).next).toBe('drop');
    expect(takeVerdict(quietFile(seen(100)), COMPLETE, { kind: 'missing' }, 2000, options).next).toBe('drop');
  });

  it('is overdue after an hour', () => {
    const state = startSettling(1000, SETTLE_DEFAULTS);
    expect(isOverdue(state, 3_600_999, SETTLE_DEFAULTS)).toBe(false);
    expect(isOverdue(state, 3_601_000, SETTLE_DEFAULTS)).toBe(true);
  });

  it('does without a settle time', () => {
    const none = { ...options, settleMs: 0 };
    const state = stateOf(takeLook(startSettling(0, none), seen(1), 0, none));
    expect(takeLook(state, seen(1), 0, none).next).toBe('check');
    const waiting = stateOf(takeVerdict(state, INCOMPLETE, seen(1), 0, none));
    expect(waiting.pauseMs).toBeGreaterThan(0);
  });
});
