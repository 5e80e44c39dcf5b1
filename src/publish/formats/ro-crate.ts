import type { Artefact, MicrographRecord } from '../../domain/record.ts';
import { CRATE_CONTEXT, CRATE_DESCRIPTOR, fileIri, ref } from './crate-entities.ts';
import { type FormatDocument, type JsonObject, single } from './document.ts';
import {
  creatorsOf,
  type Described,
  descriptionOf,
  hashIri,
  instrumentName,
  keywordsOf,
  madeAt,
  orcidUrl,
  titleOf,
} from './facts.ts';
import { modelIri, subjectsOf } from './labels.ts';
import { licenceOf, NO_LICENCE } from './licence.ts';
import { type Measurement, measurementsOf } from './measurements.ts';
import { type Action, actionsOf, INSTRUMENT, SOFTWARE } from './ro-crate-actions.ts';

const PROFILE = 'https://w3id.org/ro/wfrun/process/0.5';
const NO_LICENCE_ID = '#no-licence';

/**
 * The folder of a record as an RO-Crate 1.1 with Process Run Crate 0.5: every file with its SHA-256 and size, how the
 * picture was taken, and which steps made what. Revision and aliases stay out of it, for they change without the files.
 */
export function roCrateOf(record: MicrographRecord): FormatDocument {
  const creators = creatorsOf(record);
  const licence = licenceOf(record);
  const actions = actionsOf(record);
  const values = measurementsOf(record);
  const graph = [
    CRATE_DESCRIPTOR,
    rootOf(record, actions, values),
    ...record.artefacts.filter(({ role }) => role !== 'ro-crate').map(fileOf),
    recordFile(record),
    originalOf(record),
    ...actions.map(({ id, ...action }) => ({ '@id': id, ...action })),
    ...instrument(record),
    ...people(record),
    licenceEntity(licence),
    ...values.map(propertyOf),
    ...labels(record),
    { '@id': PROFILE, '@type': ['CreativeWork'], name: 'Process Run Crate', version: '0.5' },
  ];
  const missing = [...(creators.length > 0 ? [] : ['author']), ...(licence ? [] : ['license'])];
  return { document: { '@context': CRATE_CONTEXT, '@graph': graph }, missing };
}

function rootOf(record: MicrographRecord, actions: readonly Action[], values: readonly Measurement[]): JsonObject {
  const keywords = keywordsOf(record);
  const subjects = subjectsOf(record);
  const creators = creatorsOf(record);
  return {
    '@id': './',
    '@type': 'Dataset',
    conformsTo: ref(PROFILE),
    name: titleOf(record),
    description: descriptionOf(record),
    identifier: hashIri(record.id),
    datePublished: madeAt(record).ended,
    license: ref(licenceId(record)),
    hasPart: [
      ...record.artefacts.filter(({ role }) => role !== 'ro-crate').map(({ path }) => ref(fileIri(path))),
      ref('record.json'),
    ],
    mentions: actions.map(({ id }) => ref(id)),
    ...(creators.length > 0 && { author: single(creators.map((_, i) => ref(personId(record, i)))) }),
    ...(keywords.length > 0 && { keywords }),
    variableMeasured: single(values.map(({ field }) => ref(`#${field}`))),
    ...(subjects.length > 0 && { about: single(subjects.map(({ rank }) => ref(`#label-${rank}`))) }),
  };
}

function fileOf({ path, bytes, sha256, mediaType, role }: Artefact): JsonObject {
  return {
    '@id': fileIri(path),
    '@type': 'File',
    name: path,
    description: FILE_KINDS[role],
    contentSize: String(bytes),
    sha256,
    encodingFormat: mediaType,
  };
}

const FILE_KINDS: Readonly<Record<Artefact['role'], string>> = {
  nexus: 'Pixels and metadata as NeXus NXem in HDF5',
  jpeg: 'The picture for people',
  header: 'A raw header of the microscope, as it stood in the file',
  sidecar: 'A file that the microscope wrote beside the picture',
  embedding: 'Embedding of the picture, float32, little-endian',
  'nffa-sem': 'Metadata in the NFFA-Europe schema for SEM',
  'ro-crate': 'This description',
};

