import type { Clock } from './clock.ts';

export interface ScanLoop {
  /** Runs until it is stopped; rejects only with what `scan` rejects with. */
  run(): Promise<void>;
  /** Scan the whole inbox as soon as the present scan is over. */
  soon(): void;
  /** Scan one folder at once, and once more after `againMs`: files came to it before it was watched. */
  folder(below: string): void;
  stop(): void;
}

export interface ScanLoopOptions {
  /** Pause between two scans of the whole inbox, ms. */
  rescanMs: () => number;
  againMs: number;
}

/**
 * A scan of a large inbox may take minutes: the pause after it is at least this many times as long as the scan took, so
 * that scanning takes a tenth of the time at most.
 */
const PAUSE_TO_SCAN = 9;
/** With more folders to scan than this, scanning the whole inbox is cheaper. */
const MOST_FOLDERS = 200;
/** Node's timers run at once when asked for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One scan at a time: `scan(below)` for new folders, `scan()` for the whole inbox, at once and then for ever.
 * `scan` answers how long it worked, ms, without the time it waited for its consumer.
 */
export function createScanLoop(
  clock: Clock,
  { rescanMs, againMs }: ScanLoopOptions,
  scan: (below?: string) => Promise<number>,
): ScanLoop {
  const folders = new Map<string, { dueAt: number; again: boolean }>();
  let nextAt = clock.now();
  const stopping = new AbortController();
  let wake: (() => void) | undefined;

  const sleep = async (ms: number): Promise<void> => {
    let cancel: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      cancel = clock.after(Math.min(ms, LONGEST_TIMER_MS), resolve);
    });
    cancel?.();
    wake = undefined;
  };
  const scanFolder = async (below: string, again: boolean): Promise<void> => {
    folders.delete(below);
    await scan(below);
    if (again && !folders.has(below)) folders.set(below, { dueAt: clock.now() + againMs, again: false });
  };
  const scanAll = async (): Promise<void> => {
    nextAt = Number.POSITIVE_INFINITY;
    const workedMs = await scan();
    nextAt = Math.min(nextAt, clock.now() + Math.max(rescanMs(), PAUSE_TO_SCAN * workedMs));
  };
  const step = async (): Promise<void> => {
    const now = clock.now();
    const dueFolder = [...folders].find(([, folder]) => folder.dueAt <= now);
    if (dueFolder) await scanFolder(dueFolder[0], dueFolder[1].again);
    else if (nextAt <= now) await scanAll();
    else await sleep(Math.min(nextAt, ...Array.from(folders.values(), ({ dueAt }) => dueAt)) - now);
  };
  const soon = (): void => {
    nextAt = clock.now();
    wake?.();
  };
  return {
    run: async () => {
      while (!stopping.signal.aborted) await step();
    },
    soon,
    folder: (below) => {
      if (folders.size >= MOST_FOLDERS) {
        folders.clear();
        soon();
        return;
      }
      folders.set(below, { dueAt: clock.now(), again: true });
      wake?.();
    },
    stop: () => {
      stopping.abort();
      wake?.();
    },
  };
}
