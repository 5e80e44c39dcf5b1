import { stat } from 'node:fs/promises';
import { isIngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import { openStore, type Store } from '../store/store.ts';

/** Where the files that records were made of lie. */
export interface Originals {
  /** A file that held this content when the ledger saw it last and is still there, or undefined. */
  find(id: ContentHash): Promise<string | undefined>;
  close(): void;
}

/** Reads the ledger of STATE; without one no original is known. */
export function openOriginals(state: string): Originals {
  const store = openIfThere(state);
  return {
    async find(id) {
      for (const { path } of store?.ledger.byHash([id]).get(id) ?? []) {
        const facts = await stat(path).catch(() => undefined);
        if (facts?.isFile() === true) return path;
      }
      return undefined;
    },
    close: () => store?.close(),
  };
}

function openIfThere(state: string): Store | undefined {
  try {
    return openStore(state, { access: 'read', durability: 'batch' });
  } catch (error) {
    if (isIngestError(error, 'store/absent')) return undefined;
    throw error;
  }
}
