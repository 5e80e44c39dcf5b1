import type { HeaderTerm } from '../domain/record.ts';
import { Acquisition, Instrument } from '../domain/record.ts';
import type { TermDefinition } from '../domain/terms.ts';
import { TERMS } from '../domain/terms.ts';

/** A form that programs of any maker write: its name is no vendor of an instrument. */
const COMMON_FORMS: ReadonlySet<string> = new Set(['OME']);

type Value = HeaderTerm['value'];
/** One place for each field of a section, in their order. */
type Values = (Value | undefined)[];

const INSTRUMENT_FIELDS = Object.keys(Instrument.shape);
const ACQUISITION_FIELDS = Object.keys(Acquisition.shape);
const VENDOR_PLACE = INSTRUMENT_FIELDS.indexOf('vendor');

/** Which places a term fills; -1: none. */
const PLACES: ReadonlyMap<string, { instrument: number; acquisition: number }> = new Map(
  Object.entries<TermDefinition>(TERMS).map(([term, { instrument = '', acquisition = '' }]) => [
    term,
    { instrument: INSTRUMENT_FIELDS.indexOf(instrument), acquisition: ACQUISITION_FIELDS.indexOf(acquisition) },
  ]),
);

/** The first statement of a field counts. */
function fill(values: Values, place: number, value: Value): void {
  if (place >= 0 && values[place] === undefined) values[place] = value;
}

/**
 * The values in the order of the record's fields. The table of terms gives each value the type of its field, so the schema
 * is not asked again of every picture; tests ask it of every sample and of damaged headers.
 */
function section(values: Values, fields: readonly string[]): Record<string, Value> {
  const filled: Record<string, Value> = {};
  for (let place = 0; place < fields.length; place++) {
    const value = values[place];
    if (value !== undefined) filled[fields[place] as string] = value;
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
  const instrument: Values = INSTRUMENT_FIELDS.map(() => undefined);
  const acquisition: Values = ACQUISITION_FIELDS.map(() => undefined);
  if (vendor !== undefined && !COMMON_FORMS.has(vendor)) instrument[VENDOR_PLACE] = vendor;
  for (const { term, value } of terms) {
    const places = PLACES.get(term);
    if (places === undefined) continue;
    fill(instrument, places.instrument, value);
    fill(acquisition, places.acquisition, value);
  }
  return {
    instrument: section(instrument, INSTRUMENT_FIELDS),
    acquisition: section(acquisition, ACQUISITION_FIELDS),
  };
}
