import { effectiveLabels } from '../domain/classification.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { Acquisition, Classification, Decision, Label, MicrographRecord } from '../domain/record.ts';
import type { TextField } from './evidence.ts';
import { RANGE_FIELD_NAMES, RANGE_FIELDS, type RangeField } from './range-fields.ts';
import { indexText } from './words.ts';

/** The embedding of a picture. Vectors are comparable only within one `space`: one backbone and one preprocessing. */
export interface EmbeddedPicture {
  space: string;
  vector: Float32Array;
}

/** The direction of a text among word vectors, of length 1. Comparable only within one `space`. */
export interface EmbeddedText {
  space: string;
  vector: Float32Array;
}

/** The direction of what was asked; nothing below `floor` is found by it (`MEANING_FLOOR` where absent). */
export interface AskedMeaning extends EmbeddedText {
  floor?: number;
}

/** What an index holds of a record: the one mapping for every kind of index. Numbers are SI. */
export interface IndexDocument {
  id: ContentHash;
  revision: number;
  name: string;
  /** File name of the JPEG in the record's folder. */
  picture?: string | undefined;
  vendor?: string | undefined;
  instrument?: string | undefined;
  instrumentId?: string | undefined;
  detector?: string | undefined;
  decision: Decision;
  /** `NAME VERSION` of the model that made the labels. */
  classifier?: string | undefined;
  /** Local time of the instrument, as in the record. */
  acquiredAt?: string | undefined;
  /** The same clock read as if it were UTC, in seconds since 1970. */
  acquiredS?: number | undefined;
  quantities: Partial<Record<RangeField, number>>;
  text: Record<TextField, string>;
  /** Those that count: a person's before the model's. */
  labels: readonly Label[];
  /** What a person said; it is the first of `labels`. */
  humanLabel?: string | undefined;
  /** Codes of its issues, each once. */
  issues: readonly string[];
  embedding?: EmbeddedPicture | undefined;
  /** Of the record's words and labels; absent where none of them is known. */
  meaning?: EmbeddedText | undefined;
}

/** Terms of a header that other fields hold already, or that concern a person. */
const NOT_INDEXED_TERMS = new Set(['operator', 'acquired_at', 'instrument_serial', 'software_version', 'vendor']);
/** Of one header value; longer ones are dumps, not words. */
const MAX_VALUE_CHARACTERS = 300;

/**
 * Makes the document of a record. Pure; the same record always gives the same document. `meaning` is the direction of
 * what `describeRecord` says of it.
 */
export function toIndexDocument(
  record: MicrographRecord,
  embedding?: EmbeddedPicture,
  meaning?: EmbeddedText,
): IndexDocument {
  const { instrument, acquisition, source } = record;
  return {
    id: record.id,
    revision: record.revision,
    name: source.name,
    picture: record.artefacts.find(({ role }) => role === 'jpeg')?.path,
    vendor: instrument.vendor,
    instrument: instrument.model,
    instrumentId: instrument.id,
    detector: acquisition.detector,
    ...labelFields(record.classification),
    acquiredAt: acquisition.acquiredAt,
    acquiredS: wallClockSeconds(acquisition.acquiredAt),
    quantities: quantitiesOf(acquisition),
    text: textOf(record),
    issues: [...new Set(record.issues.map(({ code }) => code))],
    embedding,
    meaning,
  };
}

/** What of a document follows from what is said of the picture, but for the meaning. */
export function labelFields(
  classification: Classification,
): Pick<IndexDocument, 'decision' | 'classifier' | 'labels' | 'humanLabel'> {
  const { decision, model, human } = classification;
  return {
    decision,
    classifier: model && `${model.name} ${model.version}`,
    labels: effectiveLabels(classification),
    humanLabel: human?.label,
  };
}

/**
 * Seconds since 1970 of a local ISO time ("2017-03-24T12:40:39"), read as if the clock ran on UTC; an offset behind it is
 * left out, because ranges ask for what the clock on the wall said. Undefined where it is no such time.
 */
export function wallClockSeconds(time: string | undefined): number | undefined {
  const local = time?.match(/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?/)?.[0];
  if (local === undefined) return undefined;
  const ms = Date.parse(local.includes('T') ? `${local}Z` : local);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

function quantitiesOf(acquisition: Acquisition): IndexDocument['quantities'] {
  const quantities: IndexDocument['quantities'] = {};
  for (const field of RANGE_FIELD_NAMES) {
    const value = acquisition[RANGE_FIELDS[field].source];
    if (value !== undefined) quantities[field] = value;
  }
  return quantities;
}

function textOf(record: MicrographRecord): IndexDocument['text'] {
  const { instrument, acquisition, source, issues, user } = record;
  return {
    // A path ends in the name.
    name: indexText([
      source.path,
      ...source.aliases.map(({ path }) => path),
      ...source.sidecars.map(({ name }) => name),
    ]),
    subject: indexText([acquisition.sampleName, user?.sample?.name, user?.project, ...(user?.keywords ?? [])]),
    instrument: indexText([
      instrument.vendor,
      instrument.model,
      instrument.id,
      instrument.emitter,
      acquisition.detector,
      acquisition.detectorMode,
      acquisition.beam,
    ]),
    header: indexText(headerWords(record)),
    issues: indexText(issues.flatMap(({ code, message }) => [code, message])),
  };
}

/** Values in words, and the names of what is switched on. Numbers are searched as ranges; names every header has tell nothing. */
function headerWords(record: MicrographRecord): string[] {
  const terms = (record.header?.terms ?? []).filter(({ term }) => !NOT_INDEXED_TERMS.has(term));
  return terms.flatMap(({ term, value }) => {
    if (typeof value === 'string') return value.length <= MAX_VALUE_CHARACTERS ? [value] : [];
    return value === true ? [term.replaceAll('_', ' ')] : [];
  });
}
