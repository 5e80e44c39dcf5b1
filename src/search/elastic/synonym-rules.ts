import { labelsBelow, shippedTaxonomy, type Taxonomy } from '../taxonomy.ts';

/**
 * The synonyms of the labels as rules of a `synonym_graph` filter: any word that stands for a label also finds the
 * label's name. They serve people who search the index by other means; our own searches weigh the same words one by one
 * (`evidence.ts`). Rules go one way: a search for "fibre" shall not find every "paper".
 */
export function synonymRules(taxonomy: Taxonomy = shippedTaxonomy()): string[] {
  const below = labelsBelow(taxonomy);
  return taxonomy.concepts.flatMap(({ label, prefLabel = {}, altLabel = {}, related = {} }) => {
    const names = (below.get(label) ?? [label]).map(plain);
    const terms = [prefLabel, altLabel, related].flatMap((byLanguage) => Object.values(byLanguage).flat());
    return terms
      .map(plain)
      .filter((term) => term !== '' && !names.includes(term))
      .map((term) => `${term} => ${[term, ...names].join(', ')}`);
  });
}

/** Commas, arrows and backslashes are syntax of the rules; our words have none, and this keeps it so. */
function plain(term: string): string {
  return term
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
