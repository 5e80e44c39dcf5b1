import { FIELD_EVIDENCE, type TextField } from '../search/evidence.ts';
import type { Meaning } from '../search/synonyms.ts';
import { spaced, spellings } from '../search/words.ts';

/** Fields of equal evidence, which can be asked together, by that evidence. */
export const FIELD_GROUPS: ReadonlyMap<number, readonly TextField[]> = groupFields();

/**
 * The FTS5 expression for a term within some fields: every word of it, in any usual spelling. Each is quoted, so that
 * nothing a person types is syntax.
 */
export function textExpression(meaning: Meaning, fields: readonly TextField[]): string {
  const words = meaning.words.map((word) => {
    const quoted = spellings(word).map((spelling) => `"${spaced(spelling).replaceAll('"', '""')}"`);
    return `(${quoted.join(' OR ')})`;
  });
  return `{${fields.join(' ')}} : (${words.join(' AND ')})`;
}

function groupFields(): Map<number, TextField[]> {
  const groups = new Map<number, TextField[]>();
  for (const [field, evidence] of Object.entries(FIELD_EVIDENCE)) {
    groups.set(evidence, [...(groups.get(evidence) ?? []), field as TextField]);
  }
  return groups;
}
