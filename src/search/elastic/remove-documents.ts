import { z } from 'zod';
import type { ContentHash } from '../../domain/ids.ts';
import { chunksOf, sendBulk } from './bulk.ts';
import { type BulkAction, type BulkEntry, bulkEntry } from './bulk-entry.ts';
import type { ElasticClient } from './client.ts';
import type { ElasticOptions } from './options.ts';
import type { Targets } from './targets.ts';

/** Versions asked for in one request. */
const PAGE = 1000;

const FoundVersions = z.object({ docs: z.array(z.object({ _version: z.int().optional() })) });

/**
 * Deletes documents at the version they have, so that a late older revision finds a newer tombstone. In the index that is
 * being filled a tombstone is put also where the document has not arrived yet. Returns how many the first target had.
 */
export async function removeDocuments(
  client: ElasticClient,
  ids: readonly ContentHash[],
  targets: Targets,
  { alias, bulk }: Pick<ElasticOptions, 'alias' | 'bulk'>,
): Promise<number> {
  const attempt = `remove ${ids.length} records from "${alias}"`;
  let removed = 0;
  for (let at = 0; at < ids.length; at += PAGE) {
    const actions = await deletions(client, [...new Set(ids.slice(at, at + PAGE))], targets, attempt);
    for (const chunk of chunksOf(actions, bulk)) {
      const outcomes = await sendBulk(
        client,
        chunk.flatMap(({ lines }) => lines),
        { attempt },
      );
      removed += chunk.filter((_, place) => outcomes[place * targets.length]?.kind === 'done').length;
    }
  }
  return removed;
}

async function deletions(
  client: ElasticClient,
  ids: readonly ContentHash[],
  targets: Targets,
  attempt: string,
): Promise<BulkEntry[]> {
  const docs = ids.flatMap((id) => targets.map(({ alias }) => ({ _index: alias, _id: id, _source: false })));
  const { body } = await client.request(attempt, { method: 'POST', path: '/_mget', body: { docs } });
  const versions = FoundVersions.parse(body).docs.map(({ _version: version }) => version);
  return ids.flatMap((id, place) => {
    const found = versions.slice(place * targets.length, (place + 1) * targets.length);
    const newest = Math.max(...found.map((version) => version ?? 0));
    if (newest === 0) return [];
    const action = { action: 'delete', id, version: newest, versionType: 'external_gte' } as const;
    return [bulkEntry(targets.map(({ alias }): BulkAction => ({ ...action, alias })))];
  });
}
