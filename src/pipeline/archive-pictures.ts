import { presentAnswer } from '../domain/classification.ts';
import { isIngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { MicrographRecord } from '../domain/record.ts';
import { listRecords } from '../publish/list-records.ts';
import { readEmbedding, readRecord } from '../publish/read-record.ts';
import type { Waiting } from './archive-facts.ts';

/** A record of REPO with the embedding that lies beside it, or why it cannot be read. */
export type ArchivePicture =
  | { id: ContentHash; record: MicrographRecord; embedding?: Float32Array }
  | { id: ContentHash; reason: string };

/** Small files wait for the disk one after the other; eight at once hide most of it. */
const READ_AT_ONCE = 8;

/**
 * Every record of REPO in the order of the ids, without the withdrawn ones; a few are in memory at a time. `wanted` says
 * of which the embedding is read; `waiting` what a record is still to say, which counts. A record that cannot be understood comes with the reason.
 */
export async function* archivePictures(
  repo: string,
  wanted: (record: MicrographRecord) => boolean,
  { waiting, signal }: { waiting?: Waiting | undefined; signal: AbortSignal },
): AsyncGenerator<ArchivePicture> {
  const ids: ContentHash[] = [];
  const flush = async (): Promise<ArchivePicture[]> => {
    const found = await Promise.all(ids.splice(0).map((id) => readOne(repo, id, wanted, waiting)));
    return found.filter((one) => one !== undefined);
  };
  for await (const id of listRecords(repo)) {
    signal.throwIfAborted();
    ids.push(id);
    if (ids.length >= READ_AT_ONCE) yield* await flush();
  }
  yield* await flush();
}

async function readOne(
  repo: string,
  id: ContentHash,
  wanted: (record: MicrographRecord) => boolean,
  waiting: Waiting | undefined,
): Promise<ArchivePicture | undefined> {
  try {
    const stored = await readRecord(repo, id);
    if (stored === undefined) return undefined;
    const classification = presentAnswer(stored.record.classification, waiting?.(id), new Date());
    const record = { ...stored.record, classification };
    const embedding = wanted(record) ? await readEmbedding(stored) : undefined;
    return { id, record, ...(embedding && { embedding }) };
  } catch (error) {
    if (isIngestError(error, 'publish/withdrawn')) return undefined;
    if (isIngestError(error, 'publish/folder')) return { id, reason: error.message };
    throw error;
  }
}
