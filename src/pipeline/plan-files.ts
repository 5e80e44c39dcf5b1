import { basename } from 'node:path';
import type { Ledger } from '../store/ledger.ts';
import { type Beside, isBesideChanged, type LedgerRow, verdictOf, type WorkVersions } from '../store/ledger-row.ts';
import { ledgerPath } from '../store/state-folder.ts';
import type { SidecarSeen } from '../watcher/find-sidecars.ts';
import type { FoundFile } from '../watcher/list-inbox.ts';
import { type FileTask, NOT_ACCEPTED, type PictureKind } from './protocol.ts';
import type { UserFiles } from './user-files.ts';

/** What is to be done with a file that was found: work, or nothing, for a reason. */
export type Plan =
  | { kind: 'work'; task: FileTask; bytes: number }
  | { kind: 'nothing'; path: string; row: LedgerRow }
  | { kind: 'lone-sidecar'; found: FoundFile; inbox: string };

const CHUNK = 256;

export interface PlanContext {
  inbox: string;
  ledger: Pick<Ledger, 'lookup'>;
  versions: WorkVersions;
  accept: readonly PictureKind[];
  userFiles: Pick<UserFiles, 'of'>;
}

/**
 * Asks the ledger about the files, a chunk at a time: what is unchanged since it was finished, with everything that
 * stands beside it, is not opened again.
 */
export async function* planFiles(files: AsyncIterable<FoundFile>, context: PlanContext): AsyncGenerator<Plan> {
  let chunk: FoundFile[] = [];
  for await (const file of files) {
    chunk.push(file);
    if (chunk.length < CHUNK) continue;
    yield* planChunk(chunk, context);
    chunk = [];
  }
  yield* planChunk(chunk, context);
}

async function* planChunk(
  files: FoundFile[],
  { inbox, ledger, versions, accept, userFiles }: PlanContext,
): AsyncGenerator<Plan> {
  const rows = ledger.lookup(files.map(({ path }) => ledgerPath(path)));
  for (const found of files) {
    if (found.kind === 'sidecar') {
      if (found.pictures.length === 0) yield { kind: 'lone-sidecar', found, inbox };
      continue;
    }
    const row = rows.get(ledgerPath(found.path));
    const userContext = await userFiles.of(found.relativePath);
    const task = taskOf(found, inbox, userContext && { userContext });
    const isDone = row && isFinished(row, found, versions, accept) && !isBesideChanged(row, besideOf(task));
    if (isDone) yield { kind: 'nothing', path: found.path, row };
    else yield { kind: 'work', task, bytes: found.size };
  }
}

function isFinished(row: LedgerRow, found: FoundFile, versions: WorkVersions, accept: readonly PictureKind[]): boolean {
  const seen = { path: row.path, bytes: found.size, mtimeMs: found.mtimeMs };
  const verdict = verdictOf(row, seen, versions);
  if (verdict !== 'same' && verdict !== 'outdated') return false;
  const refused = row.errorCode?.startsWith(NOT_ACCEPTED) ? row.errorCode.slice(NOT_ACCEPTED.length) : undefined;
  return !accept.some((kind) => kind === refused);
}

/** The work on a picture, the sidecars that lie beside it and what people say of it. */
export function taskOf(
  {
    path,
    relativePath,
    sidecars,
    size,
  }: { path: string; relativePath: string; sidecars: readonly SidecarSeen[]; size?: number },
  inbox: string,
  more: Partial<Pick<FileTask, 'redo' | 'erase' | 'userContext'>> = {},
): FileTask {
  const named = sidecars.map((one) => ({
    path: one.path,
    name: basename(one.path),
    bytes: one.size,
    mtimeMs: one.mtimeMs,
  }));
  return {
    path,
    inbox,
    relativePath,
    sidecars: named,
    redo: false,
    ...(size !== undefined && { bytes: size }),
    ...more,
  };
}

/** What stands beside the picture of a task, for the ledger; without the sidecars of these names. */
export function besideOf({ sidecars, userContext }: FileTask, without: readonly string[] = []): Beside {
  const prints = sidecars.filter(({ name }) => !without.includes(name));
  return {
    sidecars: prints.map(({ name, bytes, mtimeMs }) => ({ name, bytes, mtimeMs })),
    userDigest: userContext?.digest,
  };
}

/** Groups work into batches: at most so many files and bytes, but at least one file. */
export function createBatcher(limits: { files: number; bytes: number }): {
  add(task: FileTask, bytes: number): FileTask[] | undefined;
  rest(): FileTask[];
} {
  let tasks: FileTask[] = [];
  let total = 0;
  const take = (): FileTask[] => {
    const full = tasks;
    tasks = [];
    total = 0;
    return full;
  };
  return {
    add(task, bytes) {
      const full = tasks.length > 0 && total + bytes > limits.bytes ? take() : undefined;
      tasks.push(task);
      total += bytes;
      return full ?? (tasks.length >= limits.files ? take() : undefined);
    },
    rest: take,
  };
}
