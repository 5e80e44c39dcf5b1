import { statfs } from 'node:fs/promises';
import { type Clock, systemClock } from '../watcher/clock.ts';

export interface SpoolOptions {
  /** New pictures are taken while the disks of REPO and STATE have at least so much free, GiB. */
  minFreeGiB: number;
  /** New pictures are taken while at most so many records wait for delivery to one target. */
  maxWaiting?: number;
}

export const SPOOL_DEFAULTS: SpoolOptions = { minFreeGiB: 2 };

/** Whether there is room for more records. */
export interface Pressure {
  /** Why no new work is to be begun; undefined when it may be. Looks anew at most every few seconds. */
  reason(): Promise<string | undefined>;
  /** Resolves when new work may be begun, or `signal` aborts. `onReason` hears of each reason to wait, once. */
  relief(signal: AbortSignal, onReason: (reason: string) => void): Promise<void>;
}

export interface PressureDeps {
  /** Folders on whose disks records are made. */
  folders: readonly { name: string; path: string }[];
  /** Records that wait for the target furthest behind. */
  waiting: () => number;
  /** Bytes that may still be written to the disk of a folder. */
  freeBytes?: (path: string) => Promise<number>;
  clock?: Clock;
}

const LOOK_EVERY_MS = 3000;
const GIB = 2 ** 30;

/** Watches the room for new records: what is in the inbox is safe there until there is room. */
export function createPressure(options: SpoolOptions, deps: PressureDeps): Pressure {
  const { clock = systemClock } = deps;
  let last: { at: number; reason: string | undefined } | undefined;
  const reason = async (): Promise<string | undefined> => {
    if (last === undefined || clock.now() - last.at >= LOOK_EVERY_MS)
      last = { reason: await look(options, deps), at: clock.now() };
    return last.reason;
  };
  return {
    reason,
    relief: async (signal, onReason) => {
      const told = new Set<string>();
      while (!signal.aborted) {
        const now = await reason();
        if (now === undefined) return;
        if (!told.has(now)) onReason(now);
        told.add(now);
        await pause(clock, signal);
      }
    },
  };
}

async function look(
  { minFreeGiB, maxWaiting }: SpoolOptions,
  { folders, waiting, freeBytes = freeOnDisk }: PressureDeps,
): Promise<string | undefined> {
  for (const { name, path } of folders) {
    // A folder that is not there cannot be full; whoever writes to it says what is wrong.
    const free = await freeBytes(path).catch(() => Number.POSITIVE_INFINITY);
    if (free < minFreeGiB * GIB) return `the disk of ${name} has less than ${minFreeGiB} GiB free`;
  }
  const isFull = maxWaiting !== undefined && countQuietly(waiting) > maxWaiting;
  return isFull ? `more than ${maxWaiting} records wait for delivery` : undefined;
}

/** A ledger that cannot be read is reported by those who write to it. */
function countQuietly(waiting: () => number): number {
  try {
    return waiting();
  } catch {
    return 0;
  }
}

async function freeOnDisk(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(LOOK_EVERY_MS, end);
    signal.addEventListener('abort', end);
  });
}
