/** Time as the watcher sees it; tests bring their own. */
export interface Clock {
  /** Monotonic, ms: a computer whose clock is set must not make files look quiet. */
  now(): number;
  /** Runs `task` after `ms`; the function it returns takes that back. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
