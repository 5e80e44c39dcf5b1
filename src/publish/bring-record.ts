import { IngestError } from '../domain/errors.ts';
import { type Look, lookAt } from './look-at-record.ts';
import type { Place } from './place.ts';
import type { PublishReport } from './publisher.ts';
import type { StoredRecord } from './read-record.ts';
import { checkSource, type OutgoingFile, type RecordSource, readSource } from './record-source.ts';
import { linkSignal } from './stall-watch.ts';
import { tidyFolder } from './tidy-folder.ts';

/**
 * Brings one revision of a record to a place: what is there already is kept, the other files follow, then a listing
 * proves that all stand where they belong, then `record.json`, then what is older goes.
 */
export async function bringRecord(place: Place, stored: StoredRecord, signal: AbortSignal): Promise<PublishReport> {
  const before = await lookAt(place, stored.record.id, signal);
  if (isAhead(before, stored)) return { filesSent: 0, filesKept: 0, bytesSent: 0 };
  const source = await readSource(stored);
  const missing = await missingFiles(place, source, before, signal);
  const stands = before.content !== undefined && Buffer.compare(before.content, contentOf(source.recordFile)) === 0;
  const sent = stands ? missing : [...missing, source.recordFile];
  if (sent.length > 0) await checkSource(stored, source, signal);
  await bringAll(place, missing, before, signal);
  const after = missing.length > 0 ? await lookAt(place, stored.record.id, signal) : before;
  if (isAhead(after, stored)) return { filesSent: 0, filesKept: 0, bytesSent: 0 };
  requireAll(place, source, after);
  if (!stands) await place.bring(source.recordFile, after, signal);
  await tidyFolder(place, source, before, after, signal);
  return {
    filesSent: sent.length,
    filesKept: source.artefacts.length + 1 - sent.length,
    bytesSent: sent.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** A newer revision came from another computer; a tombstone is somebody's decision. */
function isAhead({ document }: Look, { record }: StoredRecord): boolean {
  return document !== undefined && (document.withdrawn || document.revision > record.revision);
}

async function missingFiles(
  place: Place,
  source: RecordSource,
  there: Look,
  signal: AbortSignal,
): Promise<OutgoingFile[]> {
  const kept = await Promise.all(source.artefacts.map((file) => isThere(place, file, there, signal)));
  return source.artefacts.filter((_, index) => kept[index] === false);
}

/**
 * Sidecars keep their names from revision to revision, so a file of the right name and size may be another one: what
 * the `record.json` there says of it counts.
 */
async function isThere(place: Place, file: OutgoingFile, there: Look, signal: AbortSignal): Promise<boolean> {
  const entry = there.entries.find(({ name }) => name === file.name);
  if (entry?.folder === true) {
    throw new IngestError('publish/refused', `On ${place.target} a folder stands where "${file.name}" should go.`, {
      context: { file: file.name },
    });
  }
  if (entry?.bytes !== file.bytes) return false;
  const listed = there.document?.files.get(file.name);
  if (listed !== undefined && listed !== file.sha256) return false;
  return !place.readsKept || (await place.sha256(`${there.folder}/${file.name}`, signal)) === file.sha256;
}

/** Where one file fails the others are stopped, and have stopped when this rejects. */
async function bringAll(place: Place, files: OutgoingFile[], to: Look, signal: AbortSignal): Promise<void> {
  const linked = linkSignal(signal);
  const failed: unknown[] = [];
  await Promise.all(
    files.map((file) =>
      place.bring(file, to, linked.signal).catch((error: unknown) => {
        failed.push(error);
        linked.abort();
      }),
    ),
  );
  linked.stop();
  if (failed.length > 0) throw failed[0];
}

function requireAll(place: Place, source: RecordSource, { entries }: Look): void {
  for (const { name, bytes } of source.artefacts) {
    const found = entries.find((entry) => entry.name === name)?.bytes;
    if (found === bytes) continue;
    const said = found === undefined ? 'is not there' : `has ${found} bytes`;
    throw new IngestError(
      'publish/corrupt',
      `On ${place.target} "${name}" ${said} where ${bytes} bytes were brought.`,
      {
        retryable: true,
        context: { id: source.record.id, file: name },
      },
    );
  }
}

function contentOf({ from }: OutgoingFile): Uint8Array {
  return 'content' in from ? from.content : new Uint8Array();
}
