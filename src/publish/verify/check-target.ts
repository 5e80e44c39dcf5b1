import { isIngestError } from '../../domain/errors.ts';
import type { ContentHash } from '../../domain/ids.ts';
import type { PublishedRecord, Publisher } from '../publisher.ts';
import type { CheckedFolder } from './check-folder.ts';
import type { Difference } from './difference.ts';

interface TargetOptions {
  quick: boolean;
  signal: AbortSignal;
}

/** What a target holds of a record, held against REPO. `proven`: every file is there and its checksum was compared. */
export interface CheckedTarget {
  differences: Difference[];
  proven: boolean;
  /** The target does not answer: to ask it for the next record makes no sense. */
  silent: boolean;
}

/** Asks a target for a record that is whole in REPO, or withdrawn there. */
export async function checkTarget(
  publisher: Publisher,
  id: ContentHash,
  here: CheckedFolder,
  { quick, signal }: TargetOptions,
): Promise<CheckedTarget> {
  const differences: Difference[] = [];
  const note = (kind: Difference['kind'], message: string, file?: string): void => {
    differences.push({ place: publisher.target, kind, id, message, ...(file !== undefined && { file }) });
  };
  let there: PublishedRecord | undefined;
  try {
    there = await publisher.inspect(id, { signal, readBack: !quick });
  } catch (error) {
    if (!isIngestError(error)) throw error;
    note('unreadable', error.message);
    const silent = isIngestError(error, 'publish/unreachable', 'publish/unauthorised');
    return { differences, proven: false, silent };
  }
  const proven = compare(here, there, note);
  return { differences, proven: proven && differences.length === 0, silent: false };
}

function compare(
  here: CheckedFolder,
  there: PublishedRecord | undefined,
  note: (kind: Difference['kind'], message: string, file?: string) => void,
): boolean {
  if (!there) {
    if (!here.withdrawn) note('missing', 'the target has nothing of this record');
    return false;
  }
  const { revision = 0 } = here;
  if (here.withdrawn !== there.withdrawn) {
    note(here.withdrawn ? 'older' : 'newer', here.withdrawn ? 'it is not withdrawn there' : 'it is withdrawn there');
    return false;
  }
  if (there.revision !== revision) {
    const found = there.revision === undefined ? 'no revision that can be read' : `revision ${there.revision}`;
    note((there.revision ?? 0) < revision ? 'older' : 'newer', `expected revision ${revision}, found ${found}`);
    return false;
  }
  return compareFiles(here, there, note);
}

/** True when every checksum could be compared. */
function compareFiles(
  here: CheckedFolder,
  there: PublishedRecord,
  note: (kind: Difference['kind'], message: string, file?: string) => void,
): boolean {
  const found = new Map(there.files.map((file) => [file.path, file]));
  let proven = true;
  for (const { path, bytes, sha256 } of here.files) {
    const file = found.get(path);
    if (!file) note('missing', 'the target lacks it', path);
    else if (file.bytes !== bytes) note('altered', `expected ${bytes} bytes, found ${file.bytes}`, path);
    else if (file.sha256 === undefined) proven = false;
    else if (file.sha256 !== sha256) note('altered', `expected SHA-256 ${sha256}, found ${file.sha256}`, path);
    found.delete(path);
  }
  for (const path of found.keys()) note('extra', 'the record has no such file', path);
  return proven;
}
