import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../../src/publish/circuit-breaker.ts';

function create(failures = 3) {
  const clock = { now: 0 };
  const breaker = createCircuitBreaker(
    { failures, openMs: 1000, capMs: 8000 },
    () => clock.now,
    () => 1,
  );
  const fail = (times: number): boolean[] => Array.from({ length: times }, () => breaker.unreachable());
  return { breaker, clock, fail };
}

describe('the circuit breaker', () => {
  it('lets all pass until so many in a row could not reach the target', () => {
    const { breaker, fail } = create();
    expect(fail(2)).toEqual([false, false]);
    expect(breaker.answered()).toBe(false);
    expect(fail(2)).toEqual([false, false]);
    expect(breaker.mostUnderWay()).toBe(Number.POSITIVE_INFINITY);
    expect(fail(1)).toEqual([true]);
    expect(breaker.mostUnderWay()).toBe(0);
    expect(breaker.openUntil()).toBe(1000);
  });

  it('lets one pass as a probe after the break, and doubles the break up to its cap while probes fail', () => {
    const { breaker, clock, fail } = create();
    fail(3);
    const breaks: number[] = [];
    for (let probe = 0; probe < 5; probe++) {
      const began = clock.now;
      clock.now = breaker.openUntil() ?? -1;
      breaks.push(clock.now - began);
      expect(breaker.mostUnderWay()).toBe(1);
      expect(breaker.openUntil()).toBeUndefined();
      expect(breaker.unreachable()).toBe(true);
    }
    expect(breaks).toEqual([1000, 2000, 4000, 8000, 8000]);
  });

  it('closes when a probe is answered, and begins with the shortest break again', () => {
    const { breaker, clock, fail } = create();
    fail(3);
    clock.now = 1000;
    fail(1);
    clock.now = 3000;
    expect(breaker.answered()).toBe(true);
    expect(breaker.mostUnderWay()).toBe(Number.POSITIVE_INFINITY);
    expect(fail(3)).toEqual([false, false, true]);
    expect(breaker.openUntil()).toBe(4000);
  });

  it('learns nothing from failures of what was under way when the break began', () => {
    const { breaker, fail } = create();
    fail(3);
    expect(fail(5)).toEqual([false, false, false, false, false]);
    expect(breaker.openUntil()).toBe(1000);
  });

  it('spreads the ends of breaks over their last quarter', () => {
    const opened = [0, 0.5].map((random) => {
      const breaker = createCircuitBreaker(
        { failures: 1, openMs: 1000, capMs: 8000 },
        () => 0,
        () => random,
      );
      breaker.unreachable();
      return breaker.openUntil();
    });
    expect(opened).toEqual([750, 875]);
  });
});
