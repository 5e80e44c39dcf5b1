import { type ContentHash, ContentHash as ContentHashSchema, recordFolder } from '../domain/ids.ts';
import type { Tombstone } from '../domain/tombstone.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { bringRecord } from './bring-record.ts';
import { lookAt } from './look-at-record.ts';
import type { Place } from './place.ts';
import type { PublishedContent, PublishedFile, PublishedRecord, Publisher } from './publisher.ts';
import { embeddingOf, parseRecord } from './read-record.ts';
import { contentFile, RECORD_FILE } from './record-source.ts';
import { isTemporaryName } from './temporary-name.ts';

/** The publisher of a place: what is done, and in which order, is the same for every tree of folders. */
export function createPlacePublisher(place: Place): Publisher {
  return {
    target: place.target,
    publish: (record, { signal }) => bringRecord(place, record, signal),
    inspect: (id, { signal, readBack }) => inspect(place, id, readBack, signal),
    read: (id, { signal }) => readPlaced(place, id, signal),
    withdraw: (tombstone, { signal }) => withdraw(place, tombstone, signal),
    list: ({ signal }) => list(place, signal),
    check: ({ signal }) => place.check(signal),
    close: () => place.close(),
  };
}

async function inspect(
  place: Place,
  id: ContentHash,
  readBack: boolean,
  signal: AbortSignal,
): Promise<PublishedRecord | undefined> {
  const { folder, entries, document } = await lookAt(place, id, signal);
  const files = entries.filter((entry) => !entry.folder && !isTemporaryName(entry.name));
  if (files.length === 0) return undefined;
  const read = async ({ name, bytes }: { name: string; bytes: number }): Promise<PublishedFile> => {
    const sha256 = readBack ? await place.sha256(`${folder}/${name}`, signal) : undefined;
    return { path: name, bytes, ...(sha256 !== undefined && { sha256 }) };
  };
  return {
    id,
    ...(document && { revision: document.revision }),
    withdrawn: document?.withdrawn ?? false,
    files: await Promise.all(files.map(read)),
  };
}

async function readPlaced(place: Place, id: ContentHash, signal: AbortSignal): Promise<PublishedContent | undefined> {
  const { folder, content, document } = await lookAt(place, id, signal);
  if (!content || document?.withdrawn === true) return undefined;
  const record = parseRecord(Buffer.from(content).toString('utf8'), `${place.target}: ${folder}`);
  const artefact = record.artefacts.find(({ role }) => role === 'embedding');
  const bytes = artefact && (await place.read(`${folder}/${artefact.path}`, signal));
  const isWhole = bytes !== undefined && sha256Hex(bytes) === artefact?.sha256;
  return { record, ...(isWhole && { embedding: embeddingOf(bytes) }) };
}

/** The tombstone first, then the files go: from its first moment nobody is told of a file that may be missing. */
async function withdraw(place: Place, tombstone: Tombstone, signal: AbortSignal): Promise<void> {
  const { folder, entries, document } = await lookAt(place, tombstone.id, signal);
  const stands = document?.withdrawn === true && document.revision >= tombstone.revision;
  if (!stands) {
    const text = `${JSON.stringify(tombstone, null, 2)}\n`;
    await place.bring(contentFile(RECORD_FILE, Buffer.from(text)), { folder, entries }, signal);
  }
  const left = (await place.entries(folder, signal)) ?? [];
  for (const entry of left) {
    if (!entry.folder && entry.name !== RECORD_FILE) await place.remove(`${folder}/${entry.name}`, signal);
  }
}

const TWO_HEX = /^[0-9a-f]{2}$/;

async function* list(place: Place, signal: AbortSignal): AsyncGenerator<ContentHash> {
  for (const first of await folders(place, 'records', signal)) {
    if (!TWO_HEX.test(first)) continue;
    for (const second of await folders(place, `records/${first}`, signal)) {
      if (TWO_HEX.test(second)) yield* listLeaf(place, `records/${first}/${second}`, signal);
    }
  }
}

/** A folder in which an upload was cut off has no record.json yet, and is no record. */
async function* listLeaf(place: Place, leaf: string, signal: AbortSignal): AsyncGenerator<ContentHash> {
  const ids = (await folders(place, leaf, signal)).flatMap((name) => ContentHashSchema.safeParse(name).data ?? []);
  const whole = await Promise.all(
    ids.map(async (id) => {
      const entries = (await place.entries(recordFolder(id), signal)) ?? [];
      return entries.some(({ name, folder }) => name === RECORD_FILE && !folder);
    }),
  );
  yield* ids.filter((id, index) => whole[index] === true && recordFolder(id) === `${leaf}/${id}`);
}

async function folders(place: Place, path: string, signal: AbortSignal): Promise<string[]> {
  const entries = (await place.entries(path, signal)) ?? [];
  return entries.filter(({ folder }) => folder).map(({ name }) => name);
}
