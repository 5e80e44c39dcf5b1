import { z } from 'zod';
import { ContentHash } from '../../domain/ids.ts';
import type { ElasticClient } from './client.ts';

const PAGE = 5000;
/** For the next page to be asked for. */
const KEEP_ALIVE = '5m';

const Opened = z.object({ id: z.string() });
const Page = z.object({
  pit_id: z.string(),
  hits: z.object({
    hits: z.array(
      z.object({ _id: ContentHash, fields: z.object({ revision: z.tuple([z.int()]) }), sort: z.array(z.unknown()) }),
    ),
  }),
});

/** Every id with its revision as they were at the beginning, page by page. */
export async function* listIds(
  client: ElasticClient,
  alias: string,
): AsyncGenerator<{ id: ContentHash; revision: number }> {
  const attempt = `list the ids of "${alias}"`;
  const open = {
    method: 'POST',
    path: `/${encodeURIComponent(alias)}/_pit`,
    query: { keep_alive: KEEP_ALIVE },
  } as const;
  let { id: pit } = Opened.parse((await client.request(attempt, open)).body);
  try {
    let after: unknown[] | undefined;
    for (;;) {
      const body = {
        size: PAGE,
        pit: { id: pit, keep_alive: KEEP_ALIVE },
        sort: ['_shard_doc'],
        _source: false,
        docvalue_fields: ['revision'],
        track_total_hits: false,
        ...(after && { search_after: after }),
      };
      const page = Page.parse((await client.request(attempt, { method: 'POST', path: '/_search', body })).body);
      pit = page.pit_id;
      const { hits } = page.hits;
      if (hits.length === 0) return;
      after = hits.at(-1)?.sort;
      for (const { _id: id, fields } of hits) yield { id, revision: fields.revision[0] };
    }
  } finally {
    await client.request(attempt, { method: 'DELETE', path: '/_pit', body: { id: pit } }, { accept: [404] });
  }
}
