import type { HeaderTerm, MicrographRecord } from '../../domain/record.ts';
import { TERMS, type TermDefinition, termUnit } from '../../domain/terms.ts';

/** One value of the acquisition, in SI. */
export interface Measurement {
  /** Name of the field in record.json, which ends in its unit. */
  field: string;
  /** Normalised name of the term. */
  term: string;
  value: number | string | boolean;
  /** SI, or `%`; absent for texts, switches and plain numbers. */
  unit?: string;
  /** Term of the EM Glossary v2. */
  iri?: string;
  /** Set where the value is less than measured or derived. */
  trust?: HeaderTerm['trust'];
}

const EMG = 'https://purls.helmholtz-metadaten.de/emg/';
/** EM Glossary v2.0.0. It has no terms for magnification, field of view, pixel size and scan rotation. */
const IRIS: Readonly<Record<string, string>> = {
  acceleration_voltage: `${EMG}EMG_00000004`,
  probe_current: `${EMG}EMG_00000006`,
  dwell_time: `${EMG}EMG_00000015`,
  emission_current: `${EMG}EMG_00000025`,
  working_distance: `${EMG}EMG_00000050`,
};
/** Said elsewhere in a document, or of people. */
const NOT_MEASURED = new Set(['acquired_at', 'operator', 'sample_name']);

const FIELDS = Object.entries<TermDefinition>(TERMS).flatMap(([term, definition]) =>
  definition.acquisition === undefined || NOT_MEASURED.has(term)
    ? []
    : [{ term, field: definition.acquisition, unit: termUnit(definition), iri: IRIS[term] }],
);

/** Every value of the acquisition that the record states; people, sample and time stand elsewhere. */
export function measurementsOf({
  acquisition,
  header,
}: Pick<MicrographRecord, 'acquisition' | 'header'>): Measurement[] {
  const doubtful = new Map<string, HeaderTerm['trust']>();
  for (const { term, trust } of header?.terms ?? []) {
    if (trust === 'low' || trust === 'conflict') doubtful.set(term, trust);
  }
  return FIELDS.flatMap(({ term, field, unit, iri }) => {
    const value = acquisition[field];
    const trust = doubtful.get(term);
    if (value === undefined) return [];
    return [{ field, term, value, ...(unit && { unit }), ...(iri && { iri }), ...(trust && { trust }) }];
  });
}
