import type { MicrographRecord } from '../../domain/record.ts';
import type { FormatDocument, JsonObject } from './document.ts';
import { acquiredAt, creatorsOf, hashIri, instrumentName, madeAt, orcidUrl } from './facts.ts';
import { ranked } from './labels.ts';

const ORIGINAL = 'acquire';
type Relation = Record<string, JsonObject>;

/**
 * Where a record comes from, as PROV-JSON (W3C member submission of 24 April 2013). Files are entities named by their
 * SHA-256, so that documents of several records can be joined; what else a record speaks of is named below its own IRI.
 */
export function provOf(record: MicrographRecord): FormatDocument {
  const original = `sha256:${record.source.sha256}`;
  const files = filesOf(record, original);
  const sidecars = new Set(record.artefacts.filter(({ role }) => role === 'sidecar').map(entityOf));
  const made = Object.keys(files).filter((entity) => entity !== original && !sidecars.has(entity));
  const { model, labels } = record.classification;
  const isClassified = model !== undefined && labels.length > 0;
  const document: JsonObject = {
    prefix: {
      sha256: hashIri(''),
      record: `${hashIri(record.id)}#`,
      schema: 'http://schema.org/',
      orcid: orcidUrl(''),
    },
    entity: { ...files, ...(isClassified && classificationEntities(record)) },
    activity: activities(record, isClassified),
    agent: agents(record),
    used: numbered('used', [
      usage('record:convert', original),
      ...[...sidecars].map((entity) => usage('record:convert', entity)),
      ...(isClassified ? [usage('record:classify', original), usage('record:classify', `sha256:${model.sha256}`)] : []),
    ]),
    wasGeneratedBy: numbered('made', [
      generation(original, `record:${ORIGINAL}`),
      ...made.map((entity) => generation(entity, 'record:convert')),
      ...(isClassified ? [generation('record:labels', 'record:classify')] : []),
    ]),
    wasDerivedFrom: numbered(
      'derived',
      made.map((entity) => ({ 'prov:generatedEntity': entity, 'prov:usedEntity': original })),
    ),
    wasAssociatedWith: numbered('by', associations(record, isClassified)),
    ...(creatorsOf(record).length > 0 && {
      wasAttributedTo: numbered(
        'owner',
        creatorsOf(record).map((_, i) => ({ 'prov:entity': original, 'prov:agent': creatorId(record, i) })),
      ),
    }),
  };
  const missing = [
    ...(acquiredAt(record) ? [] : ['prov:startTime of the acquisition']),
    ...(creatorsOf(record).length > 0 ? [] : ['wasAttributedTo']),
  ];
  return { document, missing };
}

function entityOf({ sha256 }: { sha256: string }): string {
  return `sha256:${sha256}`;
}

/** By content: the same bytes under two names are one entity, the first name's. */
function filesOf({ source, artefacts }: MicrographRecord, original: string): Record<string, JsonObject> {
  const files: Record<string, JsonObject> = {
    [original]: {
      'prov:type': qualified('schema:ImageObject'),
      'schema:name': source.name,
      'schema:contentSize': source.bytes,
      'schema:sha256': source.sha256,
    },
  };
  for (const artefact of artefacts) {
    files[entityOf(artefact)] ??= {
      'prov:type': qualified('schema:MediaObject'),
      'schema:name': artefact.path,
      'schema:encodingFormat': artefact.mediaType,
      'schema:contentSize': artefact.bytes,
      'schema:sha256': artefact.sha256,
    };
  }
  return files;
}

function classificationEntities(record: MicrographRecord): Record<string, JsonObject> {
  const { model, labels, decision, reason } = record.classification;
  return {
    'record:labels': {
      'prov:type': qualified('schema:DefinedTermSet'),
      'record:decision': decision,
      'record:reason': reason,
      'record:label': ranked(labels).map(({ label, score }) => `${label} (score ${score.toFixed(3)})`),
    },
    ...(model && {
      [`sha256:${model.sha256}`]: {
        'prov:type': qualified('schema:SoftwareApplication'),
        'schema:name': model.name,
        'schema:softwareVersion': model.version,
      },
    }),
  };
}

/** The zone of the microscope's clock may be unknown: then its time stands as it is, which xsd:dateTime allows. */
function activities(record: MicrographRecord, isClassified: boolean): Record<string, JsonObject> {
  const taken = acquiredAt(record);
  const { started, ended } = madeAt(record);
  const { host } = record.provenance;
  return {
    [`record:${ORIGINAL}`]: taken ? { 'prov:startTime': taken.time ?? taken.local } : {},
    'record:convert': {
      'prov:startTime': started,
      'prov:endTime': ended,
      ...(host !== undefined && { 'record:host': host }),
    },
    ...(isClassified && { 'record:classify': { 'prov:endTime': ended } }),
  };
}

function agents(record: MicrographRecord): Record<string, JsonObject> {
  const { software, version } = record.provenance;
  const { operator } = record.acquisition;
  const instrument = instrumentName(record) ?? record.instrument.id;
  const creators = creatorsOf(record).map(
    ({ name }, i) =>
      [
        creatorId(record, i),
        { 'prov:type': qualified('prov:Person'), ...(name !== undefined && { 'schema:name': name }) },
      ] as const,
  );
  return {
    'record:software': {
      'prov:type': qualified('prov:SoftwareAgent'),
      'schema:name': software,
      'schema:softwareVersion': version,
    },
    ...(instrument !== undefined && {
      'record:instrument': { 'prov:type': qualified('schema:IndividualProduct'), 'schema:name': instrument },
    }),
    ...(operator !== undefined && {
      'record:operator': { 'prov:type': qualified('prov:Person'), 'schema:name': operator },
    }),
    ...Object.fromEntries(creators),
  };
}

function creatorId(record: MicrographRecord, index: number): string {
  const orcid = creatorsOf(record)[index]?.orcid;
  return orcid === undefined ? `record:creator${index + 1}` : `orcid:${orcid}`;
}

function associations(record: MicrographRecord, isClassified: boolean): JsonObject[] {
  const known = agents(record);
  const acquiredBy = ['record:instrument', 'record:operator'].filter((agent) => known[agent] !== undefined);
  const steps = ['record:convert', ...(isClassified ? ['record:classify'] : [])];
  return [
    ...acquiredBy.map((agent) => ({ 'prov:activity': `record:${ORIGINAL}`, 'prov:agent': agent })),
    ...steps.map((activity) => ({ 'prov:activity': activity, 'prov:agent': 'record:software' })),
  ];
}

function qualified(name: string): JsonObject {
  return { $: name, type: 'prov:QUALIFIED_NAME' };
}

function usage(activity: string, entity: string): JsonObject {
  return { 'prov:activity': activity, 'prov:entity': entity };
}

function generation(entity: string, activity: string): JsonObject {
  return { 'prov:entity': entity, 'prov:activity': activity };
}

function numbered(name: string, relations: readonly JsonObject[]): Relation {
  return Object.fromEntries(relations.map((relation, i) => [`_:${name}${i + 1}`, relation]));
}
