import type { PictureFormat } from './candidate.ts';
import type { Clock } from './clock.ts';
import type { SidecarSeen } from './find-sidecars.ts';
import type { OpenFolderEvents } from './folder-events.ts';
import type { FoundFile, InboxProblem } from './list-inbox.ts';
import type { NameInside } from './pair-sidecars.ts';
import type { Completeness, SettleOptions } from './settle.ts';
import type { Waiting } from './settle-queue.ts';

export interface WatchOptions extends Partial<SettleOptions> {
  inbox: string;
  accept: readonly PictureFormat[];
  /** Patterns as in `candidateRules`. */
  ignore?: readonly string[];
  /**
   * `auto` uses events of the system on local disks, and polling on network file systems, whose events do not tell what
   * other computers do. Default: auto.
   */
  mode?: 'auto' | 'native' | 'polling';
  /** Pause between two scans of the whole inbox, ms. Default: 60 s beside events, 10 s when polling. */
  rescanMs?: number;
  /** Files on their way to being ready, and events not taken yet, from which on listing pauses. Default: 10,000. */
  maxPending?: number;
}

export interface WatchDeps {
  /**
   * Whether the structure of the file lies inside its bytes, and what belongs to it is there; may reject with what kept
   * it from reading. `size` and mtime have not changed for `quietMs`.
   */
  isComplete: (path: string, size: number, beside: BesideFile) => Promise<Completeness>;
  /** True for a file that the ledger holds as it stands and that needs no more work: it is not handed out. */
  known?: (path: string, size: number, mtimeMs: number) => boolean;
  /**
   * True for a known picture whose surroundings are not those it was worked on with (a sidecar that came or changed, other
   * words about it): it is handed out again.
   */
  isBehind?: (file: PictureFile) => Promise<boolean>;
  /** Whom a sidecar names inside itself. */
  nameInside?: NameInside;
  /** A file in which people describe their pictures came, changed or went; its folder is scanned next. */
  onDescription?: () => void;
  /** Decides for mode `auto`; without it every folder counts as local. */
  isNetworkFolder?: (path: string) => Promise<boolean>;
  /** Where events come from. Default: `watchFolders`. */
  openEvents?: OpenFolderEvents;
  clock?: Clock;
}

/** What is known of a complete file besides its size. */
export interface BesideFile {
  quietMs: number;
  hasSidecar: () => Promise<boolean>;
}

/** A picture as a listing finds it. */
export type PictureFile = Extract<FoundFile, { kind: 'picture' }>;

/** A complete picture in the inbox, as it stood when it was last looked at. `sidecars` are sorted by path. */
export interface ReadyFile {
  path: string;
  relativePath: string;
  size: number;
  mtimeMs: number;
  sidecars: SidecarSeen[];
}

/**
 * `waiting` comes when something keeps a file from being ready, when the reason changes, and once with `overdue`, which
 * is worth a warning. `vanished` comes only for files that were reported as waiting.
 */
export type WatchEvent =
  | { type: 'ready'; file: ReadyFile }
  | ({ type: 'waiting'; path: string; relativePath: string } & Waiting)
  | { type: 'vanished'; path: string; relativePath: string }
  | ({ type: 'problem' } & InboxProblem);
