import type { Destination, PlacedEntry } from '../place.ts';
import type { OutgoingFile } from '../record-source.ts';
import { isTemporaryName, temporaryName } from '../temporary-name.ts';
import type { TokenBucket } from '../token-bucket.ts';
import { openBody } from './body.ts';
import { ASK_FOR_CHECKSUM, agrees, checksumsOfPut, type StatedChecksum } from './checksums.ts';
import type { WebdavCollections } from './collections.ts';
import { corruptFault } from './faults.ts';
import type { WebdavFiles } from './files.ts';
import type { WebdavLink } from './link.ts';
import type { WebdavOptions } from './options.ts';

/** What an upload needs: the requests, and how it is to be proved. */
export interface UploadDeps {
  link: WebdavLink;
  files: WebdavFiles;
  collections: WebdavCollections;
  verify: WebdavOptions['verify'];
  bucket: TokenBucket | undefined;
}

/**
 * Brings one file: PUT to a temporary name beside its own, proof, and then
 * - MOVE without overwriting, where the name is free. One rename in both servers.
 * - where a file has the name already (`record.json` of the last revision, a changed sidecar): a plain PUT over it. Apache's
 *   MOVE would unlink the old file before it renames, so that a crash between the two loses both, while both servers
 *   write a PUT to a name of their own and rename it over. That the temporary copy arrived shows, before anything
 *   visible is touched, that the server takes a file of this size and gives it back unchanged.
 */
export async function uploadFile(
  deps: UploadDeps,
  file: OutgoingFile,
  to: Destination,
  signal: AbortSignal,
): Promise<void> {
  const path = join(to.folder, file.name);
  const temporary = (await findTemporary(deps, file, to, signal)) ?? (await putTemporary(deps, file, to, signal));
  const isTaken = to.entries.some(({ name, folder }) => name === file.name && !folder);
  if (isTaken || !(await moveIntoPlace(deps, temporary, path, file, signal))) {
    await putProved(deps, path, file, to, signal);
    await deps.files.remove(temporary, signal);
  }
}

/** A whole temporary of this content is there when the answer to its PUT or MOVE was lost. */
async function findTemporary(
  deps: UploadDeps,
  file: OutgoingFile,
  to: Destination,
  signal: AbortSignal,
): Promise<string | undefined> {
  // What the server would have stated in its answer to the PUT is lost.
  if (deps.verify === 'checksum') return undefined;
  const isWhole = ({ name, bytes }: PlacedEntry): boolean => isTemporaryName(name, file.sha256) && bytes === file.bytes;
  const left = to.entries.find(isWhole);
  if (!left) return undefined;
  const path = join(to.folder, left.name);
  const fault = await findFault(deps, path, file, [], signal);
  return fault === undefined ? path : undefined;
}

async function putTemporary(
  deps: UploadDeps,
  file: OutgoingFile,
  to: Destination,
  signal: AbortSignal,
): Promise<string> {
  const path = join(to.folder, temporaryName(file.sha256));
  await putProved(deps, path, file, to, signal);
  return path;
}

/** PUT, then proof. What is not as it was sent is removed: nobody shall find it. */
async function putProved(
  deps: UploadDeps,
  path: string,
  file: OutgoingFile,
  to: Destination,
  signal: AbortSignal,
): Promise<void> {
  const stated = await deps.collections.inside(to, signal, () => put(deps, path, file, signal));
  const fault = await findFault(deps, path, file, stated, signal);
  if (fault === undefined) return;
  await deps.files.remove(path, signal);
  throw corruptFault(path, fault);
}

function put(deps: UploadDeps, path: string, file: OutgoingFile, signal: AbortSignal): Promise<StatedChecksum[]> {
  return deps.link.request({
    method: 'PUT',
    path,
    headers: {
      // Said by us: the client sends streams in chunks of no stated length, which some servers refuse.
      'Content-Length': String(file.bytes),
      'Content-Type': file.mediaType,
      ...(deps.verify === 'checksum' && ASK_FOR_CHECKSUM),
    },
    body: (watch) => openBody(file, watch, deps.bucket),
    signal,
    take: ({ headers }) => (deps.verify === 'checksum' ? checksumsOfPut(headers) : []),
  });
}

/** What is wrong with a file on the server, in words. The size is always compared; see {@link WebdavOptions.verify}. */
async function findFault(
  deps: UploadDeps,
  path: string,
  file: OutgoingFile,
  stated: StatedChecksum[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await deps.files.stat(path, signal);
  if (found?.bytes !== file.bytes) return `${found?.bytes ?? 'no'} bytes are there instead of ${file.bytes}`;
  if (deps.verify === 'readback') {
    const sha256 = await deps.files.sha256(path, signal);
    return sha256 === file.sha256 ? undefined : `its SHA-256 reads ${sha256} instead of ${file.sha256}`;
  }
  if (deps.verify === 'size') return undefined;
  const checksums = stated.length > 0 ? stated : await deps.files.checksums(path, signal);
  return (await agrees(file, checksums)) === false ? 'the server computed another checksum' : undefined;
}

/**
 * Gives a temporary its name; false when the name is taken by something else meanwhile. Where another one brought the
 * same file first, ours goes.
 */
async function moveIntoPlace(
  deps: UploadDeps,
  from: string,
  to: string,
  file: OutgoingFile,
  signal: AbortSignal,
): Promise<boolean> {
  const status = await move(deps.link, from, to, signal);
  if (status < 400) return true;
  const there = await deps.files.stat(to, signal);
  const isThere = there?.bytes === file.bytes && (await isSame(deps, to, file, signal));
  if (status === 412 && !isThere) return false;
  if (!isThere) throw corruptFault(to, 'the temporary file was gone before it got its name');
  await deps.files.remove(from, signal);
  return true;
}

async function isSame(deps: UploadDeps, path: string, file: OutgoingFile, signal: AbortSignal): Promise<boolean> {
  return deps.verify !== 'readback' || (await deps.files.sha256(path, signal)) === file.sha256;
}

/** The status of a MOVE that never overwrites: 412 when the name is taken, 404 when the source is gone. */
export async function move(link: WebdavLink, from: string, to: string, signal: AbortSignal): Promise<number> {
  return link.request({
    method: 'MOVE',
    path: from,
    // Absolute: Apache answers 400 to a path alone.
    headers: { Destination: link.urlOf(to).href, Overwrite: 'F' },
    signal,
    expected: [404, 412],
    take: ({ status }) => status,
  });
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
