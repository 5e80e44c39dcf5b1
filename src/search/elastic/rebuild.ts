import { IngestError } from '../../domain/errors.ts';
import type { IndexDocument } from '../document.ts';
import type { UpsertReport } from '../index-interface.ts';
import type { ElasticClient } from './client.ts';
import type { Indices } from './indices.ts';
import { copyLateWrites, lastWrites } from './late-writes.ts';
import type { Writer } from './writer.ts';

export interface RebuildOptions {
  signal: AbortSignal;
  /** Called after each part, with what was done so far. */
  onProgress?: (soFar: UpsertReport) => void;
}

interface RebuildDeps {
  client: ElasticClient;
  indices: Indices;
  writer: Writer;
  alias: string;
}

/** Documents handed to the writer at once. */
const PART = 2000;

/**
 * Fills a new index with `documents` and puts it in place of the present one at once: searches are answered by the one or
 * the other at any time. What is written or removed meanwhile, by this program or another, goes to both, because the new
 * index has an alias of its own from the beginning; what was on its way before that alias was there is copied at the end.
 * When it fails or is aborted the present index stays in use and the new one is removed; a rebuild that was killed is
 * cleared away by the next one. Of two rebuilds at a time the later one wins.
 */
export async function rebuildIndex(
  { client, indices, writer, alias }: RebuildDeps,
  documents: AsyncIterable<IndexDocument>,
  { signal, onProgress }: RebuildOptions,
): Promise<UpsertReport> {
  const present = await indices.behind(alias);
  if (present === undefined) {
    throw new IngestError('publish/unreachable', `Cannot rebuild "${alias}": there is no index of that name any more.`);
  }
  const before = await lastWrites(client, present.name);
  const next = await indices.createNext(present);
  try {
    const report = await fill(writer, documents, { signal, ...(onProgress && { onProgress }) });
    await copyLateWrites(client, { from: present.name, to: next, after: before, signal });
    await indices.refresh(next);
    await indices.swap(present.name, next);
    await indices.remove(present.name);
    return report;
  } catch (error) {
    // What went wrong first is what has to be told.
    await Promise.allSettled([clearAway(indices, alias, next)]);
    throw error;
  }
}

async function clearAway(indices: Indices, alias: string, next: string): Promise<void> {
  if ((await indices.behind(alias))?.name !== next) await indices.remove(next);
}

async function fill(
  writer: Writer,
  documents: AsyncIterable<IndexDocument>,
  { signal, onProgress }: RebuildOptions,
): Promise<UpsertReport> {
  const report: UpsertReport = { written: 0, stale: 0 };
  let part: IndexDocument[] = [];
  const write = async (): Promise<void> => {
    if (signal.aborted) throw new IngestError('pipeline/aborted', 'The rebuild of the index was called off.');
    const { written, stale, refused } = await writer.fill(part, signal);
    part = [];
    report.written += written;
    report.stale += stale;
    if (refused !== undefined) report.refused = [...(report.refused ?? []), ...refused];
    onProgress?.({ ...report });
  };
  for await (const document of documents) {
    part.push(document);
    if (part.length === PART) await write();
  }
  await write();
  return report;
}