/** Without checksum and size: record.json holds those of this crate. */
function recordFile({ provenance: { software } }: Described): JsonObject {
  return {
    '@id': 'record.json',
    '@type': 'File',
    name: 'record.json',
    description: `Everything that is known of the picture, as ${software} wrote it`,
    encodingFormat: 'application/json',
  };
}

/** The picture's own file is not in the crate, so it is no File of it. */
function originalOf({ source }: Described): JsonObject {
  return {
    '@id': hashIri(source.sha256),
    '@type': ['CreativeWork', 'ImageObject'],
    name: source.name,
    description: 'The file of the microscope that all files here were made from; it is not part of this crate',
    contentSize: String(source.bytes),
    sha256: source.sha256,
  };
}

function instrument(record: Described): JsonObject[] {
  const { id, vendor, model, serialNumber, emitter } = record.instrument;
  const name = instrumentName(record) ?? id;
  if (name === undefined) return [];
  return [
    {
      '@id': INSTRUMENT,
      '@type': 'IndividualProduct',
      name,
      ...(id !== undefined && { identifier: id }),
      ...(vendor !== undefined && { manufacturer: vendor }),
      ...(model !== undefined && { model }),
      ...(serialNumber !== undefined && { serialNumber }),
      ...(emitter !== undefined && { description: `Emitter: ${emitter}` }),
    },
  ];
}

function people(record: Described): JsonObject[] {
  const { software, version } = record.provenance;
  const creators = creatorsOf(record).map(({ name, email, affiliation, orcid }, i) => ({
    '@id': personId(record, i),
    '@type': 'Person',
    name: name ?? orcid,
    ...(email !== undefined && { email }),
    ...(affiliation !== undefined && { affiliation }),
  }));
  const { operator } = record.acquisition;
  return [
    { '@id': SOFTWARE, '@type': 'SoftwareApplication', name: software, version },
    ...creators,
    ...(operator === undefined ? [] : [{ '@id': '#operator', '@type': 'Person', name: operator }]),
  ];
}

function personId(record: Described, index: number): string {
  const orcid = creatorsOf(record)[index]?.orcid;
  return orcid === undefined ? `#creator-${index + 1}` : orcidUrl(orcid);
}

/** Of the entity that {@link licenceEntity} makes of the record's licence. */
export function licenceId(record: Described): string {
  const licence = licenceOf(record);
  return licence ? (licence.url ?? '#licence') : NO_LICENCE_ID;
}

/** A licence, or that there is none, as an entity of a crate. */
export function licenceEntity(licence: ReturnType<typeof licenceOf>): JsonObject {
  if (!licence) {
    return { '@id': NO_LICENCE_ID, '@type': 'CreativeWork', name: 'No licence stated', description: NO_LICENCE };
  }
  const { text, url, spdx } = licence;
  return {
    '@id': url ?? '#licence',
    '@type': 'CreativeWork',
    name: text,
    ...(spdx !== undefined && { identifier: spdx }),
    description: 'The licence that the owners of the picture state.',
  };
}

function propertyOf({ field, term, value, unit, iri, trust }: Measurement): JsonObject {
  return {
    '@id': `#${field}`,
    '@type': 'PropertyValue',
    name: term,
    value,
    ...(unit !== undefined && { unitText: unit }),
    ...(iri !== undefined && { propertyID: iri }),
    ...(trust !== undefined && { description: `Trust in this value: ${trust}` }),
  };
}

function labels(record: MicrographRecord): JsonObject[] {
  const { model } = record.classification;
  const terms = subjectsOf(record).map(({ label, rank, scheme, schemeUri }) => ({
    '@id': `#label-${rank}`,
    '@type': 'DefinedTerm',
    name: label,
    description: scheme,
    ...(schemeUri !== undefined && { inDefinedTermSet: ref(schemeUri) }),
  }));
  if (!model) return terms;
  const { name, version, sha256 } = model;
  const set = { '@id': modelIri(model), '@type': ['CreativeWork', 'DefinedTermSet'], name, version, sha256 };
  return [...terms, set];
}
