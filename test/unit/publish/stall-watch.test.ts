import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linkSignal, watchStall } from '../../../src/publish/stall-watch.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a stall watch', () => {
  it('aborts when nothing moves for the limit, however long it went well before', () => {
    const watch = watchStall(30, new AbortController().signal);
    for (let minute = 0; minute < 10; minute++) {
      vi.advanceTimersByTime(29_000);
      watch.progress();
    }
    expect(watch.signal.aborted).toBe(false);
    vi.advanceTimersByTime(30_000);
    expect([watch.signal.aborted, watch.hasStalled]).toEqual([true, true]);
  });

  it('does not count while it is held', () => {
    const watch = watchStall(30, new AbortController().signal);
    watch.hold();
    vi.advanceTimersByTime(3_600_000);
    expect(watch.signal.aborted).toBe(false);
    watch.progress();
    vi.advanceTimersByTime(30_000);
    expect(watch.hasStalled).toBe(true);
  });

  it('follows its caller, and that is no stall', () => {
    const caller = new AbortController();
    const watch = watchStall(30, caller.signal);
    caller.abort(new Error('the program ends'));
    expect(watch.signal.reason).toEqual(new Error('the program ends'));
    expect(watch.hasStalled).toBe(false);
    expect(watchStall(30, caller.signal).signal.aborted).toBe(true);
  });

  it('leaves neither a clock nor a listener behind once it is stopped', () => {
    const caller = new AbortController();
    const watch = watchStall(30, caller.signal);
    watch.stop();
    watch.progress();
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });
});

it('a linked signal can be aborted without its caller', () => {
  const caller = new AbortController();
  const linked = linkSignal(caller.signal);
  linked.abort();
  expect([linked.signal.aborted, caller.signal.aborted]).toEqual([true, false]);
});
