import { z } from 'zod';
import { ContentHash } from '../../domain/ids.ts';
import type { EmbeddedPicture, IndexDocument } from '../document.ts';
import type { SearchIndex, UpsertReport } from '../index-interface.ts';
import { createElasticClient, type ElasticClient } from './client.ts';
import { createIndices } from './indices.ts';
import { listIds } from './list-ids.ts';
import { MAPPING_VERSION } from './mapping.ts';
import type { ElasticOptions } from './options.ts';
import { type RebuildOptions, rebuildIndex } from './rebuild.ts';
import { type AskIndex, createAsk } from './requests.ts';
import { searchElastic } from './search.ts';
import type { VectorEncoding } from './source.ts';
import { createWriter } from './writer.ts';

/** A search index on an Elasticsearch cluster. What this program wrote is found by its own searches at once. */
export interface ElasticIndex extends SearchIndex {
  /** True where the index in use was made with another mapping: it has to be rebuilt before anything is written. */
  readonly outdated: boolean;
  /**
   * Makes the index anew from all its documents, without a gap for searches and without losing what is written meanwhile.
   * @throws IngestError `pipeline/aborted` when `signal` says so; the present index then stays.
   */
  rebuild(documents: AsyncIterable<IndexDocument>, options: RebuildOptions): Promise<UpsertReport>;
  close(): Promise<void>;
}

/** Labels in one answer; a taxonomy has some tens. */
const MAX_LABELS = 10_000;
const Buckets = z.object({ buckets: z.array(z.object({ key: z.string() })) });
const LabelBuckets = z.object({ label: Buckets });
const ServerInfo = z.object({ version: z.object({ number: z.string(), build_flavor: z.string().optional() }) });

/**
 * Opens the index behind the alias and makes an empty one where there is none.
 * @throws IngestError of the `publish/` codes as a publisher does, `config/invalid` for an address that is none.
 */
export async function openElasticIndex(options: ElasticOptions): Promise<ElasticIndex> {
  const client = createElasticClient(options);
  try {
    return await openWith(client, options);
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function openWith(client: ElasticClient, options: ElasticOptions): Promise<ElasticIndex> {
  const { alias } = options;
  const encoding = await vectorEncoding(client);
  const indices = createIndices(client, options);
  let { mappingVersion } = await indices.ensure();
  const writer = createWriter({ client, indices, options, encoding });
  const ask = createAsk(client, alias);
  let unseen = false;

  const written = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } finally {
      unseen = true;
    }
  };
  /** Refreshing before a search, not after a write, costs bulk loads nothing. */
  const upToDate = async (): Promise<void> => {
    if (!unseen) return;
    unseen = false;
    await indices.refresh(alias);
  };

  return {
    get outdated() {
      return mappingVersion !== MAPPING_VERSION;
    },
    upsert: (documents) => written(writer.upsert(documents)),
    remove: (ids) => written(writer.remove(ids)),
    search: async (query) => {
      await upToDate();
      return searchElastic(ask, query);
    },
    count: async () => {
      await upToDate();
      return (await ask({ size: 0, track_total_hits: true })).total;
    },
    ids: async function* () {
      await upToDate();
      yield* listIds(client, alias);
    },
    labels: async () => {
      await upToDate();
      return labelsInUse(ask);
    },
    meaningSpaces: async () => {
      await upToDate();
      return meaningSpaces(ask);
    },
    embeddingOf: async (id) => {
      await upToDate();
      return embeddingOf(ask, id);
    },
    rebuild: async (documents, rebuildOptions) => {
      const report = await written(rebuildIndex({ client, indices, writer, alias }, documents, rebuildOptions));
      mappingVersion = MAPPING_VERSION;
      return report;
    },
    close: () => client.close(),
  };
}

/** Vectors in Base64 are read since 9.3; a serverless project has no version that means anything. */
async function vectorEncoding(client: ElasticClient): Promise<VectorEncoding> {
  const { body } = await client.request('reach Elasticsearch', { method: 'GET', path: '/' });
  const { number, build_flavor: flavor } = ServerInfo.parse(body).version;
  const [major = 0, minor = 0] = number.split('.').map(Number);
  return flavor !== 'serverless' && (major > 9 || (major === 9 && minor >= 3)) ? 'base64' : 'numbers';
}

async function labelsInUse(ask: AskIndex): Promise<string[]> {
  const terms = { field: 'labels.label', size: MAX_LABELS, order: { _key: 'asc' } };
  const { aggregations } = await ask({
    size: 0,
    aggs: { labels: { nested: { path: 'labels' }, aggs: { label: { terms } } } },
  });
  return LabelBuckets.parse(aggregations['labels']).label.buckets.map(({ key }) => key);
}

async function meaningSpaces(ask: AskIndex): Promise<string[]> {
  const { aggregations } = await ask({
    size: 0,
    aggs: { spaces: { terms: { field: 'text_space', size: MAX_LABELS } } },
  });
  return Buckets.parse(aggregations['spaces']).buckets.map(({ key }) => key);
}

async function embeddingOf(ask: AskIndex, id: ContentHash): Promise<EmbeddedPicture | undefined> {
  const { hits } = await ask({
    query: { ids: { values: [id] } },
    size: 1,
    _source: false,
    // Servers leave vectors out of _source; the fields they still tell.
    fields: ['image_space', 'image_vector.*'],
  });
  const { image_space: [space] = [], ...vectors } = hits[0]?.fields ?? {};
  const [vector] = Object.values(vectors);
  if (typeof space !== 'string' || vector === undefined) return undefined;
  return { space, vector: Float32Array.from(vector.map(Number)) };
}
