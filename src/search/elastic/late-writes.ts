import { z } from 'zod';
import { IngestError } from '../../domain/errors.ts';
import type { ElasticClient } from './client.ts';
import { shortReason } from './failure.ts';

/** The number of the last operation of each shard. */
export type LastWrites = ReadonlyMap<string, number>;

const PAGE = 1000;
/** For one page to be copied. */
const COPY_TIMEOUT_S = 300;

const Stats = z.object({
  indices: z.record(
    z.string(),
    z.object({
      shards: z.record(
        z.string(),
        z.array(z.object({ routing: z.object({ primary: z.boolean() }), seq_no: z.object({ max_seq_no: z.int() }) })),
      ),
    }),
  ),
});
const Page = z.object({ hits: z.object({ hits: z.array(z.object({ _id: z.string(), sort: z.tuple([z.int()]) })) }) });
const Copied = z.object({ failures: z.array(z.unknown()) });

/** Where each shard of an index stands, to find later what was written since. */
export async function lastWrites(client: ElasticClient, index: string): Promise<LastWrites> {
  const path = `/${encodeURIComponent(index)}/_stats`;
  const request = { method: 'GET', path, query: { level: 'shards' } } as const;
  const { body } = await client.request(`read the state of "${index}"`, request);
  const shards = Object.entries(Stats.parse(body).indices[index]?.shards ?? {});
  return new Map(
    shards.map(([shard, copies]) => [shard, copies.find(({ routing }) => routing.primary)?.seq_no.max_seq_no ?? -1]),
  );
}

/**
 * Copies what was written to one index after a moment into another, under its version: what is there and as new stays.
 * @throws IngestError `publish/refused` where the other index does not take a document.
 */
export async function copyLateWrites(
  client: ElasticClient,
  { from, to, after, signal }: { from: string; to: string; after: LastWrites; signal: AbortSignal },
): Promise<void> {
  const attempt = `copy late writes from "${from}" to "${to}"`;
  await client.request(attempt, { method: 'POST', path: `/${encodeURIComponent(from)}/_refresh` }, { signal });
  for (const [shard, last] of after) {
    for await (const ids of writtenSince(client, from, shard, last)) {
      const body = {
        conflicts: 'proceed',
        source: { index: from, query: { ids: { values: ids } } },
        dest: { index: to, version_type: 'external' },
      };
      const { body: answer } = await client.request(
        attempt,
        { method: 'POST', path: '/_reindex', body },
        { signal, timeoutS: COPY_TIMEOUT_S },
      );
      const [failure] = Copied.parse(answer).failures;
      if (failure !== undefined) {
        throw new IngestError('publish/refused', `Cannot ${attempt}: ${shortReason(JSON.stringify(failure))}`);
      }
    }
  }
}

async function* writtenSince(
  client: ElasticClient,
  index: string,
  shard: string,
  last: number,
): AsyncGenerator<string[]> {
  for (let after = last; ; ) {
    const { body } = await client.request(`find late writes to "${index}"`, {
      method: 'POST',
      path: `/${encodeURIComponent(index)}/_search`,
      query: { preference: `_shards:${shard}`, allow_partial_search_results: false },
      body: {
        size: PAGE,
        query: { range: { _seq_no: { gt: after } } },
        sort: [{ _seq_no: { order: 'asc', unmapped_type: 'long' } }],
        _source: false,
      },
    });
    const { hits } = Page.parse(body).hits;
    const end = hits.at(-1);
    if (end === undefined) return;
    yield hits.map(({ _id: id }) => id);
    after = end.sort[0];
  }
}
