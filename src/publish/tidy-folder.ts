import type { Look } from './look-at-record.ts';
import { olderNames } from './older-names.ts';
import type { Place } from './place.ts';
import { RECORD_FILE, type RecordSource } from './record-source.ts';
import { isTemporaryName } from './temporary-name.ts';

/**
 * Removes the files of older revisions and our temporaries from a record's folder, once the record stands there. What
 * somebody else put there stays. A temporary of another computer that brings the same record at this moment goes too;
 * that one fails, tries again, and finds the record.
 */
export async function tidyFolder(
  place: Place,
  source: RecordSource,
  before: Look,
  after: Look,
  signal: AbortSignal,
): Promise<void> {
  const current = new Set([RECORD_FILE, ...source.artefacts.map(({ name }) => name)]);
  const listedBefore = before.document?.files ?? new Map<string, string>();
  const older = source.artefacts.flatMap(({ name }) => olderNames(name));
  for (const { name, folder } of after.entries) {
    if (folder || current.has(name)) continue;
    const isOurs = isTemporaryName(name) || listedBefore.has(name) || older.includes(name);
    if (isOurs) await place.remove(`${after.folder}/${name}`, signal);
  }
}
