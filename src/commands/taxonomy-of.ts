import type { Config } from '../config/schema.ts';
import { extendTaxonomy, readTaxonomy, shippedTaxonomy, type Taxonomy } from '../search/taxonomy.ts';

/**
 * The categories and their words: those of the package, with the user's own laid over them.
 * @throws IngestError `config/invalid` where the user's file cannot be read.
 */
export function taxonomyOf({ search }: Readonly<Config>): Taxonomy {
  return search.taxonomy === undefined
    ? shippedTaxonomy()
    : extendTaxonomy(shippedTaxonomy(), readTaxonomy(search.taxonomy));
}
