import { createThesaurus } from './synonyms.ts';
import { meaningOf, type Taxonomy } from './taxonomy.ts';
import type { TextPart } from './text-embedder.ts';

/**
 * Share of what the taxonomy says of the labels that the words stand for, beside the words themselves. Words alone mislead
 * where they are at home in another field ("aluminium foam" lies among metals). Of 0, 0.25, 0.5, 1 and 2, 1 and 2 were best
 * and alike for the tuning half of test/evaluation/queries.json.
 */
const LABELS_WEIGHT = 1;

/** The text of a query for searches by meaning: its words, in English where the taxonomy has it, and the labels they stand for. */
export function describeQuery(words: string, taxonomy: Taxonomy): TextPart[] {
  const thesaurus = createThesaurus([], taxonomy);
  const terms = thesaurus.understand(words);
  const labels = terms.flatMap((term) => term.labels);
  const total = labels.reduce((sum, { weight }) => sum + weight, 0);
  return [
    { text: terms.map((term) => thesaurus.inEnglish(term.words)).join(' '), weight: 1 },
    ...labels.map(({ label, weight }) => ({
      text: meaningOf(label, taxonomy),
      weight: (LABELS_WEIGHT * weight * weight) / total,
    })),
  ];
}
