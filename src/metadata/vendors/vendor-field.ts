import type { Term } from '../../domain/terms.ts';

/** A term that a reader may state: `read` from a key as the header writes it, or `derived` from one or several. */
export interface VendorField {
  term: Term;
  from: string;
  how: 'read' | 'derived';
}

/** One form of header that a reader understands; docs/vendors.md is made of these. */
export interface HeaderForm {
  /** Name of the reader's folder, under which docs/peers-fields.json has what others read. */
  id: string;
  /** The vendor and where the header is. */
  title: string;
  /** Every term that the reader may state. */
  fields: readonly VendorField[];
  /** Made after the descriptions of others: no real file of this form has been at hand. */
  unseen?: true;
}

/** Fields that are read from the places of rules: one for each term, with its places in their order of preference. */
export function readFields(rules: readonly { term: Term; from: readonly string[] }[]): VendorField[] {
  const places = new Map<Term, string[]>();
  for (const { term, from } of rules) places.set(term, [...(places.get(term) ?? []), ...from]);
  return Array.from(places, ([term, from]) => ({ term, from: from.join(', '), how: 'read' }));
}
