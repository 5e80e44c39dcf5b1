import { createRecordMeaning, type RecordMeaning } from '../search/meaning.ts';
import type { Taxonomy } from '../search/taxonomy.ts';
import type { OpenTexts } from '../search/text-embedder.ts';
import { acquireStateLock } from '../store/state-lock.ts';
import { openStore, type Store } from '../store/store.ts';
import type { DeliveryOptions } from './delivery-options.ts';
import { closeTargets, type OpenTargets, type Targets, targetSpecs } from './targets.ts';

export interface SessionPlaces {
  repo: string;
  state: string;
}

export interface OutgoingOptions {
  /** Without it records are delivered nowhere, and findable in the embedded index. */
  openTargets?: OpenTargets;
  delivery?: Partial<DeliveryOptions>;
  /** The user's categories beside those of the package. */
  taxonomy?: Taxonomy | undefined;
  /** Without it records are described by the word vectors of the package. */
  openTexts?: () => Promise<OpenTexts>;
}

/** What delivery needs: STATE for writing, and the targets. */
export interface Outgoing {
  repo: string;
  store: Store;
  targets: Targets;
  delivery: Partial<DeliveryOptions>;
  /** For the index documents. */
  meaningOf: RecordMeaning;
  /** Closes in the reverse order of opening. */
  close(): Promise<void>;
}

/**
 * Opens STATE for writing (one process at a time) and makes the targets.
 * @throws IngestError `store/locked` while another process works on STATE.
 */
export async function openOutgoing(
  { repo, state }: SessionPlaces,
  durability: 'record' | 'batch',
  { openTargets, delivery = {}, taxonomy, openTexts }: OutgoingOptions,
): Promise<Outgoing> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const lock = acquireStateLock(state);
    closers.push(() => lock.release());
    const texts = await openTexts?.();
    closers.push(() => texts?.close());
    const targets = openTargets ? await openTargets() : { publishers: [] };
    closers.push(() => closeTargets(targets));
    const store = openStore(state, { access: 'write', durability, targets: targetSpecs(targets) });
    closers.push(() => store.close());
    return { repo, store, targets, delivery, meaningOf: createRecordMeaning(texts?.records, taxonomy), close };
  } catch (error) {
    await close();
    throw error;
  }
}
