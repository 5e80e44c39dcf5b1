import type { TextField } from '../evidence.ts';
import type { RangeField } from '../range-fields.ts';

/** One field of the mapping and what it is for. */
export interface FieldFacts {
  mapping: Record<string, unknown>;
  about: string;
}

/** Terms of Lucene end at 32,766 bytes: a longer value stays in the document and is not searched. */
const KEYWORD = { type: 'keyword', ignore_above: 8000 };
/** Only kept. */
const KEPT = { type: 'keyword', index: false, doc_values: false };
const EVERYTHING = 'everything';
const TEXT = { type: 'text', analyzer: 'words', norms: false, copy_to: EVERYTHING };

/** A facet, with a form for filters that ignore case. */
const FACET = { ...KEYWORD, fields: { folded: { ...KEYWORD, normalizer: 'folded' } } };

/** Where each quantity stands, in SI. */
export const QUANTITY_FIELDS: Readonly<Record<RangeField, string>> = {
  kv: 'acceleration_voltage_v',
  workingDistance: 'working_distance_m',
  pixelSize: 'pixel_size_m',
  fieldWidth: 'field_width_m',
  magnification: 'magnification',
  tilt: 'stage_tilt_rad',
  pressure: 'chamber_pressure_pa',
  dwell: 'dwell_time_s',
  probeCurrent: 'probe_current_a',
};

const TEXT_ABOUT: Readonly<Record<TextField, string>> = {
  name: 'file and folder names',
  subject: 'sample name, project and keywords',
  instrument: 'vendor, model, detector, emitter',
  header: 'other words of the vendor header',
  issues: 'words of the issues',
};

const LABELS = {
  type: 'nested',
  properties: { label: KEYWORD, score: { type: 'double' }, rank: { type: 'short' }, model: KEYWORD },
};

/** Every field but the vectors, whose dimensions are known only when the first one comes. */
export const FIELDS: Readonly<Record<string, FieldFacts>> = {
  id: { mapping: KEYWORD, about: 'SHA-256 of the picture file; also the `_id`' },
  revision: { mapping: { type: 'long' }, about: 'of the record; also the external `_version`' },
  order: { mapping: { type: 'long' }, about: 'when it was indexed, in microseconds since 1970; parts equals' },
  name: { mapping: FACET, about: 'file name' },
  picture: { mapping: KEPT, about: "file name of the JPEG in the record's folder" },
  vendor: { mapping: FACET, about: 'of the instrument' },
  instrument: { mapping: FACET, about: 'its model' },
  instrument_id: { mapping: KEYWORD, about: 'its id in the configuration' },
  detector: { mapping: FACET, about: 'that made the picture' },
  acquired: { mapping: { type: 'date' }, about: "the instrument's wall clock, read as if it were UTC" },
  acquired_at: { mapping: KEPT, about: 'the same as it stands in the record' },
  ...quantities(),
  decision: { mapping: KEYWORD, about: '`accepted`, `suggested`, `review` or `none`' },
  classifier: { mapping: KEYWORD, about: 'name and version of the model that made the labels' },
  human_label: { mapping: KEYWORD, about: 'what a person said that the picture shows' },
  labels: { mapping: LABELS, about: 'every label with its score, rank and model' },
  label: { mapping: { ...KEYWORD, copy_to: EVERYTHING }, about: 'labels that a filter for them takes, for facets' },
  accepted_label: { mapping: KEYWORD, about: 'the first label where the decision is `accepted`, for facets' },
  issues: { mapping: KEYWORD, about: 'codes of the issues' },
  text: { mapping: { properties: texts() }, about: textsAbout() },
  [EVERYTHING]: {
    mapping: { type: 'text', analyzer: 'words', search_analyzer: 'words_and_synonyms' },
    about: 'all words and labels, searched with the synonyms of the labels: what Kibana searches by default',
  },
  image_space: { mapping: KEYWORD, about: 'which embeddings `image_vector` may be compared with' },
  image_vector: { mapping: { properties: {} }, about: 'embedding of the picture, in a field `d<dimensions>`' },
  text_space: { mapping: KEYWORD, about: 'which word vectors `text_vector` may be compared with' },
  text_vector: { mapping: { properties: {} }, about: 'direction of the words and labels, in a field `d<dimensions>`' },
};

/** The two families of vectors; each has one field for every number of dimensions. */
export const VECTOR_FAMILIES = ['image', 'text'] as const;
export type VectorFamily = (typeof VECTOR_FAMILIES)[number];

/** Where vectors of a family and length are, e.g. `image_vector.d1280`. */
export function vectorField(family: VectorFamily, dimensions: number): string {
  return `${family}_vector.d${dimensions}`;
}

/** A vector field: 8 bits a dimension for the graph, the floats kept for exact cosines. */
export function vectorMapping(dimensions: number): Record<string, unknown> {
  return { type: 'dense_vector', dims: dimensions, similarity: 'cosine', index_options: { type: 'int8_hnsw' } };
}

function quantities(): Record<string, FieldFacts> {
  return Object.fromEntries(
    Object.values(QUANTITY_FIELDS).map((field) => [field, { mapping: { type: 'double' }, about: 'in SI' }]),
  );
}

function texts(): Record<string, unknown> {
  return Object.fromEntries(Object.keys(TEXT_ABOUT).map((field) => [field, TEXT]));
}

function textsAbout(): string {
  return Object.entries(TEXT_ABOUT)
    .map(([field, about]) => `\`text.${field}\`: ${about}`)
    .join('; ');
}
