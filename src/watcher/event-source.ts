import type { Stats } from 'node:fs';
import { errorMessage } from '../domain/errors.ts';
import type { FolderEventHandlers, OpenFolderEvents } from './folder-events.ts';
import type { InboxProblem } from './list-inbox.ts';

/** Keeps events flowing for as long as the system gives them. */
export interface EventSource {
  /**
   * After each complete scan: opens the events, or opens them anew for an inbox that is another folder than before (of a
   * disk mounted again the old watches are dead without a word).
   */
  adjust(inbox: Pick<Stats, 'dev' | 'ino'>): Promise<void>;
  isOpen(): boolean;
  /** For good. */
  close(): Promise<void>;
}

export interface EventSourceOptions {
  root: string;
  ignores: (path: string) => boolean;
  open: OpenFolderEvents;
  handlers: Omit<FolderEventHandlers, 'onError'>;
  onProblem: (problem: InboxProblem) => void;
}

export function createEventSource({ root, ignores, open, handlers, onProblem }: EventSourceOptions): EventSource {
  let current: { events: { close(): Promise<void> }; dev: number; ino: number } | undefined;
  let isLimitReached = false;
  let isClosed = false;

  const closeCurrent = async (): Promise<void> => {
    const events = current?.events;
    current = undefined;
    await events?.close();
  };
  const onError = (error: unknown): void => {
    if (isLimitReached) return;
    if (!isWatchLimit(error)) {
      const message = `Watching the inbox for events failed, its scans go on: ${errorMessage(error)}`;
      onProblem({ code: 'watch-fault', path: root, message });
      return;
    }
    isLimitReached = true;
    const cure = 'on Linux raise fs.inotify.max_user_watches or max_user_instances, and start anew';
    const message = `The system has no more watches for folders, scanning only from now on (${errorMessage(error)}): ${cure}`;
    onProblem({ code: 'watch-limit', path: root, message });
    void closeCurrent();
  };
  return {
    adjust: async (inbox) => {
      if (isLimitReached || (current && current.dev === inbox.dev && current.ino === inbox.ino)) return;
      await closeCurrent();
      if (isClosed) return;
      const events = open(root, ignores, { ...handlers, onError });
      // The limit may be met before `open` is back.
      if (isLimitReached) await events.close();
      else current = { events, dev: inbox.dev, ino: inbox.ino };
    },
    isOpen: () => current !== undefined,
    close: async () => {
      isClosed = true;
      await closeCurrent();
    },
  };
}

/** inotify's ENOSPC is about watches, not about the disk. */
function isWatchLimit(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE';
}
