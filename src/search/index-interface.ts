import type { ContentHash } from '../domain/ids.ts';
import type { Decision, Label } from '../domain/record.ts';
import type { EmbeddedPicture, IndexDocument } from './document.ts';
import type { TextField } from './evidence.ts';
import type { SearchQuery } from './query.ts';

/** The best that a record offers for one term of the query: the field where it stands, or a label it stands for. */
export interface TermEvidence {
  term: string;
  /** 0 to 1, as `evidence.ts` defines it. */
  evidence: number;
  where: TextField | 'label';
  label?: string;
}

/** Why a record is found: its evidence, for `like` the cosine of the pictures. */
export interface MatchReason {
  terms: TermEvidence[];
  similarity?: number;
  /** The score by words; there where the query ranks by meaning or fused, and the words found the record. */
  words?: number;
  /** Cosine of the meanings, from `MEANING_FLOOR` to 1; there where the meaning found the record. No probability. */
  meaning?: number;
}

/** One hit. `score` is 0 to 1 as `evidence.ts` defines it; absent where nothing ranked. Numbers are SI. */
export interface SearchHit {
  id: ContentHash;
  revision: number;
  score?: number;
  matched: MatchReason;
  name: string;
  /** Below REPO, with "/". */
  recordPath: string;
  picture?: string;
  vendor?: string;
  instrument?: string;
  detector?: string;
  accelerationVoltageV?: number;
  pixelSizeM?: number;
  fieldWidthM?: number;
  acquiredAt?: string;
  labels: Label[];
  /** What a person said that the picture shows: the first of `labels`. */
  humanLabel?: string;
  decision: Decision;
  /** Codes of the record's issues, in order of the alphabet. */
  issues: string[];
}

export interface SearchResult {
  /** Records that match; with `like` at most the nearest 500 and what the words found, fused at most 500 of each. */
  total: number;
  hits: SearchHit[];
}

/**
 * `stale`: a newer revision was there already and was kept. The same revision again replaces itself. `refused`: documents
 * that the index will not take as they are, with its reason; the others are written all the same.
 */
export interface UpsertReport {
  written: number;
  stale: number;
  refused?: { id: ContentHash; reason: string }[];
}

/**
 * A search index. Every implementation passes the suite in test/contract/search-index.ts. All calls are idempotent;
 * failures are IngestErrors.
 */
export interface SearchIndex {
  /** Adds or replaces documents; an older revision never overwrites a newer one, whatever the order of arrival. */
  upsert(documents: readonly IndexDocument[]): Promise<UpsertReport>;
  /** Removes documents; returns how many there were. */
  remove(ids: readonly ContentHash[]): Promise<number>;
  search(query: SearchQuery): Promise<SearchResult>;
  count(): Promise<number>;
  /** Every id with its revision, in no promised order, page by page. */
  ids(): AsyncIterable<{ id: ContentHash; revision: number }>;
  /** The labels in use. */
  labels(): Promise<string[]>;
  /** The spaces of the meanings that it holds. */
  meaningSpaces(): Promise<string[]>;
  /** The direction of a record's embedding, for "more like this". */
  embeddingOf(id: ContentHash): Promise<EmbeddedPicture | undefined>;
}
