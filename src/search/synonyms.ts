import { LABEL_SYNONYMS, type LabelSynonyms, RELATED_WEIGHT } from './label-synonyms.ts';
import { foldTerm, queryWords } from './words.ts';

/** A label that a word of the query stands for; `weight` is 1 for a name of it, less for a related word. */
export interface LabelMeaning {
  label: string;
  weight: number;
}

/** Words of a query that are understood together, and the labels they stand for. */
export interface Meaning {
  words: string[];
  labels: LabelMeaning[];
}

export interface Thesaurus {
  /** Parts the words of a query into terms, the longest known first ("afm probe" before "probe"). */
  understand(text: string): Meaning[];
  /** The labels that a name given as a filter means; the name itself where none is known. */
  labelsNamed(name: string): string[];
}

/**
 * The synonyms of the taxonomy together with the labels of the user's own models (`known`), which are found by their
 * name and, word for word, by its parts.
 */
export function createThesaurus(
  known: readonly string[],
  taxonomy: readonly LabelSynonyms[] = LABEL_SYNONYMS,
): Thesaurus {
  const meanings = new Map<string, Map<string, number>>();
  const add = (term: string, label: string, weight: number): void => {
    const folded = foldTerm(term);
    if (folded === '') return;
    const labels = meanings.get(folded) ?? new Map<string, number>();
    labels.set(label, Math.max(weight, labels.get(label) ?? 0));
    meanings.set(folded, labels);
  };
  for (const { label, exact, related } of taxonomy) {
    for (const term of [label, ...exact]) add(term, label, 1);
    for (const term of related) add(term, label, RELATED_WEIGHT);
  }
  const inTaxonomy = new Set(taxonomy.map(({ label }) => label));
  for (const label of known) {
    if (inTaxonomy.has(label)) continue;
    add(label, label, 1);
    for (const part of queryWords(label.replaceAll(/[_\W]+/gu, ' '))) add(part, label, RELATED_WEIGHT);
  }
  const longest = Math.max(1, ...[...meanings.keys()].map((term) => term.split(' ').length));

  return {
    understand: (text) => understand(queryWords(text), meanings, longest),
    labelsNamed: (name) => {
      const labels = [...(labelsOf(meanings, name) ?? [])].filter(([, weight]) => weight === 1);
      return labels.length > 0 ? labels.map(([label]) => label) : [name];
    },
  };
}

function understand(words: readonly string[], meanings: Map<string, Map<string, number>>, longest: number): Meaning[] {
  const found: Meaning[] = [];
  let start = 0;
  while (start < words.length) {
    const taken = longestTerm(words, start, meanings, longest);
    const group = words.slice(start, start + taken);
    const labels = labelsOf(meanings, group.join(' '));
    found.push({ words: group, labels: [...(labels ?? [])].map(([label, weight]) => ({ label, weight })) });
    start += taken;
  }
  return found;
}

function longestTerm(
  words: readonly string[],
  start: number,
  meanings: Map<string, Map<string, number>>,
  longest: number,
): number {
  for (let length = Math.min(longest, words.length - start); length > 1; length--) {
    if (labelsOf(meanings, words.slice(start, start + length).join(' ')) !== undefined) return length;
  }
  return 1;
}

/** "nano-wire" and "nano wire" are found under "nanowire" too. */
function labelsOf(meanings: Map<string, Map<string, number>>, term: string): Map<string, number> | undefined {
  const folded = foldTerm(term);
  return meanings.get(folded) ?? meanings.get(folded.replaceAll(' ', ''));
}
