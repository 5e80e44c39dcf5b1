import { IngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { IndexDocument } from '../search/document.ts';
import type { SearchIndex, UpsertReport } from '../search/index-interface.ts';

/** Documents of one transaction of the embedded index. */
const PART = 500;

/**
 * Makes the embedded index agree with `documents`, which are all there are: each is written anew, in parts, and what has no
 * document any more goes. Searches are answered all the while.
 * @throws IngestError `pipeline/aborted` when `signal` says so; what was written stays, nothing was removed.
 */
export async function rebuildEmbedded(
  index: SearchIndex,
  documents: AsyncIterable<IndexDocument>,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (soFar: UpsertReport) => void },
): Promise<UpsertReport> {
  const report: UpsertReport = { written: 0, stale: 0 };
  const there = new Set<ContentHash>();
  const part: IndexDocument[] = [];
  const write = async (): Promise<void> => {
    const { written, stale } = await index.upsert(part.splice(0));
    report.written += written;
    report.stale += stale;
    onProgress(report);
  };
  for await (const document of documents) {
    if (signal.aborted) throw new IngestError('pipeline/aborted', 'The rebuild of the index was stopped.');
    there.add(document.id);
    part.push(document);
    if (part.length >= PART) await write();
  }
  if (part.length > 0) await write();
  const gone: ContentHash[] = [];
  for await (const { id } of index.ids()) if (!there.has(id)) gone.push(id);
  for (let at = 0; at < gone.length; at += PART) await index.remove(gone.slice(at, at + PART));
  return report;
}
