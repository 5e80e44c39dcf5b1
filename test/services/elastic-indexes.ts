import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll } from 'vitest';
import { type ElasticIndex, openElasticIndex } from '../../src/search/elastic/elastic-index.ts';
import { ELASTIC_DEFAULTS, type ElasticOptions } from '../../src/search/elastic/options.ts';
import { elasticsearchUrl } from './elasticsearch.ts';

export interface ElasticIndexes {
  /** Opens an index of its own for one test; `alias` for another look at one that is there. */
  open: (options?: Partial<ElasticOptions>) => Promise<ElasticIndex & { alias: string }>;
  /** What the server itself answers. */
  ask: (method: string, path: string, body?: object) => Promise<unknown>;
}

/** Gives the tests of a file a real server; their indexes are removed behind each test. */
export function elasticIndexes(): ElasticIndexes {
  let url = '';
  const opened: { index: ElasticIndex; alias: string }[] = [];

  beforeAll(async () => {
    url = await elasticsearchUrl();
  });

  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return answer.json();
  };

  afterEach(async () => {
    for (const { index, alias } of opened.splice(0)) {
      await index.close();
      // Servers delete nothing by a pattern.
      const names = Object.keys((await ask('GET', `/${alias}-v*/_alias`)) as object);
      if (names.length > 0) await ask('DELETE', `/${names.join(',')}`);
    }
  });

  return {
    ask,
    open: async (options = {}) => {
      const alias = options.alias ?? `semantiff-test-${randomUUID()}`;
      const index = await openElasticIndex({
        ...ELASTIC_DEFAULTS,
        server: { nodes: [url] },
        replicas: 0,
        ...options,
        alias,
      });
      opened.push({ index, alias });
      return Object.assign(index, { alias });
    },
  };
}
