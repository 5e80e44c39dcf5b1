import type { Label } from '../../domain/record.ts';
import { FIELD_EVIDENCE, LABEL_FLOOR, type TextField, termWeight } from '../evidence.ts';
import type { TermEvidence } from '../index-interface.ts';
import type { SearchQuery } from '../query.ts';
import type { Meaning } from '../synonyms.ts';
import { spaced, spellings } from '../words.ts';
import type { Clause } from './filter.ts';

/** In the order in which they take the credit where several give the same evidence. */
const FIELDS = Object.keys(FIELD_EVIDENCE) as TextField[];

/** The terms that rank: a label asked for as a filter is what ranks when there are no words. */
export function rankingTerms(query: SearchQuery): readonly Meaning[] {
  if (query.terms.length > 0 || query.labels.length === 0 || query.like !== undefined) return query.terms;
  return [{ words: [], labels: query.labels.map((label) => ({ label, weight: 1 })) }];
}

/** Documents with any evidence of the term, unscored: what its weight is counted from. */
export function matchingClause(term: Meaning): Clause {
  const inFields = fieldsOf(term).map((field) => fieldClause(term, field));
  const labelled = term.labels.map(({ label }) => ({ nested: { path: 'labels', query: carriesLabel(term, label) } }));
  return { bool: { should: [...inFields, ...labelled], minimum_should_match: 1 } };
}

/**
 * Scores documents by words as `evidence.ts` defines it: the sum of `shares[n]` x the best evidence of term n. The clauses
 * of fields have names where hits shall be explained: the server tries every named clause on every hit that it returns.
 */
export function scoringClause(
  terms: readonly Meaning[],
  shares: readonly number[],
  { named }: { named: boolean },
): Clause {
  const clauses = terms.map((term, number) => ({
    dis_max: { queries: [...scoredFields(term, number, named), ...scoredLabels(term)], boost: shares[number] ?? 0 },
  }));
  return { bool: { should: clauses, minimum_should_match: 1 } };
}

/** The same clauses of fields, which a document need not meet: tell of given documents where the terms stand. */
export function explainingClauses(terms: readonly Meaning[]): Clause[] {
  return terms.flatMap((term, number) => scoredFields(term, number, true));
}

/** The share of each term in a score, from how many of `total` documents match it. */
export function termShares(total: number, matching: readonly number[]): number[] {
  const weights = matching.map((count) => termWeight(total, count));
  const sum = weights.reduce((left, right) => left + right, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The best evidence that a document has of each term, undefined where it has none: from its labels and the names of the
 * clauses that it met.
 */
export function explain(
  terms: readonly Meaning[],
  matched: ReadonlySet<string>,
  labels: readonly Label[],
): (TermEvidence | undefined)[] {
  return terms.map((term, number) => bestEvidence(term, (field) => matched.has(clauseName(number, field)), labels));
}

function bestEvidence(
  { words, labels: meant }: Meaning,
  standsIn: (field: TextField) => boolean,
  labels: readonly Label[],
): TermEvidence | undefined {
  const floor = words.length === 0 ? 0 : LABEL_FLOOR;
  const term = words.join(' ');
  const offers: TermEvidence[] = FIELDS.filter(standsIn).map((where) => ({
    term,
    evidence: FIELD_EVIDENCE[where],
    where,
  }));
  for (const { label, weight } of meant) {
    const score = labels.find((one) => one.label === label)?.score ?? 0;
    if (score > 0 && score >= floor)
      offers.push({ term: term || label, evidence: weight * score, where: 'label', label });
  }
  return offers.reduce<TermEvidence | undefined>(
    (best, offer) => (best === undefined || offer.evidence > best.evidence ? offer : best),
    undefined,
  );
}

function clauseName(number: number, field: TextField): string {
  return `${number}.${field}`;
}

/** A label that stands for itself has no words to look for. */
function fieldsOf({ words }: Meaning): readonly TextField[] {
  return words.length === 0 ? [] : FIELDS;
}

function scoredFields(term: Meaning, number: number, named: boolean): Clause[] {
  return fieldsOf(term).map((field) => {
    const name = named ? { _name: clauseName(number, field) } : {};
    return { constant_score: { filter: fieldClause(term, field), boost: FIELD_EVIDENCE[field], ...name } };
  });
}

/** Every word of the term, in any usual spelling, within one field. */
function fieldClause({ words }: Meaning, field: TextField): Clause {
  const all = words.map((word) => {
    const any = spellings(word).map((spelling) => ({ match_phrase: { [`text.${field}`]: spaced(spelling) } }));
    return any.length === 1 ? any[0] : { bool: { should: any, minimum_should_match: 1 } };
  });
  return { bool: { filter: all } };
}

/** Multiplied, not replaced: a replaced score would lose the boost of the term. */
function scoredLabels(term: Meaning): Clause[] {
  return term.labels.map(({ label, weight }) => ({
    nested: {
      path: 'labels',
      score_mode: 'max',
      query: {
        function_score: {
          query: { constant_score: { filter: carriesLabel(term, label) } },
          field_value_factor: { field: 'labels.score', factor: weight },
          boost_mode: 'multiply',
        },
      },
    },
  }));
}

/** A label that is itself the question counts however small its score. */
function carriesLabel({ words }: Meaning, label: string): Clause {
  const enough = words.length === 0 ? { gt: 0 } : { gte: LABEL_FLOOR };
  return { bool: { filter: [{ term: { 'labels.label': label } }, { range: { 'labels.score': enough } }] } };
}
