import { type FSWatcher, watch } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { FolderEventHandlers, OpenFolderEvents } from './folder-events.ts';
import { isAbsent } from './list-inbox.ts';

interface Watches {
  readonly ignores: (path: string) => boolean;
  readonly handlers: FolderEventHandlers;
  /** One watch sees everything below its folder. */
  readonly recursive: boolean;
  readonly byFolder: Map<string, FSWatcher>;
  closed: boolean;
}

/**
 * Events of the system: on Windows and macOS one watch for the whole inbox, elsewhere one for each folder; none for
 * files. A folder is never listed to find out what an event was about, as chokidar does (docs/adr/0004-watching.md).
 */
export const watchFolders: OpenFolderEvents = folderWatch(
  process.platform === 'win32' || process.platform === 'darwin',
);

/** With `recursive` one watch is opened; Node does that itself on Windows and macOS, and poorly elsewhere. */
export function folderWatch(recursive: boolean): OpenFolderEvents {
  return (root, ignores, handlers) => {
    const watches: Watches = { ignores, handlers, recursive, byFolder: new Map(), closed: false };
    void watchRoot(watches, resolve(root));
    return {
      close: async () => {
        watches.closed = true;
        for (const watcher of watches.byFolder.values()) watcher.close();
        watches.byFolder.clear();
        await Promise.resolve();
      },
    };
  };
}

async function watchRoot(watches: Watches, root: string): Promise<void> {
  await watchTree(watches, root);
  if (!watches.closed) watches.handlers.onReady();
}

/** Watches each folder before it lists it, so that nothing comes unseen in between. Never rejects. */
async function watchTree(watches: Watches, top: string): Promise<void> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined && !watches.closed; folder = folders.pop()) {
    watchFolder(watches, folder);
    if (!watches.recursive) folders.push(...(await foldersIn(watches, folder)));
  }
}

async function foldersIn({ ignores }: Watches, folder: string): Promise<string[]> {
  const folders: string[] = [];
  try {
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !ignores(path)) folders.push(path);
    }
  } catch {
    // The scan of the inbox tells what cannot be listed; what has gone needs no watch.
  }
  return folders;
}

function watchFolder(watches: Watches, folder: string): void {
  const { byFolder, handlers, recursive } = watches;
  if (byFolder.has(folder)) return;
  try {
    const watcher = watch(folder, { recursive }, (type, name) => {
      if (watches.closed) return;
      if (name === null) handlers.onFolder(folder);
      else void takeEvent(watches, type, join(folder, name));
    });
    watcher.on('error', (error) => takeError(watches, folder, error));
    byFolder.set(folder, watcher);
  } catch (error) {
    takeError(watches, folder, error);
  }
}

/** Never rejects. */
async function takeEvent(watches: Watches, type: string, path: string): Promise<void> {
  watches.handlers.onFile(path);
  if (type !== 'rename' || watches.ignores(path)) return;
  const facts = await lstat(path).catch((error: unknown) => (isAbsent(error) ? 'absent' : 'unreadable'));
  if (watches.closed || facts === 'unreadable') return;
  if (facts === 'absent') {
    unwatchTree(watches, path);
  } else if (facts.isDirectory()) {
    // A folder that was moved has watches still, which know it by its old name.
    unwatchTree(watches, path);
    if (!watches.recursive) await watchTree(watches, path);
    if (!watches.closed) watches.handlers.onFolder(path);
  }
}

function unwatchTree({ byFolder, recursive }: Watches, top: string): void {
  if (recursive || !byFolder.has(top)) return;
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
  // The scan tells what may not be read, and Windows says EPERM when a watched folder is removed.
  const isExpected = isAbsent(error) || code === 'EPERM' || code === 'EACCES';
  if (!watches.closed && !isExpected) watches.handlers.onError(error);
}
