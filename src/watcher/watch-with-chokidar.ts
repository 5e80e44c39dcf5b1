import { resolve } from 'node:path';
import { watch } from 'chokidar';
import type { OpenFolderEvents } from './folder-events.ts';

/**
 * Events by chokidar, for systems on which the watches of Node itself misbehave. Only folders are watched, one watch
 * each; its `raw` events name the file that a watch on a folder saw. Costs more the more files a folder has: see
 * docs/adr/0004-watching.md.
 */
export const watchWithChokidar: OpenFolderEvents = (root, ignores, handlers) => {
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
    usePolling: false,
    ignored: (path, stats) => (stats !== undefined && !stats.isDirectory()) || ignores(path),
  });
  watcher.on('raw', (_event: string, name: unknown, details: unknown) => {
    const folder = (details as { watchedPath?: unknown } | undefined)?.watchedPath;
    if (typeof folder !== 'string') return;
    if (typeof name === 'string') handlers.onFile(resolve(folder, name));
    else handlers.onFolder(resolve(folder));
  });
  watcher.on('addDir', (path) => handlers.onFolder(resolve(path)));
  watcher.on('ready', () => handlers.onReady());
  watcher.on('error', (error) => handlers.onError(error));
  return { close: async () => await watcher.close() };
};
