import { z } from 'zod';
import { labelRevision } from '../domain/classification.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import { Classification } from '../domain/record.ts';
import { type Database, guarded, inTransaction, type Statement } from './sqlite.ts';

/** A record whose answer is newer than its record.json. */
export interface LabelChange {
  id: ContentHash;
  /** `classification.revision`. */
  revision: number;
  classification: Classification;
  /** Milliseconds since 1970. */
  since: number;
  /** How often the record could not follow, and why the last time. */
  attempts: number;
  error?: string | undefined;
}

export interface LabelChangeCounts {
  waiting: number;
  /** The failure of the record that failed most often; undefined where none did. */
  error?: string | undefined;
}

/**
 * What records are still to say of themselves. The index and the ledger have it already, in the same transaction; a record
 * follows as a new revision, and then its row goes.
 */
export interface LabelChanges {
  /**
   * Notes new answers; one of a higher revision takes the place of an older, and its failures. Any other came too late:
   * somebody else has answered since it was made. Returns the ids of those, of which nothing was noted.
   */
  put(changes: readonly Pick<LabelChange, 'id' | 'classification'>[]): ContentHash[];
  /** Those that failed least often first, then the oldest. */
  page(limit: number): LabelChange[];
  /** What these records are to say; those that wait for nothing are absent. */
  of(ids: readonly ContentHash[]): Map<ContentHash, Classification>;
  /** The record has followed to this revision: a newer answer that came meanwhile stays. */
  settle(id: ContentHash, revision: number): void;
  fail(id: ContentHash, message: string): void;
  /** The record is no more. */
  forget(ids: readonly ContentHash[]): void;
  count(): LabelChangeCounts;
}

interface StoredChange {
  id: string;
  revision: number;
  classification: string;
  since: number;
  attempts: number;
  error_message: string | null;
}

const PUT = `INSERT INTO label_changes (id, revision, classification, since) VALUES (?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, classification = excluded.classification,
    attempts = 0, error_message = NULL WHERE excluded.revision > revision`;

/** The pending labels on an open database; `now` gives milliseconds since 1970. */
export function createLabelChanges(db: Database, now: () => number = Date.now): LabelChanges {
  const put: Statement<[string, number, string, number]> = db.prepare(PUT);
  const page: Statement<[number], StoredChange> = db.prepare(
    'SELECT * FROM label_changes ORDER BY attempts, since, id LIMIT ?',
  );
  const one: Statement<[string], StoredChange> = db.prepare('SELECT * FROM label_changes WHERE id = ?');
  const settle: Statement<[string, number]> = db.prepare('DELETE FROM label_changes WHERE id = ? AND revision <= ?');
  const forget: Statement<[string]> = db.prepare('DELETE FROM label_changes WHERE id = ?');
  const fail: Statement<[string, string]> = db.prepare(
    'UPDATE label_changes SET attempts = attempts + 1, error_message = ? WHERE id = ?',
  );
  const count: Statement<[], number> = db.prepare<[], number>('SELECT count(*) FROM label_changes').pluck();
  const worst: Statement<[], string> = db
    .prepare<[], string>(
      'SELECT error_message FROM label_changes WHERE attempts > 0 ORDER BY attempts DESC, since LIMIT 1',
    )
    .pluck();
  return {
    put: (changes) =>
      inTransaction(db, `note the labels of ${changes.length} records`, () => {
        const isLate = ({ id, classification }: (typeof changes)[number]): boolean =>
          put.run(id, labelRevision(classification), JSON.stringify(classification), now()).changes === 0;
        return changes.filter(isLate).map(({ id }) => id);
      }),
    page: (limit) => guarded('list the labels that records wait for', () => page.all(limit).map(toChange)),
    of: (ids) =>
      guarded('look labels up that records wait for', () => {
        const rows = ids.map((id) => one.get(id)).filter((row) => row !== undefined);
        return new Map(rows.map(toChange).map(({ id, classification }) => [id, classification]));
      }),
    settle: (id, revision) =>
      guarded('note that a record has its label', () => {
        settle.run(id, revision);
      }),
    fail: (id, message) =>
      guarded('note that a record could not be labelled', () => {
        fail.run(message, id);
      }),
    forget: (ids) =>
      inTransaction(db, 'forget labels of records', () => {
        for (const id of ids) forget.run(id);
      }),
    count: () =>
      guarded('count the labels that records wait for', () => ({ waiting: count.get() ?? 0, error: worst.get() })),
  };
}

function toChange(row: StoredChange): LabelChange {
  try {
    return {
      id: ContentHash.parse(row.id),
      revision: row.revision,
      classification: Classification.parse(JSON.parse(row.classification)),
      since: row.since,
      attempts: row.attempts,
      error: row.error_message ?? undefined,
    };
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new IngestError('store/ledger', `Reading the label that ${row.id} waits for, found faults: ${found}`, {
      cause,
    });
  }
}
