import type { Stats } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { CandidateRules, FileKind } from './candidate.ts';
import type { SidecarSeen } from './find-sidecars.ts';
import { type NameInside, pairWithNames } from './pair-sidecars.ts';

interface FileFacts {
  /** Absolute, as the system spells it. */
  path: string;
  /** Below the inbox, with "/" on every system. */
  relativePath: string;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
}

/** A candidate in the inbox; `sidecars` and `pictures` (absolute paths) lie in the same folder, sorted. */
export type FoundFile =
  | (FileFacts & { kind: 'picture'; sidecars: SidecarSeen[] })
  | (FileFacts & { kind: 'sidecar'; pictures: string[] });

export type InboxProblemCode =
  | 'folder-unreadable'
  | 'file-unreadable'
  | 'link-not-followed'
  | 'name-not-unicode'
  | 'inbox-offline'
  | 'watch-limit'
  | 'watch-fault'
  | 'more-problems';

/** Something an operator should know; it does not stop the walk. `path` is absolute. */
export interface InboxProblem {
  code: InboxProblemCode;
  path: string;
  message: string;
}

export interface ListOptions {
  rules: CandidateRules;
  /** Folder below the inbox at which to begin, with "/"; the whole inbox without it. */
  below?: string;
  /** Whom a sidecar names inside itself; without it sidecars are paired by their own names alone. */
  nameInside?: NameInside | undefined;
}

export interface ListContext {
  signal: AbortSignal;
  onProblem: (problem: InboxProblem) => void;
}

interface Folder {
  path: string;
  relativePath: string;
}

interface FolderNames {
  pictures: string[];
  sidecars: string[];
  folders: string[];
}

/** Files asked for at once. More gains nothing: Node answers file calls with four threads; a share answers in parallel. */
const STATS_AT_ONCE = 32;
/** Directory entries per system call of `opendir`; the default of 32 costs a thread hop for each 32 names. */
const ENTRIES_AT_ONCE = 1024;

/**
 * Walks the inbox lazily, depth first, each folder in the order of its names (code units), and yields pictures and
 * sidecars. Held in memory are the candidate names of one folder and the names of the folders still to visit, never the
 * list of files. Links are reported and not followed: one could lead out of the inbox, into REPO, or in a circle.
 * Folders that cannot be read are reported; what vanishes during the walk is left out silently. Rejects with the reason
 * of the signal when that is aborted.
 * @param root absolute path of the inbox
 * @throws IngestError `watcher/inbox` (retryable) when the inbox itself is absent, unreadable or no folder, also when it
 *   goes away during the walk: a share that is offline is never an empty inbox.
 */
export async function* listInbox(root: string, options: ListOptions, context: ListContext): AsyncGenerator<FoundFile> {
  const before = await statInbox(root);
  const start = options.below ?? '';
  const stack: Folder[] = [{ path: start === '' ? root : join(root, start), relativePath: start }];
  for (let folder = stack.pop(); folder; folder = stack.pop()) {
    context.signal.throwIfAborted();
    const names = await readFolder(root, folder, options.rules, context);
    if (!names) continue;
    for (const name of names.folders.toSorted().toReversed()) stack.push(childOf(folder, name));
    yield* filesOf(folder, names, options, context);
  }
  const after = await statInbox(root);
  // The inode is left out: a CIFS mount without `serverino` makes new ones up as it goes.
  if (after.dev !== before.dev) {
    throw inboxError(root, 'another file system in its place after the walk (was a share unmounted?)');
  }
}

/**
 * What the system says of the inbox.
 * @throws IngestError `watcher/inbox` (retryable) when it is absent, unreadable or no folder.
 */
export async function statInbox(root: string): Promise<Stats> {
  let facts: Stats;
  try {
    facts = await stat(root);
  } catch (error) {
    throw inboxError(root, errorMessage(error), error);
  }
  if (!facts.isDirectory()) throw inboxError(root, 'something that is no folder');
  return facts;
}

/** The inbox cannot be used now; `found` completes the sentence. */
export function inboxError(root: string, found: string, cause?: unknown): IngestError {
  return new IngestError(
    'watcher/inbox',
    `Tried to list the inbox ${root}: expected a readable folder, found ${found}`,
    {
      retryable: true,
      ...(cause === undefined ? {} : { cause }),
      context: { inbox: root },
    },
  );
}

function childOf(folder: Folder, name: string): Folder {
  return {
    path: join(folder.path, name),
    relativePath: folder.relativePath === '' ? name : `${folder.relativePath}/${name}`,
  };
}

