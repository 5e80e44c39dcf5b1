import type { HeaderTerm } from '../domain/record.ts';
import { Acquisition, Instrument } from '../domain/record.ts';
import { termDefinition } from '../domain/terms.ts';

/** A form that programs of any maker write: its name is no vendor of an instrument. */
const COMMON_FORMS: ReadonlySet<string> = new Set(['OME']);

/**
 * Fields of `instrument` and `acquisition` from the terms of a header; the term table says which term fills which. The
 * vendor is that of the reader, where there is one.
 */
export function fillRecord(
  terms: readonly HeaderTerm[],
  vendor?: string,
): { instrument: Instrument; acquisition: Acquisition } {
  const instrument: Record<string, HeaderTerm['value']> =
    vendor === undefined || COMMON_FORMS.has(vendor) ? {} : { vendor };
  const acquisition: Record<string, HeaderTerm['value']> = {};
  for (const { term, value } of terms) {
    const definition = termDefinition(term);
    if (definition?.instrument !== undefined) instrument[definition.instrument] ??= value;
    if (definition?.acquisition !== undefined) acquisition[definition.acquisition] ??= value;
  }
  return { instrument: Instrument.parse(instrument), acquisition: Acquisition.parse(acquisition) };
}
