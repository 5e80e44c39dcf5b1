import type { HeaderTerm } from '../domain/record.ts';
import { Acquisition, Instrument } from '../domain/record.ts';
import type { TermDefinition } from '../domain/terms.ts';
import { TERMS } from '../domain/terms.ts';

/** A form that programs of any maker write: its name is no vendor of an instrument. */
const COMMON_FORMS: ReadonlySet<string> = new Set(['OME']);

type Values = Map<string, HeaderTerm['value']>;

const DEFINITIONS: ReadonlyMap<string, TermDefinition> = new Map(Object.entries(TERMS));
const INSTRUMENT_FIELDS = Object.keys(Instrument.shape);
const ACQUISITION_FIELDS = Object.keys(Acquisition.shape);

/**
 * The values in the order of the record's fields. The table of terms gives each value the type of its field, so the schema
 * is not asked again of every picture; tests ask it of every sample and of damaged headers.
 */
function section(values: Values, fields: readonly string[]): Record<string, HeaderTerm['value']> {
  const filled: Record<string, HeaderTerm['value']> = {};
  for (const field of fields) {
    const value = values.get(field);
    if (value !== undefined) filled[field] = value;
  }
  return filled;
}

/**
 * Fields of `instrument` and `acquisition` from the terms of a header; the term table says which term fills which. The
 * vendor is that of the reader, where there is one.
 */
export function fillRecord(
  terms: readonly HeaderTerm[],
  vendor?: string,
): { instrument: Instrument; acquisition: Acquisition } {
  const instrument: Values = new Map();
  const acquisition: Values = new Map();
  if (vendor !== undefined && !COMMON_FORMS.has(vendor)) instrument.set('vendor', vendor);
  // The first statement of a field counts.
  const fill = (values: Values, field: string | undefined, value: HeaderTerm['value']): void => {
    if (field !== undefined && !values.has(field)) values.set(field, value);
  };
  for (const { term, value } of terms) {
    const definition = DEFINITIONS.get(term);
    fill(instrument, definition?.instrument, value);
    fill(acquisition, definition?.acquisition, value);
  }
  return {
    instrument: section(instrument, INSTRUMENT_FIELDS),
    acquisition: section(acquisition, ACQUISITION_FIELDS),
  };
}