/** The candidates of one folder; undefined when it has vanished. What could be read before a fault is kept. */
async function readFolder(
  root: string,
  folder: Folder,
  rules: CandidateRules,
  { signal, onProblem }: ListContext,
): Promise<FolderNames | undefined> {
  const names: FolderNames = { pictures: [], sidecars: [], folders: [] };
  try {
    for await (const entry of await opendir(folder.path, { bufferSize: ENTRIES_AT_ONCE })) {
      signal.throwIfAborted();
      const child = childOf(folder, entry.name);
      const type = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : await typeOf(child.path);
      if (type === 'link') reportLink(child, rules, onProblem);
      else if (type === 'folder' && !rules.ignores(child.relativePath)) names.folders.push(entry.name);
      else if (type === 'file') addFile(names, entry.name, rules.kindOf(child.relativePath));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (folder.path === root) throw inboxError(root, errorMessage(error), error);
    if (isAbsent(error)) return undefined;
    const message = `Tried to list the folder: expected to read it, found ${errorMessage(error)}`;
    onProblem({ code: 'folder-unreadable', path: folder.path, message });
  }
  return names;
}

function addFile(names: FolderNames, name: string, kind: FileKind | undefined): void {
  if (kind === 'picture') names.pictures.push(name);
  else if (kind === 'sidecar') names.sidecars.push(name);
}

/** For links, and for entries whose type a network file system does not tell in its listing. */
async function typeOf(path: string): Promise<'file' | 'folder' | 'link' | 'other'> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts?.isSymbolicLink()) return 'link';
  if (facts?.isDirectory()) return 'folder';
  return facts?.isFile() ? 'file' : 'other';
}

function reportLink(child: Folder, rules: CandidateRules, onProblem: ListContext['onProblem']): void {
  if (rules.ignores(child.relativePath)) return;
  const message =
    'Found a symbolic link or junction: links in the inbox are not followed; put the files themselves there';
  onProblem({ code: 'link-not-followed', path: child.path, message });
}

async function* filesOf(
  folder: Folder,
  names: FolderNames,
  { nameInside }: ListOptions,
  context: ListContext,
): AsyncGenerator<FoundFile> {
  const absolute = (name: string): string => join(folder.path, name);
  const pairs = await pairWithNames(names.pictures, names.sidecars, { nameInside, pathOf: absolute });
  const look = lookAtNames(folder, new Set(names.sidecars), context);
  const all = [
    ...names.pictures.map((name) => ({ name, kind: 'picture' as const })),
    ...names.sidecars.map((name) => ({ name, kind: 'sidecar' as const })),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (let start = 0; start < all.length; start += STATS_AT_ONCE) {
    const some = all.slice(start, start + STATS_AT_ONCE);
    const facts = await Promise.all(
      some.map(async ({ name, kind }) => {
        const sidecars = kind === 'picture' ? pairs.sidecarsOf(name).map(look) : [];
        return { file: await look(name), sidecars: (await Promise.all(sidecars)).filter((one) => one !== undefined) };
      }),
    );
    for (const [i, { name, kind }] of some.entries()) {
      context.signal.throwIfAborted();
      const found = facts[i];
      if (!found?.file) continue;
      yield kind === 'picture'
        ? { kind, ...found.file, sidecars: found.sidecars.map(sidecarSeen) }
        : { kind, ...found.file, pictures: pairs.picturesOf(name).map(absolute) };
    }
  }
}

function sidecarSeen({ path, size, mtimeMs }: FileFacts): SidecarSeen {
  return { path, size, mtimeMs };
}

/** Asks for the facts of a name of the folder; of sidecars, which are asked about more than once, only the first time. */
function lookAtNames(
  folder: Folder,
  sidecars: ReadonlySet<string>,
  context: ListContext,
): (name: string) => Promise<FileFacts | undefined> {
  const known = new Map<string, Promise<FileFacts | undefined>>();
  return (name) => {
    const facts = known.get(name) ?? factsOf(childOf(folder, name), context);
    if (sidecars.has(name)) known.set(name, facts);
    return facts;
  };
}

async function factsOf(child: Folder, { onProblem }: ListContext): Promise<FileFacts | undefined> {
  try {
    const facts = await lstat(child.path);
    if (!facts.isFile()) return undefined;
    return { ...child, size: facts.size, mtimeMs: facts.mtimeMs, ctimeMs: facts.ctimeMs };
  } catch (error) {
    const problem = fileProblem(child.path, error);
    if (problem) onProblem(problem);
    return undefined;
  }
}

/** A listed file that cannot be asked about; undefined when it has simply gone. */
function fileProblem(path: string, error: unknown): InboxProblem | undefined {
  if (!isAbsent(error)) {
    const message = `Tried to ask for size and time of the file: ${errorMessage(error)}`;
    return { code: 'file-unreadable', path, message };
  }
  // Node shows bytes that are no UTF-8 as U+FFFD, and the name it shows then does not exist.
  if (!path.includes('\u{FFFD}')) return undefined;
  const message = 'Found a file name that is not valid UTF-8, so that the file cannot be opened: rename it';
  return { code: 'name-not-unicode', path, message };
}

/** True for the errors of a path at which there is nothing (any more). */
export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
