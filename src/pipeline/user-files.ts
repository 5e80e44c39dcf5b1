import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../domain/errors.ts';
import { contextText, type UserContext, userContext } from '../metadata/user/merge-user.ts';
import {
  MAX_USER_FILE_BYTES,
  readUserFile,
  USER_FILE_NAMES,
  type UserFileReading,
} from '../metadata/user/read-user-file.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { type Clock, systemClock } from '../watcher/clock.ts';
import { isAbsent } from '../watcher/list-inbox.ts';
import { readBounded } from './read-bounded.ts';

/** What people say of a picture, with a digest by which the ledger tells whether that has changed. */
export type TaskUserContext = UserContext & { digest: string };

/** The `semantiff.yml` files of one inbox. */
export interface UserFiles {
  /**
   * What the files beside the picture and in the folders above it, up to the inbox, say together; undefined when there
   * are none, or they say nothing. `picture` is below the inbox, with "/".
   */
  of(picture: string): Promise<TaskUserContext | undefined>;
  /** Some file changed: nothing remembered is believed any more. */
  forget(): void;
}

interface Layer {
  path: string;
  reading: UserFileReading;
}

interface Folder {
  at: number;
  context: Promise<TaskUserContext | undefined>;
  layers: Promise<Layer[]>;
}

/** Pictures come folder by folder: one look at a folder serves those that follow for as long as this. */
const FRESH_MS = 500;
const MOST_REMEMBERED = 512;

/** The files of several inboxes, each remembered once it was asked for. */
export function userFilesOf(): (inbox: string) => UserFiles {
  const known = new Map<string, UserFiles>();
  return (inbox) => {
    const files = known.get(inbox) ?? createUserFiles(inbox);
    remember(known, inbox, files);
    return files;
  };
}

/**
 * The files below one inbox (absolute). A file that cannot be read now says what it said before; one that was never
 * read becomes an issue of the pictures under it. Never throws for what is in the files.
 */
export function createUserFiles(inbox: string, clock: Clock = systemClock): UserFiles {
  const folders = new Map<string, Folder>();
  const readings = new Map<string, { size: number; mtimeMs: number; reading: UserFileReading }>();

  const read = async (path: string): Promise<UserFileReading | undefined> => {
    const absolute = join(inbox, path);
    try {
      const facts = await lstat(absolute);
      if (!facts.isFile()) return undefined;
      const { size, mtimeMs } = facts;
      const known = readings.get(path);
      if (known?.size === size && known.mtimeMs === mtimeMs) return known.reading;
      const reading = readUserFile(await readBounded(absolute, MAX_USER_FILE_BYTES + 1));
      remember(readings, path, { size, mtimeMs, reading });
      return reading;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      // A lock or a share that is away for a moment: what the file said before still holds.
      const known = readings.get(path)?.reading;
      const message = `expected a file that can be read, found ${systemCode(error)}`;
      return known ?? { metadata: {}, faults: [{ place: '', message }] };
    }
  };
  const ownLayer = async (folder: string): Promise<Layer[]> => {
    for (const name of USER_FILE_NAMES) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const reading = await read(path);
      if (reading) return [{ path, reading }];
    }
    return [];
  };
  const lookAt = (folder: string): Folder => {
    const known = folders.get(folder);
    if (known && clock.now() - known.at <= FRESH_MS) return known;
    const above = folder === '' ? undefined : lookAt(folder.slice(0, Math.max(folder.lastIndexOf('/'), 0)));
    const layers = Promise.all([above?.layers ?? [], ownLayer(folder)]).then((all) => all.flat());
    const found = { at: clock.now(), layers, context: layers.then(contextOf) };
    remember(folders, folder, found);
    return found;
  };
  return {
    of: async (picture) => await lookAt(picture.slice(0, Math.max(picture.lastIndexOf('/'), 0))).context,
    forget: () => folders.clear(),
  };
}

/** What the system calls the fault; its message would name an absolute path, which is not published. */
function systemCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? errorMessage(error);
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
}

function contextOf(layers: readonly Layer[]): TaskUserContext | undefined {
  const context = userContext(layers);
  const text = contextText(context);
  return text === '' ? undefined : { ...context, digest: sha256Hex(Buffer.from(text)) };
}
