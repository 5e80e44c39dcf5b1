import type { Clock } from './clock.ts';

/** Sidecars that were named by an event, until they have been quiet for a while. */
export interface LateSidecars {
  add(sidecar: string): void;
  stop(): void;
}

export interface LateSidecarDeps {
  onQuiet: (sidecar: string) => Promise<void>;
  /** More came at once than are remembered: a scan will find what they belong to. */
  onTooMany: () => void;
  onFault: (error: unknown) => void;
}

const MOST_REMEMBERED = 10_000;

/** Each event on a sidecar makes it wait for `settleMs` anew, so that one that is being written is taken once. */
export function createLateSidecars(clock: Clock, settleMs: number, deps: LateSidecarDeps): LateSidecars {
  const timers = new Map<string, () => void>();
  return {
    add: (sidecar) => {
      if (timers.size >= MOST_REMEMBERED && !timers.has(sidecar)) {
        deps.onTooMany();
        return;
      }
      timers.get(sidecar)?.();
      const cancel = clock.after(settleMs, () => {
        timers.delete(sidecar);
        deps.onQuiet(sidecar).catch(deps.onFault);
      });
      timers.set(sidecar, cancel);
    },
    stop: () => {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
