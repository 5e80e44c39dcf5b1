import { RELATED_WEIGHT } from './evidence.ts';
import { type Concept, labelsBelow, shippedTaxonomy, type Taxonomy } from './taxonomy.ts';
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
  /** The English for words of another language, as far as the taxonomy has it; else the words themselves. */
  inEnglish(words: readonly string[]): string;
}

type Weights = Map<string, number>;

/** Endings of German compounds are looked for from this length on: "Glasfasern" ends in "fasern". */
const SHORTEST_ENDING = 6;

/** Made once for a taxonomy and the labels of an index: it takes as long as a search. */
const made = new WeakMap<Taxonomy, Map<string, Thesaurus>>();

/**
 * The words of the taxonomy together with the labels of the user's own models (`known`), which are found by their name
 * and, word for word, by its parts.
 */
export function createThesaurus(known: readonly string[], taxonomy: Taxonomy = shippedTaxonomy()): Thesaurus {
  const byLabels = made.get(taxonomy) ?? new Map<string, Thesaurus>();
  made.set(taxonomy, byLabels);
  const key = JSON.stringify(known);
  const thesaurus = byLabels.get(key) ?? makeThesaurus(known, taxonomy);
  if (byLabels.size >= MOST_MADE) byLabels.clear();
  byLabels.set(key, thesaurus);
  return thesaurus;
}

/** The labels of an index change a few times in its life. */
const MOST_MADE = 8;

function makeThesaurus(known: readonly string[], taxonomy: Taxonomy): Thesaurus {
  const meanings = new Map<string, Weights>();
  const english = new Map<string, string>();
  const below = labelsBelow(taxonomy);
  const add = (term: string, label: string, weight: number): void => {
    const folded = foldTerm(term);
    if (folded === '') return;
    const labels: Weights = meanings.get(folded) ?? new Map();
    for (const one of below.get(label) ?? [label]) labels.set(one, Math.max(weight, labels.get(one) ?? 0));
    meanings.set(folded, labels);
  };
  for (const concept of taxonomy.concepts) addConcept(concept, add, english);
  // A word that English has too is left as it is: "Film", "Filter".
  for (const concept of taxonomy.concepts) {
    for (const term of englishTerms(concept)) english.delete(foldTerm(term));
  }
  const inTaxonomy = new Set(taxonomy.concepts.map(({ label }) => label));
  for (const label of known) {
    if (inTaxonomy.has(label)) continue;
    add(label, label, 1);
    for (const part of queryWords(label.replaceAll(/[_\W]+/gu, ' '))) add(part, label, RELATED_WEIGHT);
  }
  const longest = Math.max(1, ...[...meanings.keys()].map((term) => term.split(' ').length));
  const labelsOf = createLookup(meanings, english);

  return {
    understand: (text) => understand(queryWords(text), labelsOf, longest),
    labelsNamed: (name) => {
      const labels = [...(labelsOf(name) ?? [])].filter(([, weight]) => weight === 1);
      return labels.length > 0 ? labels.map(([label]) => label) : [name];
    },
    inEnglish: (words) => {
      const folded = foldTerm(words.join(' '));
      return english.get(folded) ?? english.get(endingOf(folded, english) ?? '') ?? words.join(' ');
    },
  };
}

function englishTerms({ prefLabel, altLabel, related }: Concept): string[] {
  return [prefLabel?.['en'] ?? [], altLabel?.['en'] ?? [], related?.['en'] ?? []].flat();
}

function addConcept(
  concept: Concept,
  add: (term: string, label: string, weight: number) => void,
  english: Map<string, string>,
): void {
  const { label, prefLabel = {}, altLabel = {}, related = {} } = concept;
  const name = prefLabel['en'];
  const enter = (language: string, term: string, weight: number): void => {
    add(term, label, weight);
    if (language !== 'en' && name !== undefined) english.set(foldTerm(term), name);
  };
  add(label, label, 1);
  for (const [language, term] of Object.entries(prefLabel)) enter(language, term, 1);
  for (const [language, terms] of Object.entries(altLabel)) for (const term of terms) enter(language, term, 1);
  for (const [language, terms] of Object.entries(related))
    for (const term of terms) enter(language, term, RELATED_WEIGHT);
}

function understand(
  words: readonly string[],
  labelsOf: (term: string) => Weights | undefined,
  longest: number,
): Meaning[] {
  const found: Meaning[] = [];
  let start = 0;
  while (start < words.length) {
    const taken = longestTerm(words, start, labelsOf, longest);
    const group = words.slice(start, start + taken);
    const labels = labelsOf(group.join(' '));
    found.push({ words: group, labels: [...(labels ?? [])].map(([label, weight]) => ({ label, weight })) });
    start += taken;
  }
  return found;
}

function longestTerm(
  words: readonly string[],
  start: number,
  labelsOf: (term: string) => Weights | undefined,
  longest: number,
): number {
  for (let length = Math.min(longest, words.length - start); length > 1; length--) {
    if (labelsOf(words.slice(start, start + length).join(' ')) !== undefined) return length;
  }
  return 1;
}

/** "nano-wire" and "nano wire" are found under "nanowire" too; a compound of another language suggests what it ends in. */
function createLookup(
  meanings: ReadonlyMap<string, Weights>,
  english: ReadonlyMap<string, string>,
): (term: string) => Weights | undefined {
  return (term) => {
    const folded = foldTerm(term);
    const known = meanings.get(folded) ?? meanings.get(folded.replaceAll(' ', ''));
    if (known !== undefined) return known;
    const ending = meanings.get(endingOf(folded, english) ?? '');
    return ending && new Map([...ending].map(([label, weight]) => [label, Math.min(weight, RELATED_WEIGHT)]));
  };
}

/** The longest word of another language that a single word ends in. */
function endingOf(word: string, foreign: ReadonlyMap<string, string>): string | undefined {
  if (word.includes(' ')) return undefined;
  for (let at = 1; at <= word.length - SHORTEST_ENDING; at++) {
    if (foreign.has(word.slice(at))) return word.slice(at);
  }
  return undefined;
}
