import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import type { Classification } from '../domain/record.ts';
import type { Tombstone } from '../domain/tombstone.ts';
import type { IndexDocument } from '../search/document.ts';
import type { UpsertReport } from '../search/index-interface.ts';
import { createLabelChanges, type LabelChange, type LabelChanges } from './label-changes.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { FileOutcome } from './ledger-row.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { TargetSpec, Wish } from './outbox-row.ts';
import { createEmbeddedIndex, type EmbeddedSearchIndex } from './search-index.ts';
import type { LabelUpdate } from './search-relabel.ts';
import { type Database, guarded, inTransaction, openSqlite } from './sqlite.ts';
import { STORE_FILE } from './state-folder.ts';

export interface StoreOptions {
  /** `write` creates what is missing. Runs that ingest hold the lock of STATE (state-lock.ts) besides; `read` needs none. */
  access: 'write' | 'read';
  durability: 'record' | 'batch';
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Where records are delivered to from now on; without it nothing is enqueued and the outbox stays as it is. */
  targets?: readonly TargetSpec[];
}

export interface Store {
  ledger: Ledger;
  index: EmbeddedSearchIndex;
  outbox: Outbox;
  /**
   * Ledger rows and index documents of a batch, after its records are on disk, and the wishes that they be delivered, in
   * one transaction: either all of it happened or none. `documents` is empty where records are indexed elsewhere.
   */
  commit(outcomes: readonly FileOutcome[], documents: readonly IndexDocument[]): UpsertReport;
  /**
   * Notes in one transaction that a record stands in REPO with the answer that `change` waited for: its revision in the
   * ledger and, if given, its document in the index, the wishes that it be delivered, and that nothing is waited for any more.
   */
  followed(record: FollowedRecord, change: Pick<LabelChange, 'revision'>, document?: IndexDocument): void;
  /** What records are still to say of themselves. */
  labelChanges: LabelChanges;
  /**
   * New answers about records, in one transaction: they wait for their records, and the index and ledger have them. Of a
   * record that somebody else answered about meanwhile nothing is noted; returns the ids of those, to be answered again.
   */
  relabel(changes: readonly Relabelling[]): ContentHash[];
  /** Calls `listener` after each commit that may have enqueued something; the function it returns ends that. */
  onWished(listener: () => void): () => void;
  /**
   * Notes in one transaction that a record was withdrawn: its files are skipped from now on, with the reason, and it leaves
   * the index.
   */
  withdraw(tombstone: Tombstone): void;
  /**
   * `notIndexed`: done in the ledger, absent from the index: none unless records are indexed elsewhere. `notInLedger`:
   * indexed, but no file is known any more that holds these bytes: it was changed after its record was made.
   */
  disagreements(): { notIndexed: ContentHash[]; notInLedger: ContentHash[] };
  /** May be called twice. */
  close(): void;
}

/** A record in REPO, and which model its labels are of. */
export interface FollowedRecord {
  id: ContentHash;
  revision: number;
  modelSha256?: string | undefined;
}

/** A new answer about a record. */
export interface Relabelling {
  id: ContentHash;
  /** Absent where the record says so already, and only the ledger did not know. */
  classification?: Classification | undefined;
  /** Of the model that answered; absent where a person did. */
  modelSha256?: string | undefined;
  /** Absent where records are indexed elsewhere: that index follows with the record. */
  update?: LabelUpdate | undefined;
}

/**
 * Opens the ledger and the embedded index of a STATE folder.
 * @throws IngestError `store/absent` (read: nothing was ingested with this STATE yet), `store/ledger` (damaged, or of a
 * newer program).
 */
export function openStore(stateDir: string, options: StoreOptions): Store {
  const { access, durability, now = Date.now, targets } = options;
  const path = join(stateDir, STORE_FILE);
  if (access === 'read' && !existsSync(path)) {
    throw new IngestError(
      'store/absent',
      `Cannot open the ledger of STATE "${stateDir}": nothing was ingested with it yet.`,
    );
  }
  const db = openSqlite(path, { access, durability });
  const ledger = createLedger(db, now);
  const index = createEmbeddedIndex(db);
  const outbox = createOutbox(db, now);
  const labelChanges = createLabelChanges(db, now);
  const listeners = new Set<() => void>();
  const notify = (): void => listeners.forEach((listener) => listener());
  if (targets) outbox.configure(targets);
  return {
    ledger,
    index,
    outbox,
    ...labelling(db, { ledger, index, outbox, labelChanges }, notify, targets !== undefined),
    commit: (outcomes, documents) => {
      const report = inTransaction(db, `note a batch of ${outcomes.length} files`, () => {
        const written = index.write(documents);
        ledger.record(outcomes);
        if (targets) outbox.enqueue(outcomes.flatMap(wishOf));
        return written;
      });
      notify();
      return report;
    },
    labelChanges,
    onWished: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    withdraw: (tombstone) => {
      inTransaction(db, 'note a withdrawn record', () => {
        ledger.withdraw(tombstone.id, `its record was withdrawn: ${tombstone.reason}`);
        index.forget([tombstone.id]);
        labelChanges.forget([tombstone.id]);
        outbox.withdraw([{ id: tombstone.id, revision: tombstone.revision, json: JSON.stringify(tombstone) }]);
      });
      notify();
    },
    disagreements: () => guarded('compare ledger and index', () => findDisagreements(db)),
    close: () => {
      db.close();
    },
  };
}

function labelling(
  db: Database,
  { ledger, index, outbox, labelChanges }: Pick<Store, 'ledger' | 'index' | 'outbox' | 'labelChanges'>,
  notify: () => void,
  hasTargets: boolean,
): Pick<Store, 'relabel' | 'followed'> {
  return {
    relabel: (changes) =>
      inTransaction(db, `label ${changes.length} records`, () => {
        const late = labelChanges.put(
          changes.flatMap(({ id, classification }) => (classification ? { id, classification } : [])),
        );
        const noted = late.length === 0 ? changes : changes.filter(({ id }) => !late.includes(id));
        index.relabel(noted.flatMap(({ update }) => update ?? []));
        ledger.relabel(noted.flatMap(({ id, modelSha256 }) => (modelSha256 === undefined ? [] : { id, modelSha256 })));
        return late;
      }),
    followed: ({ id, revision, modelSha256 }, change, document) => {
      inTransaction(db, 'note that a record has its label', () => {
        if (document) index.write([document]);
        ledger.revised(id, { recordRevision: revision, modelSha256 });
        if (hasTargets) outbox.enqueue([{ id, revision }]);
        labelChanges.settle(id, change.revision);
      });
      notify();
    },
  };
}

/** Every file that led to a record, also as one more name of its bytes: that is a revision of its own. */
function wishOf({ contentHash: id, recordRevision: revision }: FileOutcome): Wish[] {
  return id === undefined || revision === undefined ? [] : [{ id, revision }];
}

function findDisagreements(db: Database): { notIndexed: ContentHash[]; notInLedger: ContentHash[] } {
  const done = `SELECT content_hash FROM files WHERE state = 'done' AND content_hash IS NOT NULL`;
  const indexed = 'SELECT id FROM documents';
  const ids = (sql: string): ContentHash[] =>
    db
      .prepare<[], string>(sql)
      .pluck()
      .all()
      .map((id) => ContentHash.parse(id));
  return { notIndexed: ids(`${done} EXCEPT ${indexed}`), notInLedger: ids(`${indexed} EXCEPT ${done}`) };
}
