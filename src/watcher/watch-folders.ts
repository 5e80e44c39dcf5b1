import { type FSWatcher, watch } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { FolderEventHandlers, OpenFolderEvents } from './folder-events.ts';
import { isAbsent } from './list-inbox.ts';

interface Watches {
  readonly ignores: (path: string) => boolean;
  readonly handlers: FolderEventHandlers;
  readonly byFolder: Map<string, FSWatcher>;
  closed: boolean;
}

/**
 * Events of the system, one watch for each folder and none for files, without listing a folder to find out what an
 * event was about: the event names it.
 */
export const watchFolders: OpenFolderEvents = (root, ignores, handlers) => {
  const watches: Watches = { ignores, handlers, byFolder: new Map(), closed: false };
  void watchTree(watches, resolve(root)).then(() => {
    if (!watches.closed) handlers.onReady();
  });
  return {
    close: async () => {
      watches.closed = true;
      for (const watcher of watches.byFolder.values()) watcher.close();
      watches.byFolder.clear();
      await Promise.resolve();
    },
  };
};

/** Watches each folder before it lists it, so that nothing comes unseen in between. Never rejects. */
async function watchTree(watches: Watches, top: string): Promise<void> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined && !watches.closed; folder = folders.pop()) {
    watchFolder(watches, folder);
    try {
      for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !watches.ignores(path)) folders.push(path);
      }
    } catch {
      // The scan of the inbox tells what cannot be listed; what has gone needs no watch.
    }
  }
}

function watchFolder(watches: Watches, folder: string): void {
  if (watches.byFolder.has(folder)) return;
  try {
    const watcher = watch(folder, (type, name) => {
      if (watches.closed) return;
      if (name === null) watches.handlers.onFolder(folder);
      else void takeEvent(watches, type, join(folder, name));
    });
    watcher.on('error', (error) => takeError(watches, folder, error));
    watches.byFolder.set(folder, watcher);
  } catch (error) {
    takeError(watches, folder, error);
  }
}

async function takeEvent(watches: Watches, type: string, path: string): Promise<void> {
  watches.handlers.onFile(path);
  if (type !== 'rename' || watches.ignores(path)) return;
  const facts = await lstat(path).catch((error: unknown) => (isAbsent(error) ? 'absent' : undefined));
  if (watches.closed || facts === undefined) return;
  if (facts === 'absent') {
    unwatchTree(watches, path);
  } else if (facts.isDirectory()) {
    // A folder that was moved keeps its watches, which know it by its old name.
    unwatchTree(watches, path);
    await watchTree(watches, path);
    if (!watches.closed) watches.handlers.onFolder(path);
  }
}

function unwatchTree({ byFolder }: Watches, top: string): void {
  if (!byFolder.has(top)) return;
  for (const [folder, watcher] of byFolder) {
    if (folder !== top && !folder.startsWith(top + sep)) continue;
    watcher.close();
    byFolder.delete(folder);
  }
}

function takeError(watches: Watches, folder: string, error: unknown): void {
  const code = (error as NodeJS.ErrnoException).code;
  watches.byFolder.get(folder)?.close();
  watches.byFolder.delete(folder);
  // Windows says EPERM when a watched folder is removed.
  const isGone = isAbsent(error) || code === 'EPERM' || code === 'EACCES';
  if (!watches.closed && !isGone) watches.handlers.onError(error);
}
