import type { FoundFile } from '../watcher/list-inbox.ts';
import { type LedgerRow, verdictOf, type WorkVersions } from '../store/ledger-row.ts';
import type { Ledger } from '../store/ledger.ts';
import { ledgerPath } from '../store/state-folder.ts';
import { type FileTask, NOT_ACCEPTED, type PictureKind } from './protocol.ts';

/** What is to be done with a file that was found: work, or nothing, for a reason. */
export type Plan =
  | { kind: 'work'; found: FoundFile; task: FileTask }
  | { kind: 'nothing'; found: FoundFile; row: LedgerRow }
  | { kind: 'lone-sidecar'; found: FoundFile };

const CHUNK = 256;

/** Asks the ledger about the files, a chunk at a time: what is unchanged since it was finished is not opened again. */
export async function* planFiles(
  files: AsyncIterable<FoundFile>,
  ledger: Pick<Ledger, 'lookup'>,
  versions: WorkVersions,
  accept: readonly PictureKind[],
): AsyncGenerator<Plan> {
  let chunk: FoundFile[] = [];
  for await (const file of files) {
    chunk.push(file);
    if (chunk.length < CHUNK) continue;
    yield* planChunk(chunk, ledger, versions, accept);
    chunk = [];
  }
  yield* planChunk(chunk, ledger, versions, accept);
}

function* planChunk(
  files: FoundFile[],
  ledger: Pick<Ledger, 'lookup'>,
  versions: WorkVersions,
  accept: readonly PictureKind[],
): Generator<Plan> {
  const rows = ledger.lookup(files.map(({ path }) => ledgerPath(path)));
  for (const found of files) {
    if (found.kind === 'sidecar') {
      if (found.pictures.length === 0) yield { kind: 'lone-sidecar', found };
      continue;
    }
    const row = rows.get(ledgerPath(found.path));
    if (row && isFinished(row, found, versions, accept)) yield { kind: 'nothing', found, row };
    else yield { kind: 'work', found, task: taskOf(found) };
  }
}

function isFinished(row: LedgerRow, found: FoundFile, versions: WorkVersions, accept: readonly PictureKind[]): boolean {
  const seen = { path: row.path, bytes: found.size, mtimeMs: found.mtimeMs };
  const verdict = verdictOf(row, seen, versions);
  if (verdict !== 'same' && verdict !== 'outdated') return false;
  const refused = row.errorCode?.startsWith(NOT_ACCEPTED) ? row.errorCode.slice(NOT_ACCEPTED.length) : undefined;
  return !accept.some((kind) => kind === refused);
}

function taskOf(found: FoundFile & { kind: 'picture' }): FileTask {
  const sidecars = found.sidecars.map((path) => ({ path, name: path.split(/[/\\]/).at(-1) ?? path }));
  return { path: found.path, relativePath: found.relativePath, sidecars, redo: false };
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
