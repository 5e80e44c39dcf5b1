import { recordFolder } from '../../domain/ids.ts';
import type { Artefact, MicrographRecord } from '../../domain/record.ts';
import type { FormatDocument, JsonObject, SiteFacts } from './document.ts';
import {
  acquiredAt,
  creatorsOf,
  descriptionOf,
  hashIri,
  instrumentName,
  instrumentPid,
  keywordsOf,
  madeAt,
  orcidUrl,
  techniqueOf,
  titleOf,
} from './facts.ts';
import { subjectsOf } from './labels.ts';
import { licenceOf, NO_LICENCE } from './licence.ts';
import { measurementsOf } from './measurements.ts';

/**
 * The record as a schema.org Dataset in JSON-LD, to stand in a page that search engines read. Where the site says where
 * REPO is, files have URLs; else their paths below it.
 */
export function schemaOrgOf(record: MicrographRecord, site: SiteFacts = {}): FormatDocument {
  const creators = creatorsOf(record);
  const licence = licenceOf(record);
  const taken = acquiredAt(record);
  const technique = techniqueOf(record);
  const sample = record.user?.sample;
  const document: JsonObject = {
    '@context': 'https://schema.org/',
    '@type': 'Dataset',
    '@id': hashIri(record.id),
    identifier: hashIri(record.id),
    name: titleOf(record),
    description: descriptionOf(record),
    version: String(record.revision),
    dateModified: madeAt(record).ended,
    ...(taken && { dateCreated: taken.time ?? taken.local }),
    ...(creators.length > 0 && { creator: creators.map(personOf) }),
    ...(site.publisher !== undefined && { publisher: { '@type': 'Organization', name: site.publisher } }),
    ...(licence ? { license: licence.url ?? licence.text } : { conditionsOfAccess: NO_LICENCE }),
    keywords: keywords(record),
    ...(technique !== undefined && { measurementTechnique: technique }),
    variableMeasured: variables(record),
    ...(sample?.name !== undefined && { about: { '@type': 'Thing', name: sample.name, ...sampleIdentifier(record) } }),
    isBasedOn: {
      '@type': 'ImageObject',
      '@id': hashIri(record.source.sha256),
      name: record.source.name,
      contentSize: String(record.source.bytes),
      sha256: record.source.sha256,
    },
    distribution: record.artefacts.map((artefact) => downloadOf(artefact, record, site.repoRoot)),
    ...instrument(record),
  };
  const missing = [
    ...(creators.length > 0 ? [] : ['creator']),
    ...(licence ? [] : ['license']),
    ...(site.publisher === undefined ? ['publisher'] : []),
  ];
  return { document, missing };
}

function personOf({ name, orcid, affiliation }: ReturnType<typeof creatorsOf>[number]): JsonObject {
  return {
    '@type': 'Person',
    ...(orcid !== undefined && { '@id': orcidUrl(orcid) }),
    name: name ?? orcid,
    ...(affiliation !== undefined && { affiliation: { '@type': 'Organization', name: affiliation } }),
  };
}

/** Words of people are plain; labels of the classifier say by whom and how sure. */
function keywords(record: MicrographRecord): JsonObject['keywords'] {
  const labels = subjectsOf(record).map(({ label, scheme, schemeUri }) => ({
    '@type': 'DefinedTerm',
    name: label,
    description: scheme,
    ...(schemeUri !== undefined && { inDefinedTermSet: schemeUri }),
  }));
  return [...keywordsOf(record), ...(record.user?.sample?.atomTypes ?? []), ...labels];
}

function variables(record: MicrographRecord): JsonObject[] {
  return measurementsOf(record).map(({ term, value, unit, iri, trust }) => ({
    '@type': 'PropertyValue',
    name: term,
    value,
    ...(unit !== undefined && { unitText: unit }),
    ...(iri !== undefined && { propertyID: iri }),
    ...(trust !== undefined && { description: `Trust in this value: ${trust}` }),
  }));
}

function sampleIdentifier({ user }: MicrographRecord): JsonObject {
  const identifier = user?.sample?.identifier;
  if (!identifier) return {};
  return { identifier: { '@type': 'PropertyValue', propertyID: identifier.type, value: identifier.value } };
}

function instrument(record: MicrographRecord): JsonObject {
  const name = instrumentName(record);
  const pid = instrumentPid(record);
  if (name === undefined && pid === undefined) return {};
  const { serialNumber } = record.instrument;
  const product = {
    '@type': 'IndividualProduct',
    name: name ?? pid?.id,
    ...(pid && { identifier: pid.id }),
    ...(serialNumber !== undefined && { serialNumber }),
  };
  return { mentions: product };
}

function downloadOf(artefact: Artefact, record: MicrographRecord, root: string | undefined): JsonObject {
  const { path, mediaType, bytes, sha256 } = artefact;
  const below = `${recordFolder(record.id)}/${encodeURIComponent(path)}`;
  return {
    '@type': 'DataDownload',
    name: path,
    contentUrl: root === undefined ? below : `${root.replace(/\/+$/, '')}/${below}`,
    encodingFormat: mediaType,
    contentSize: String(bytes),
    sha256,
  };
}
