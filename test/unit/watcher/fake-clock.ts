import type { Clock } from '../../../src/watcher/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time on, running what falls due in order, and lets promises settle after each step. */
  advance(ms: number): Promise<void>;
}

export function createFakeClock(): FakeClock {
  let now = 0;
  let serial = 0;
  const timers = new Map<number, { at: number; task: () => void }>();
  const dueBy = (end: number) => [...timers].filter(([, { at }]) => at <= end).toSorted((a, b) => a[1].at - b[1].at)[0];
  return {
    now: () => now,
    after: (ms, task) => {
      const id = serial++;
      timers.set(id, { at: now + ms, task });
      return () => timers.delete(id);
    },
    advance: async (ms) => {
      await settlePromises();
      const end = now + ms;
      for (let next = dueBy(end); next; next = dueBy(end)) {
        timers.delete(next[0]);
        now = next[1].at;
        next[1].task();
        await settlePromises();
      }
      now = end;
      await settlePromises();
    },
  };
}

async function settlePromises(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
