import type { ContentHash } from '../../domain/ids.ts';

/**
 * What is wrong: a record or file is not there, has other bytes, belongs to nothing, is of an older or newer revision than
 * in REPO, is not in the index, or cannot be looked at.
 */
export type DifferenceKind = 'missing' | 'altered' | 'extra' | 'older' | 'newer' | 'not-indexed' | 'unreadable';

/** One thing that is not as record.json, the ledger or REPO says. */
export interface Difference {
  /** `repo`, `ledger`, `index`, or the name of a target. */
  place: string;
  kind: DifferenceKind;
  id: ContentHash;
  /** Name inside the record's folder; absent where the record as a whole is meant. */
  file?: string;
  message: string;
}
