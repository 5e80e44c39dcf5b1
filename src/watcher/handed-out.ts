import type { Identity } from './settle-queue.ts';

/** Remembers what has been handed out in this run, so that each path goes out once per size and mtime. */
export interface HandedOut {
  /** False for a file that is in the ledger or that went out as it stands. */
  isWanted(path: string, seen: Identity): boolean;
  add(path: string, seen: Identity): void;
  /** The file may go out again as it stands. */
  takeBack(path: string): void;
  /**
   * Around a walk through the whole inbox that left nothing out: what it did not meet is forgotten. Should that be
   * wrong, `known` still decides, so that a share that comes back is not ingested again.
   */
  beginRound(): void;
  endRound(): void;
}

/** With `known` (the ledger) the memory is bounded by what is under way: whatever is known there is forgotten here. */
export function createHandedOut(known: (path: string, size: number, mtimeMs: number) => boolean): HandedOut {
  const handed = new Map<string, Identity & { round: number }>();
  let round = 0;
  return {
    isWanted: (path, { size, mtimeMs }) => {
      if (known(path, size, mtimeMs)) {
        handed.delete(path);
        return false;
      }
      const before = handed.get(path);
      if (before?.size !== size || before.mtimeMs !== mtimeMs) return true;
      before.round = round;
      return false;
    },
    add: (path, { size, mtimeMs }) => {
      handed.set(path, { size, mtimeMs, round });
    },
    takeBack: (path) => {
      handed.delete(path);
    },
    beginRound: () => {
      round += 1;
    },
    endRound: () => {
      for (const [path, entry] of handed) if (entry.round < round) handed.delete(path);
    },
  };
}
