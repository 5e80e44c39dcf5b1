import type { Stats } from 'node:fs';
import { errorMessage } from '../domain/errors.ts';
import type { FolderEventHandlers, OpenFolderEvents } from './folder-events.ts';
import type { InboxProblem } from './list-inbox.ts';

/** Keeps events flowing while they can be had and are worth it. */
export interface EventSource {
  /**
   * After each complete scan: opens the events, opens them anew for an inbox that is another folder than before (a share
   * mounted again: the old watches are dead without a word), or closes them when `largestFolder` makes them too dear.
   */
  adjust(inbox: Pick<Stats, 'dev' | 'ino'>, largestFolder: number): Promise<void>;
  isOpen(): boolean;
  close(): Promise<void>;
}

export interface EventSourceOptions {
  mode: 'events' | 'events-unless-crowded' | 'none';
  root: string;
  ignores: (path: string) => boolean;
  open: OpenFolderEvents;
  handlers: Omit<FolderEventHandlers, 'onError'>;
  onProblem: (problem: InboxProblem) => void;
}

/**
 * chokidar lists a folder anew, and asks for the facts of each entry, whenever anything happens in it: measured on two
 * cores, five new files a second cost 43 % of a core at 2,000 entries and 120 % at 20,000. A scan every 10 s is cheaper.
 */
export const CROWDED_ENTRIES = 5000;

export function createEventSource({ mode, root, ignores, open, handlers, onProblem }: EventSourceOptions): EventSource {
  let current: { events: { close(): Promise<void> }; dev: number; ino: number } | undefined;
  let limitReached = false;

  const close = async (): Promise<void> => {
    const { events } = current ?? {};
    current = undefined;
    await events?.close();
  };
  const onError = (error: unknown): void => {
    if (!isWatchLimit(error)) {
      onProblem({ code: 'watch-fault', path: root, message: `Watching for events failed: ${errorMessage(error)}` });
      return;
    }
    limitReached = true;
    const cure = 'raise fs.inotify.max_user_watches and max_user_instances, or leave it at scanning';
    const message = `The system has no more watches for folders: scanning only from now on; ${cure} (${errorMessage(error)})`;
    onProblem({ code: 'watch-limit', path: root, message });
    void close();
  };
  return {
    adjust: async (inbox, largestFolder) => {
      const tooDear = mode === 'events-unless-crowded' && largestFolder > CROWDED_ENTRIES;
      const isWorthIt = mode !== 'none' && !limitReached && !tooDear;
      if (current && isWorthIt && current.dev === inbox.dev && current.ino === inbox.ino) return;
      await close();
      if (!isWorthIt) return;
      const events = open(root, ignores, { ...handlers, onError });
      // An error may come before `open` is back.
      if (limitReached) await events.close();
      else current = { events, dev: inbox.dev, ino: inbox.ino };
    },
    isOpen: () => current !== undefined,
    close,
  };
}

/** inotify's ENOSPC is about watches, not about the disk. */
function isWatchLimit(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE';
}
