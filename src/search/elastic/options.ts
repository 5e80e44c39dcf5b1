/** How to prove who we are. Secrets stay in memory and stand in no message. */
export type ElasticAuth =
  | { kind: 'none' }
  | { kind: 'basic'; username: string; password: string }
  | { kind: 'apiKey'; apiKey: string }
  | { kind: 'bearer'; token: string };

/** Where an Elasticsearch index is and how it is used. */
export interface ElasticOptions {
  /** URLs of nodes of one cluster, or the id of a deployment of Elastic Cloud. */
  server: { nodes: readonly string[] } | { cloudId: string };
  auth: ElasticAuth;
  /** Certificate of the authority that signed the server's, in PEM; absent: those that Node knows. */
  ca?: string | undefined;
  /** Name under which the index is searched; the indexes behind it are called `<alias>-v<mapping>-<number>`. */
  alias: string;
  /** Of an index that is made; those of one that is there stay as they are. */
  shards: number;
  replicas: number;
  /** For one request to be answered. */
  timeoutS: number;
  /** A bulk request is cut at the first of the two. */
  bulk: { documents: number; bytes: number };
}

/** What applies where nothing is said: one shard holds some millions of records. */
export const ELASTIC_DEFAULTS = {
  auth: { kind: 'none' },
  alias: 'semantiff',
  shards: 1,
  replicas: 1,
  timeoutS: 30,
  // Elastic advises 5 to 15 MB; a document with a vector of 1,280 numbers has about 10 kB.
  bulk: { documents: 1000, bytes: 8 * 2 ** 20 },
} as const satisfies Omit<ElasticOptions, 'server'>;
