import type { Look } from './look-at-record.ts';
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

/**
 * The names that earlier revisions gave to `NAME.r3.h5`: `NAME.r2.h5` and `NAME.h5`. A run that was cut off after its
 * record.json leaves them, and then no record.json lists them any more.
 */
function olderNames(name: string): string[] {
  const [, stem, revision, extension] = /^(.+)\.r(\d{1,4})\.(.+)$/.exec(name) ?? [];
  if (stem === undefined) return [];
  const between = Array.from({ length: Math.max(0, Number(revision) - 2) }, (_, index) => `${stem}.r${index + 2}`);
  return [stem, ...between].map((older) => `${older}.${extension}`);
}
