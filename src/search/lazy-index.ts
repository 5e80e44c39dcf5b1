import type { SearchIndex } from './index-interface.ts';

/** An index that can be let go of. */
export interface ClosableIndex extends SearchIndex {
  close(): Promise<void>;
}

/**
 * An index on a server that is opened when it is first used, and tried again at the next use where that failed: a server
 * that is away keeps nobody from starting. Failures are those of `open`.
 */
export function createLazyIndex<Index extends ClosableIndex>(open: () => Promise<Index>): ClosableIndex {
  let opening: Promise<Index> | undefined;
  const opened = async (): Promise<Index> => {
    opening ??= open();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  return {
    upsert: async (documents) => await (await opened()).upsert(documents),
    remove: async (ids) => await (await opened()).remove(ids),
    search: async (query) => await (await opened()).search(query),
    count: async () => await (await opened()).count(),
    ids: async function* () {
      yield* (await opened()).ids();
    },
    labels: async () => await (await opened()).labels(),
    meaningSpaces: async () => await (await opened()).meaningSpaces(),
    embeddingOf: async (id) => await (await opened()).embeddingOf(id),
    close: async () => {
      const index = await opening?.catch(() => undefined);
      opening = undefined;
      await index?.close();
    },
  };
}
