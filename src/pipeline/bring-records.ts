import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { IngestError, isIngestError } from '../domain/errors.ts';
import { Tombstone } from '../domain/tombstone.ts';
import type { Publisher } from '../publish/publisher.ts';
import { readRecord, type StoredRecord } from '../publish/read-record.ts';
import type { IndexDocument } from '../search/document.ts';
import type { SearchIndex } from '../search/index-interface.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { OutboxItem } from '../store/outbox-row.ts';
import { documentOf } from './index-document.ts';

/** What became of one wish: the revision that the target confirmed, or why not. */
export type BringResult = { item: OutboxItem; revision: number } | { item: OutboxItem; error: unknown };

/** Records are read so many at a time for one bulk request. */
const READ_AT_ONCE = 16;

/** Brings one record or tombstone to a publisher, in the newest revision that REPO holds. Never rejects. */
export async function publishItem(
  item: OutboxItem,
  { publisher, repo }: { publisher: Publisher; repo: string },
  signal: AbortSignal,
): Promise<BringResult> {
  try {
    if (item.tombstone !== undefined) {
      await publisher.withdraw(Tombstone.parse(JSON.parse(item.tombstone)), { signal });
      return { item, revision: item.revision };
    }
    const stored = await wishedRecord(repo, item);
    await publisher.publish(stored, { signal });
    return { item, revision: stored.record.revision };
  } catch (error) {
    return { item, error };
  }
}

/**
 * Brings records to a search index, made anew from what REPO holds, and takes withdrawn ones from it. A record that the
 * index refuses does not keep the others out. Never rejects.
 */
export async function indexItems(
  items: readonly OutboxItem[],
  { index, repo, meaningOf }: { index: SearchIndex; repo: string; meaningOf: RecordMeaning },
): Promise<BringResult[]> {
  const withdrawn = items.filter(({ kind }) => kind === 'withdraw');
  const records = items.filter(({ kind }) => kind !== 'withdraw');
  const documents: { item: OutboxItem; document: IndexDocument }[] = [];
  const results: BringResult[] = [];
  for (let start = 0; start < records.length; start += READ_AT_ONCE) {
    const read = records
      .slice(start, start + READ_AT_ONCE)
      .map(async (item) => await readDocument(item, repo, meaningOf));
    for (const one of await Promise.all(read)) {
      if ('document' in one) documents.push(one);
      else results.push(one);
    }
  }
  results.push(...(await upsert(documents, index)), ...(await remove(withdrawn, index)));
  return results;
}

async function readDocument(
  item: OutboxItem,
  repo: string,
  meaningOf: RecordMeaning,
): Promise<{ item: OutboxItem; document: IndexDocument } | { item: OutboxItem; error: unknown }> {
  try {
    return { item, document: await documentOf(await wishedRecord(repo, item), meaningOf) };
  } catch (error) {
    return { item, error };
  }
}

/** Halves what was refused as a whole, until those to blame stand alone. */
async function upsert(
  documents: readonly { item: OutboxItem; document: IndexDocument }[],
  index: SearchIndex,
): Promise<BringResult[]> {
  if (documents.length === 0) return [];
  try {
    const { refused = [] } = await index.upsert(documents.map(({ document }) => document));
    const reasons = new Map(refused.map(({ id, reason }) => [id, reason]));
    return documents.map(({ item, document }) => {
      const reason = reasons.get(item.id);
      return reason === undefined
        ? { item, revision: document.revision }
        : { item, error: new IngestError('publish/refused', reason) };
    });
  } catch (error) {
    if (documents.length === 1 || !isAboutRecords(error)) return documents.map(({ item }) => ({ item, error }));
    const half = Math.ceil(documents.length / 2);
    return [...(await upsert(documents.slice(0, half), index)), ...(await upsert(documents.slice(half), index))];
  }
}

async function remove(items: readonly OutboxItem[], index: SearchIndex): Promise<BringResult[]> {
  if (items.length === 0) return [];
  try {
    await index.remove(items.map(({ id }) => id));
    return items.map((item) => ({ item, revision: item.revision }));
  } catch (error) {
    return items.map((item) => ({ item, error }));
  }
}

function isAboutRecords(error: unknown): boolean {
  return !isIngestError(error) || isIngestError(error, 'publish/refused', 'publish/corrupt', 'publish/source');
}

/**
 * The record in REPO, in the revision that is wished for or a newer one.
 * @throws IngestError `store/io` when REPO itself is away, `publish/folder` when it holds no such record any more.
 */
async function wishedRecord(repo: string, { id, revision }: OutboxItem): Promise<StoredRecord> {
  const stored = await readRecord(repo, id);
  if (stored && stored.record.revision >= revision) return stored;
  if (!existsSync(join(repo, 'records'))) {
    throw new IngestError('store/io', `REPO "${repo}" is not there`, { retryable: true });
  }
  const found = stored ? `found revision ${stored.record.revision}` : 'found none';
  throw new IngestError('publish/folder', `Cannot deliver ${id}: expected revision ${revision} in REPO, ${found}.`);
}
