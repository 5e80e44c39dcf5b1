import type { MicrographRecord } from '../../domain/record.ts';
import type { Creator } from '../../domain/user-metadata.ts';
import type { FormatDocument, JsonObject, SiteFacts } from './document.ts';
import {
  acquiredAt,
  creatorsOf,
  descriptionOf,
  instrumentName,
  instrumentPid,
  keywordsOf,
  madeAt,
  orcidUrl,
  softwareName,
  techniqueOf,
  titleOf,
} from './facts.ts';
import { labelsSentence, subjectsOf } from './labels.ts';
import { licenceOf, NO_LICENCE, SPDX_LIST } from './licence.ts';

/** "Value unavailable, possibly unknown": DataCite 4.5, appendix 3, standard values for unknown information. */
const UNAVAILABLE = ':unav';

/** Types of identifiers that DataCite 4.5 knows and that samples and instruments have. */
const IDENTIFIER_TYPES = new Map(
  ['ARK', 'DOI', 'Handle', 'IGSN', 'PURL', 'URL', 'URN', 'w3id'].map((type) => [type.toLowerCase(), type]),
);

/**
 * The record as DataCite 4.5 JSON, attributes of a DOI without the DOI. Its identifier is the content: the SHA-256 of the
 * picture's file. `publicationYear` is that in which the record was made, and counts as missing: nobody states another.
 */
export function dataciteOf(record: MicrographRecord, site: SiteFacts = {}): FormatDocument {
  const creators = creatorsOf(record);
  const { publisher } = site;
  const licence = licenceOf(record);
  const document: JsonObject = {
    schemaVersion: 'http://datacite.org/schema/kernel-4',
    types: { resourceTypeGeneral: 'Image', resourceType: 'Micrograph' },
    titles: [{ title: titleOf(record) }],
    creators: creators.length > 0 ? creators.map(personOf) : [{ name: UNAVAILABLE }],
    publisher: { name: publisher ?? UNAVAILABLE },
    publicationYear: madeAt(record).ended.slice(0, 4),
    subjects: subjects(record),
    contributors: contributors(record),
    dates: dates(record),
    alternateIdentifiers: [{ alternateIdentifierType: 'SHA-256', alternateIdentifier: record.id }],
    relatedIdentifiers: relatedIdentifiers(record),
    relatedItems: [
      {
        relatedItemType: 'Image',
        relationType: 'IsDerivedFrom',
        titles: [{ title: `${record.source.name} (${record.source.bytes} bytes, SHA-256 ${record.source.sha256})` }],
      },
    ],
    sizes: [`${record.image.widthPx} x ${record.image.heightPx} pixels`, ...fileSizes(record)],
    formats: [...new Set(record.artefacts.map(({ mediaType }) => mediaType))],
    version: String(record.revision),
    rightsList: [rights(licence)],
    descriptions: descriptions(record),
  };
  const missing = [
    ...(creators.length > 0 ? [] : ['creators']),
    ...(publisher === undefined ? ['publisher'] : []),
    'publicationYear',
    ...(licence ? [] : ['rightsList']),
  ];
  return { document, missing };
}

function personOf({ name, orcid, affiliation }: Creator): JsonObject {
  return {
    name: name ?? UNAVAILABLE,
    nameType: 'Personal',
    ...(orcid !== undefined && {
      nameIdentifiers: [
        { nameIdentifier: orcidUrl(orcid), nameIdentifierScheme: 'ORCID', schemeUri: 'https://orcid.org' },
      ],
    }),
    ...(affiliation !== undefined && { affiliation: [{ name: affiliation }] }),
  };
}

function subjects(record: MicrographRecord): JsonObject[] {
  const labels = subjectsOf(record).map(({ label, scheme, schemeUri }) => ({
    subject: label,
    subjectScheme: scheme,
    ...(schemeUri !== undefined && { schemeUri }),
  }));
  const elements = record.user?.sample?.atomTypes ?? [];
  const words = new Set([...keywordsOf(record), ...elements]);
  return [...[...words].map((subject) => ({ subject })), ...labels];
}

function contributors({ acquisition }: MicrographRecord): JsonObject[] {
  const { operator } = acquisition;
  return operator === undefined ? [] : [{ contributorType: 'DataCollector', name: operator, nameType: 'Personal' }];
}

/** DataCite's dates follow W3CDTF: a time has an offset or is left away. */
function dates(record: MicrographRecord): JsonObject[] {
  const taken = acquiredAt(record);
  const day = taken && /^\d{4}-\d\d-\d\d/.exec(taken.local)?.[0];
  const without = `${taken?.local} on the clock of the microscope, whose zone is not stated`;
  return [
    ...(taken?.time !== undefined ? [{ dateType: 'Collected', date: taken.time }] : []),
    ...(taken?.time === undefined && day ? [{ dateType: 'Collected', date: day, dateInformation: without }] : []),
    {
      dateType: 'Created',
      date: madeAt(record).ended,
      dateInformation: `this revision of the record was made by ${softwareName(record)}`,
    },
  ];
}

function relatedIdentifiers(record: MicrographRecord): JsonObject[] {
  const sample = record.user?.sample?.identifier;
  const type = sample && IDENTIFIER_TYPES.get(sample.type.toLowerCase());
  const instrument = instrumentPid(record);
  return [
    ...(sample && type !== undefined
      ? [
          {
            relationType: 'IsDerivedFrom',
            relatedIdentifier: sample.value,
            relatedIdentifierType: type,
            resourceTypeGeneral: 'PhysicalObject',
          },
        ]
      : []),
    ...(instrument
      ? [
          {
            relationType: 'IsCollectedBy',
            relatedIdentifier: instrument.id,
            relatedIdentifierType: instrument.type,
            resourceTypeGeneral: 'Instrument',
          },
        ]
      : []),
  ];
}

function fileSizes({ artefacts }: MicrographRecord): string[] {
  return artefacts.map(({ path, bytes }) => `${path}: ${bytes} bytes`);
}

function rights(licence: ReturnType<typeof licenceOf>): JsonObject {
  if (!licence) return { rights: NO_LICENCE };
  const { text, url, spdx } = licence;
  return {
    rights: text,
    ...(url !== undefined && { rightsUri: url }),
    ...(spdx !== undefined && {
      rightsIdentifier: spdx.toLowerCase(),
      rightsIdentifierScheme: 'SPDX',
      schemeUri: SPDX_LIST,
    }),
  };
}

function descriptions(record: MicrographRecord): JsonObject[] {
  const checksums = record.artefacts.map(({ path, sha256 }) => `${path} ${sha256}`);
  const technique = techniqueOf(record);
  const methods = [technique, instrumentName(record), labelsSentence(record)].filter((part) => part !== undefined);
  return [
    { descriptionType: 'Abstract', description: descriptionOf(record) },
    ...(methods.length > 0 ? [{ descriptionType: 'Methods', description: methods.join('. ') }] : []),
    { descriptionType: 'TechnicalInfo', description: `SHA-256 of the files: ${checksums.join(', ')}` },
  ];
}
