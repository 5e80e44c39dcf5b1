import { LABEL_FILTER_SCORE } from '../search/evidence.ts';
import type { SearchQuery } from '../search/query.ts';
import { RANGE_FIELD_NAMES } from '../search/range-fields.ts';
import { prepareNumberList } from './number-list.ts';
import { RANGE_COLUMNS } from './search-write.ts';
import type { Database } from './sqlite.ts';
import { createUnchangedCache } from './unchanged.ts';

export type SqlValue = string | number;

/** Conditions on the table `documents` under the alias `d`; `where` is "" when everything passes. */
export interface Filter {
  where: string;
  parameters: SqlValue[];
}

/**
 * A bound "as typed" meets a header value that went through another arithmetic: 5 kV may be 4999.999999999999 V. No
 * instrument sets anything to a part in a million.
 */
const TOLERANCE = 1e-6;

/** The exact conditions of a query in SQL; every text goes in as a parameter. */
export function filterOf(query: SearchQuery): Filter {
  const conditions: string[] = [];
  const parameters: SqlValue[] = [];
  const add = (condition: string, ...values: SqlValue[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  for (const field of ['vendor', 'instrument', 'detector'] as const) {
    const part = query[field];
    if (part !== undefined) add(`d.${field} LIKE ? ESCAPE '\\'`, `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`);
  }
  if (query.decisions.length > 0) add(`d.decision IN (${marks(query.decisions)})`, ...query.decisions);
  addRanges(query, add);
  if (query.acquired?.fromS !== undefined) add('d.acquired_s >= ?', query.acquired.fromS);
  if (query.acquired?.untilS !== undefined) add('d.acquired_s < ?', query.acquired.untilS);
  if (query.labels.length > 0) {
    add(
      `d.doc IN (SELECT doc FROM document_labels JOIN labels USING (label)
        WHERE labels.name IN (${marks(query.labels)}) AND (rank = 1 OR score >= ?))`,
      ...query.labels,
      LABEL_FILTER_SCORE,
    );
  }
  addIssues(query, add);
  return { where: conditions.join(' AND '), parameters };
}

function addIssues(query: SearchQuery, add: (condition: string, ...values: SqlValue[]) => void): void {
  if (query.issues.length > 0) add(`d.doc IN ${documentsWith(query.issues)}`, ...query.issues);
  if (query.withoutIssues.length > 0) add(`d.doc NOT IN ${documentsWith(query.withoutIssues)}`, ...query.withoutIssues);
}

function documentsWith(codes: readonly string[]): string {
  return `(SELECT doc FROM document_issues WHERE code IN (${marks(codes)}))`;
}

function addRanges(query: SearchQuery, add: (condition: string, ...values: SqlValue[]) => void): void {
  for (const field of RANGE_FIELD_NAMES) {
    const range = query.ranges[field];
    if (range === undefined) continue;
    const { min, max, minInclusive, maxInclusive } = range;
    const column = `d.${RANGE_COLUMNS[field]}`;
    if (min !== undefined) add(`${column} ${minInclusive ? '>=' : '>'} ?`, widened(min, minInclusive ? -1 : 1));
    if (max !== undefined) add(`${column} ${maxInclusive ? '<=' : '<'} ?`, widened(max, maxInclusive ? 1 : -1));
    add(`${column} IS NOT NULL`);
  }
}

/** An inclusive bound is moved outwards, an exclusive one inwards: "<5nm" leaves 5 nm out however it was computed. */
function widened(bound: number, direction: 1 | -1): number {
  return bound + direction * Math.abs(bound) * TOLERANCE;
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** 1 at the numbers of the documents that pass; undefined where all do. */
export type AllowedReader = (filter: Filter) => Uint8Array | undefined;

/** Filters whose answers are kept while nothing changes, one byte a document. */
const FILTERS_KEPT = 8;

export function createAllowedReader(db: Database): AllowedReader {
  const last = db.prepare<[], number>('SELECT ifnull(max(doc), 0) FROM documents').pluck();
  const cache = createUnchangedCache<Uint8Array>(db, FILTERS_KEPT);
  return (filter) => {
    if (filter.where === '') return undefined;
    const key = JSON.stringify(filter);
    const allowed = cache.get(key) ?? readAllowed(db, filter, last.get() ?? 0);
    cache.set(key, allowed);
    return allowed;
  };
}

function readAllowed(db: Database, { where, parameters }: Filter, highest: number): Uint8Array {
  const allowed = new Uint8Array(highest + 1);
  const docs = prepareNumberList(db, 'd.doc', `FROM documents d WHERE ${where}`);
  for (const doc of docs(...parameters)) allowed[doc] = 1;
  return allowed;
}
