import type { SearchIndex } from '../search/index-interface.ts';
import { openStore } from '../store/store.ts';
import type { Settings } from './settings.ts';

/** An index opened for reading. */
export interface OpenIndex {
  index: SearchIndex;
  close: () => Promise<void>;
}

/**
 * The index that the configuration names: the one in STATE, or Elasticsearch.
 * @throws IngestError `store/absent` where nothing was ingested with this STATE, `publish/...` where a server is away.
 */
export async function openIndex({ config }: Settings, state: string): Promise<OpenIndex> {
  if (config.index.kind === 'elasticsearch') {
    const { openConfiguredElastic } = await import('../pipeline/open-targets.ts');
    const index = await openConfiguredElastic(config);
    return { index, close: () => index.close() };
  }
  const store = openStore(state, { access: 'read', durability: 'batch' });
  return { index: store.index, close: async () => store.close() };
}
