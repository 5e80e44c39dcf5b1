import { stat } from 'node:fs/promises';
import { isIngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { Classification } from '../domain/record.ts';
import { openStore, type Store } from '../store/store.ts';

/** The answer about a record that waits for it to follow. */
export type Waiting = (id: ContentHash) => Classification | undefined;

/** What STATE knows of the records of an archive. */
export interface ArchiveFacts {
  /** A file that held this content when the ledger saw it last and is still there, or undefined. */
  original(id: ContentHash): Promise<string | undefined>;
  /** What the record is still to say of itself; undefined where it says so already. */
  waiting: Waiting;
  close(): void;
}

/** Reads STATE; without one nothing is known. */
export function openArchiveFacts(state: string): ArchiveFacts {
  const store = openIfThere(state);
  return {
    async original(id) {
      for (const { path } of store?.ledger.byHash([id]).get(id) ?? []) {
        const facts = await stat(path).catch(() => undefined);
        if (facts?.isFile() === true) return path;
      }
      return undefined;
    },
    waiting: (id) => store?.labelChanges.of([id]).get(id),
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
