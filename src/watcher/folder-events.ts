/** What a source of file system events tells. All of it are hints: a path named here may be gone, or never have been. */
export interface FolderEventHandlers {
  /** Something happened at this absolute path. */
  onFile(path: string): void;
  /** A folder came, or something happened in it that was not named. */
  onFolder(path: string): void;
  /** From now on events are told; what happened before was not. */
  onReady(): void;
  onError(error: unknown): void;
}

/** Opens a source of events for `root` and all folders below it, save those for which `ignores` holds. */
export type OpenFolderEvents = (
  root: string,
  ignores: (path: string) => boolean,
  handlers: FolderEventHandlers,
) => { close(): Promise<void> };
