import { z } from 'zod';
import { ContentHash } from '../../domain/ids.ts';
import { Decision, Label } from '../../domain/record.ts';
import type { EmbeddedPicture, EmbeddedText, IndexDocument } from '../document.ts';
import { LABEL_FILTER_SCORE } from '../evidence.ts';
import { RANGE_FIELD_NAMES } from '../range-fields.ts';
import { QUANTITY_FIELDS, type VectorFamily } from './fields.ts';

/** What a hit needs of a document's `_source`; stored by us, read back from a server that others can write to. */
export const HitSource = z.object({
  id: ContentHash,
  revision: z.int(),
  name: z.string(),
  picture: z.string().optional(),
  vendor: z.string().optional(),
  instrument: z.string().optional(),
  detector: z.string().optional(),
  decision: Decision,
  acquired_at: z.string().optional(),
  human_label: z.string().optional(),
  acceleration_voltage_v: z.number().optional(),
  pixel_size_m: z.number().optional(),
  field_width_m: z.number().optional(),
  labels: z.array(Label.loose()).default([]),
  issues: z.array(z.string()).default([]),
});
export type HitSource = z.infer<typeof HitSource>;

/** The fields of {@link HitSource}, to ask for nothing else. */
export const HIT_FIELDS = Object.keys(HitSource.shape);

/** How vectors are written: Base64 costs a quarter of the bytes of numbers, but only servers since 9.3 read it. */
export type VectorEncoding = 'base64' | 'numbers';

/** The `_source` of a document: everything that it holds, so that an index can be made anew from another. */
export function toSource(document: IndexDocument, order: number, encoding: VectorEncoding): Record<string, unknown> {
  const { labels, classifier, acquiredS, decision } = document;
  const names = labels.filter(({ rank, score }) => rank === 1 || score >= LABEL_FILTER_SCORE);
  return {
    id: document.id,
    revision: document.revision,
    order,
    name: document.name,
    picture: document.picture,
    vendor: document.vendor,
    instrument: document.instrument,
    instrument_id: document.instrumentId,
    detector: document.detector,
    acquired: acquiredS === undefined ? undefined : new Date(acquiredS * 1000).toISOString(),
    acquired_at: document.acquiredAt,
    ...quantities(document),
    decision,
    classifier,
    human_label: document.humanLabel,
    labels: labels.map(({ label, score, rank }) => ({
      label,
      score,
      rank,
      model: label === document.humanLabel ? undefined : classifier,
    })),
    label: names.map(({ label }) => label),
    accepted_label: decision === 'accepted' ? labels.find(({ rank }) => rank === 1)?.label : undefined,
    issues: document.issues,
    text: document.text,
    ...vectorSource('image', document.embedding, encoding),
    ...vectorSource('text', document.meaning, encoding),
  };
}

/** The longest vector that Elasticsearch takes. */
const MAX_DIMENSIONS = 4096;

/**
 * Whether the server can compare a vector: not an empty or a zero one, which has no direction, nor what its single floats
 * cannot hold. It would refuse the whole document for such a vector.
 */
export function isComparable(vector: Float32Array): boolean {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const single = Math.fround(squares);
  return Number.isFinite(single) && single > 0 && vector.length <= MAX_DIMENSIONS;
}

function quantities({ quantities: values }: IndexDocument): Record<string, number | undefined> {
  return Object.fromEntries(RANGE_FIELD_NAMES.map((field) => [QUANTITY_FIELDS[field], values[field]]));
}

function vectorSource(
  family: VectorFamily,
  embedded: EmbeddedPicture | EmbeddedText | undefined,
  encoding: VectorEncoding,
): Record<string, unknown> {
  if (embedded === undefined || !isComparable(embedded.vector)) return {};
  const { space, vector } = embedded;
  const written = encoding === 'base64' ? base64(vector) : [...vector];
  return { [`${family}_space`]: space, [`${family}_vector`]: { [`d${vector.length}`]: written } };
}

/** Elasticsearch reads the floats with the highest byte first. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  for (let at = 0; at < vector.length; at++) bytes.writeFloatBE(vector[at] ?? 0, at * Float32Array.BYTES_PER_ELEMENT);
  return bytes.toString('base64');
}
