import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { PACKAGE_ROOT } from '../software.ts';

const words = z.array(z.string().trim().min(1).max(100)).max(500);
const perLanguage = z.record(z.string().regex(/^[a-z]{2,3}$/), words);

/** One concept in the manner of SKOS: a label of a model, or a group of such labels (`narrower`) that no model gives. */
export const Concept = z.strictObject({
  /** As the model writes it. */
  label: z.string().trim().min(1).max(100),
  prefLabel: z.record(z.string().regex(/^[a-z]{2,3}$/), z.string().trim().min(1).max(100)).optional(),
  /** What such pictures show, rich in words: searches by meaning compare with it. English. */
  definition: z.string().trim().min(1).max(2000).optional(),
  /** Names of the concept itself and of what can only be it, by language. */
  altLabel: perLanguage.optional(),
  /** Words that suggest the concept among others. */
  related: perLanguage.optional(),
  broader: z.array(z.string()).optional(),
  /** Labels that the names of this concept mean too. */
  narrower: z.array(z.string()).optional(),
});
export type Concept = z.infer<typeof Concept>;

/** The words of a vocabulary of labels. The user's own file has the same form. */
export const Taxonomy = z.strictObject({
  id: z.string().optional(),
  title: z.string().optional(),
  source: z.string().optional(),
  concepts: z.array(Concept).min(1).max(1000),
});
export type Taxonomy = z.infer<typeof Taxonomy>;

const SHIPPED_FILE = join(PACKAGE_ROOT, 'assets', 'taxonomy.json');
let shipped: Taxonomy | undefined;

/** The taxonomy of the package: the ten NFFA-EUROPE categories. Read once. */
export function shippedTaxonomy(): Taxonomy {
  shipped ??= readTaxonomy(SHIPPED_FILE);
  return shipped;
}

/**
 * Reads a taxonomy file (JSON).
 * @throws IngestError `config/invalid` where it cannot be read or has another form.
 */
export function readTaxonomy(path: string): Taxonomy {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new IngestError('config/invalid', `Cannot read the taxonomy "${path}": ${errorMessage(error)}.`, {
      cause: error,
    });
  }
  const parsed = Taxonomy.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new IngestError('config/invalid', `Cannot read the taxonomy "${path}": ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}

/** The taxonomy with the user's laid over it: what a concept of his says replaces what the same label's said; others are added. */
export function extendTaxonomy(base: Taxonomy, own: Taxonomy): Taxonomy {
  const concepts = new Map(base.concepts.map((concept) => [concept.label, concept]));
  for (const concept of own.concepts) concepts.set(concept.label, { ...concepts.get(concept.label), ...concept });
  return { ...base, ...own, concepts: [...concepts.values()] };
}

/**
 * Every label with the labels that mean it too: its own, and those below it by `narrower` or `broader`, through any number
 * of steps.
 */
export function labelsBelow({ concepts }: Taxonomy): Map<string, string[]> {
  const below = (label: string): string[] => [
    ...(concepts.find((concept) => concept.label === label)?.narrower ?? []),
    ...concepts.filter(({ broader }) => broader?.includes(label)).map((concept) => concept.label),
  ];
  return new Map(
    concepts.map(({ label }) => {
      const found = new Set([label]);
      for (const one of found) for (const next of below(one)) found.add(next);
      return [label, [...found]];
    }),
  );
}

/** A text that tells what a label means: its definition, else its English name, else the label as words. */
export function meaningOf(label: string, { concepts }: Taxonomy): string {
  const concept = concepts.find((one) => one.label === label);
  return concept?.definition ?? concept?.prefLabel?.['en'] ?? label.replaceAll(/[_\W]+/gu, ' ');
}
