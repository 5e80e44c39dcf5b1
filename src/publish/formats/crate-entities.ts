import type { JsonObject } from './document.ts';

/** The name that every reader of crates looks for. */
export const CRATE_FILE = 'ro-crate-metadata.json';

/** The context of RO-Crate 1.1, and the one term we need that it lacks, as https://w3id.org/ro/terms/workflow-run has it. */
export const CRATE_CONTEXT = [
  'https://w3id.org/ro/crate/1.1/context',
  { sha256: 'https://w3id.org/ro/terms/workflow-run#sha256' },
] as const;

/** The entity that says what the other entities of a crate of RO-Crate 1.1 are about. */
export const CRATE_DESCRIPTOR: JsonObject = {
  '@id': CRATE_FILE,
  '@type': 'CreativeWork',
  conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
  about: { '@id': './' },
};

export function ref(id: string): JsonObject {
  return { '@id': id };
}

/** A file's name as the relative IRI that a crate needs. */
export function fileIri(name: string): string {
  return encodeURIComponent(name);
}
