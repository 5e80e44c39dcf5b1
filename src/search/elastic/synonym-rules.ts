import { shippedTaxonomy, wordsOf } from '../taxonomy.ts';

/**
 * The synonyms of the labels as rules of a `synonym_graph` filter: any word that stands for a label also finds the
 * label's name. They serve people who search the index by other means; our own searches weigh the same words one by one
 * (`evidence.ts`). Rules go one way: a search for "fibre" shall not find every "paper".
 */
export function synonymRules(): string[] {
  return shippedTaxonomy().concepts.flatMap((concept) => {
    const name = plain(concept.label);
    return [...new Set(wordsOf(concept).map(plain))]
      .filter((term) => term !== '' && term !== name)
      .map((term) => `${term} => ${term}, ${name}`);
  });
}

/** Commas, arrows and backslashes are syntax of the rules; our words have none, and this keeps it so. */
function plain(term: string): string {
  return term
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
