import { LABEL_FILTER_SCORE } from '../evidence.ts';
import type { SearchQuery } from '../query.ts';
import { RANGE_FIELD_NAMES } from '../range-fields.ts';
import { QUANTITY_FIELDS } from './fields.ts';

/** A part of a query in Elasticsearch's language. */
export type Clause = Record<string, unknown>;

/**
 * A bound "as typed" meets a header value that went through another arithmetic: 5 kV may be 4999.999999999999 V. No
 * instrument sets anything to a part in a million.
 */
const TOLERANCE = 1e-6;

/** The exact conditions of a query, all of which a document has to meet. */
export function filterClauses(query: SearchQuery): Clause[] {
  const clauses: Clause[] = [];
  for (const field of ['vendor', 'instrument', 'detector'] as const) {
    const part = query[field];
    if (part !== undefined) clauses.push({ wildcard: { [`${field}.folded`]: { value: `*${literally(part)}*` } } });
  }
  if (query.decisions.length > 0) clauses.push({ terms: { decision: query.decisions } });
  clauses.push(...rangeClauses(query));
  if (query.labels.length > 0) clauses.push(labelClause(query.labels));
  if (query.issues.length > 0) clauses.push({ terms: { issues: query.issues } });
  if (query.withoutIssues.length > 0)
    clauses.push({ bool: { must_not: [{ terms: { issues: query.withoutIssues } }] } });
  return clauses;
}

function labelClause(names: readonly string[]): Clause {
  const certain = [{ term: { 'labels.rank': 1 } }, { range: { 'labels.score': { gte: LABEL_FILTER_SCORE } } }];
  const conditions = [{ terms: { 'labels.label': names } }, { bool: { should: certain, minimum_should_match: 1 } }];
  return { nested: { path: 'labels', query: { bool: { filter: conditions } } } };
}

function rangeClauses({ ranges, acquired }: SearchQuery): Clause[] {
  const clauses: Clause[] = [];
  for (const field of RANGE_FIELD_NAMES) {
    const range = ranges[field];
    if (range === undefined) continue;
    const { min, max, minInclusive, maxInclusive } = range;
    clauses.push({
      range: {
        [QUANTITY_FIELDS[field]]: {
          ...(min !== undefined && { [minInclusive ? 'gte' : 'gt']: widened(min, minInclusive ? -1 : 1) }),
          ...(max !== undefined && { [maxInclusive ? 'lte' : 'lt']: widened(max, maxInclusive ? 1 : -1) }),
        },
      },
    });
  }
  const { fromS, untilS } = acquired ?? {};
  if (fromS === undefined && untilS === undefined) return clauses;
  const span = {
    ...(fromS !== undefined && { gte: fromS * 1000 }),
    ...(untilS !== undefined && { lt: untilS * 1000 }),
  };
  return [...clauses, { range: { acquired: { ...span, format: 'epoch_millis' } } }];
}

/** An inclusive bound is moved outwards, an exclusive one inwards: "<5nm" leaves 5 nm out however it was computed. */
function widened(bound: number, direction: 1 | -1): number {
  return bound + direction * Math.abs(bound) * TOLERANCE;
}

/** The characters of a wildcard pattern mean themselves. */
function literally(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}
