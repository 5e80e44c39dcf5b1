import type { ReadyFile } from '../watcher/watch-event.ts';
import type { Pressure } from './pressure.ts';

export interface HeldFilesDeps {
  pressure: Pressure;
  signal: AbortSignal;
  /** A file is not worked on for now. */
  onHold: (file: ReadyFile, reason: string) => void;
  onPressure: (reason: string) => void;
  /** There is room again. */
  release: (file: ReadyFile) => void;
}

/** So many files are noted as waiting; the others are found again in the inbox. */
const MOST_HELD = 1000;

/** Keeps complete files waiting while there is no room for their records. */
export function createHeldFiles({ pressure, signal, onHold, onPressure, release }: HeldFilesDeps): {
  /** True when there is no room for the file; it is released when there is. Waits with it when many wait already. */
  takes(file: ReadyFile): Promise<boolean>;
} {
  const held = new Map<string, ReadyFile>();
  let relief: Promise<void> | undefined;
  const waitForRoom = async (): Promise<void> => {
    await pressure.relief(signal, onPressure);
    relief = undefined;
    for (const file of held.values()) release(file);
    held.clear();
  };
  return {
    takes: async (file) => {
      const reason = await pressure.reason();
      if (reason === undefined) return false;
      onHold(file, reason);
      held.set(file.path, file);
      relief ??= waitForRoom();
      if (held.size >= MOST_HELD) await relief;
      return true;
    },
  };
}
