import { describe, expect, it } from 'vitest';
import { createTokenBucket } from '../../../src/publish/token-bucket.ts';

const { signal } = new AbortController();

/** A clock that only moves when somebody waits. */
function fakeClock(): {
  nowMs(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  pass(ms: number): void;
} {
  let now = 0;
  return {
    nowMs: () => now,
    pass: (ms) => (now += ms),
    wait: async (ms, stop) => {
      stop.throwIfAborted();
      now += ms;
    },
  };
}

describe('a token bucket', () => {
  it('lets through what its rate allows, whatever the sizes of the pieces', async () => {
    for (const piece of [100, 1000, 25_000]) {
      const clock = fakeClock();
      const bucket = createTokenBucket(10_000, clock);
      for (let sent = 0; sent < 100_000; sent += piece) await bucket.take(piece, signal);
      // 100 kB at 10 kB/s, less the quarter of a second it began with, and the last piece is not waited for.
      expect(clock.nowMs() / 1000).toBeCloseTo(10 - 0.25 - piece / 10_000, 5);
    }
  });

  it('does not save up more than a quarter of a second while nobody sends', async () => {
    const clock = fakeClock();
    const bucket = createTokenBucket(10_000, clock);
    clock.pass(3_600_000);
    const startMs = clock.nowMs();
    for (let sent = 0; sent < 20_000; sent += 1000) await bucket.take(1000, signal);
    expect((clock.nowMs() - startMs) / 1000).toBeCloseTo(2 - 0.25 - 0.1, 5);
  });

  it('serves those who share it in the order in which they came', async () => {
    const clock = fakeClock();
    const bucket = createTokenBucket(1000, clock);
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((who) => bucket.take(1000, signal).then(() => order.push(who))));
    expect(order).toEqual([1, 2, 3]);
    expect(clock.nowMs()).toBeCloseTo(1750, 5);
  });

  it('rejects who is stopped while waiting, and serves the others', async () => {
    const bucket = createTokenBucket(1000, fakeClock());
    await bucket.take(1000, signal);
    await expect(bucket.take(1000, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    await bucket.take(1000, signal);
  });

  it('asks for small pieces where the rate is low, so that the flow is even', () => {
    expect(createTokenBucket(1e9).pieceBytes).toBe(65_536);
    expect(createTokenBucket(40_000).pieceBytes).toBe(10_000);
    expect(createTokenBucket(100).pieceBytes).toBe(1024);
  });
});
