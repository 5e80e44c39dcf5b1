import type { MicrographRecord } from '../../domain/record.ts';
import type { FormatDocument, JsonObject } from './document.ts';
import { acquiredAt, creatorsOf, descriptionOf, instrumentName, keywordsOf, techniqueOf, titleOf } from './facts.ts';
import { subjectsOf } from './labels.ts';
import { licenceOf, NO_LICENCE } from './licence.ts';

/** A record's part of a NOMAD upload: one folder with these files. */
export interface NomadEntry {
  /** The HDF5, under a name that NOMAD's NeXus parser takes, which is `.nxs` alone. */
  nexus?: { from: string; to: string };
  /** An entry of the notebook about the measurement. */
  archive: { name: string } & FormatDocument;
  /** What NOMAD puts on every entry of the folder. */
  metadata: { name: string } & FormatDocument;
}

const SECTION = 'nomad.datamodel.metainfo.eln.ELNMeasurement';

/**
 * The record as a folder of a NOMAD upload. Only what every NOMAD knows is used: the section ELNMeasurement of its own
 * schema, and `comment` and `references` of `nomad.json`. Authors are accounts there, so people are named in texts.
 */
export function nomadOf(record: MicrographRecord): NomadEntry {
  const nexus = record.artefacts.find(({ role }) => role === 'nexus');
  const stem = nexus ? nexus.path.replace(/\.h5$/, '') : record.id;
  const licence = licenceOf(record);
  const creators = creatorsOf(record);
  const missing = [
    ...(acquiredAt(record)?.time === undefined ? ['datetime'] : []),
    ...(licence ? [] : ['licence']),
    ...(creators.length > 0 ? [] : ['creators']),
  ];
  return {
    ...(nexus && { nexus: { from: nexus.path, to: `${stem}.nxs` } }),
    archive: { name: `${stem}.archive.json`, document: { data: measurementOf(record) }, missing },
    metadata: { name: 'nomad.json', document: metadataOf(record), missing: [] },
  };
}

function measurementOf(record: MicrographRecord): JsonObject {
  const taken = acquiredAt(record);
  const method = techniqueOf(record);
  const sample = record.user?.sample;
  const name = sample?.name ?? record.acquisition.sampleName;
  const instrument = instrumentName(record) ?? record.instrument.id;
  const labels = subjectsOf(record).map(
    ({ label, score }) => `${label} (${record.classification.decision}, score ${score.toFixed(3)})`,
  );
  const tags = [...keywordsOf(record), ...labels];
  return {
    m_def: SECTION,
    name: titleOf(record),
    lab_id: record.id,
    // NOMAD takes a time without an offset for UTC, so none is given then.
    ...(taken?.time !== undefined && { datetime: taken.time }),
    ...(method !== undefined && { method }),
    description: escaped(textOf(record)),
    ...(tags.length > 0 && { tags }),
    ...((name !== undefined || sample?.identifier) && {
      samples: [
        { ...(name !== undefined && { name }), ...(sample?.identifier && { lab_id: sample.identifier.value }) },
      ],
    }),
    ...(instrument !== undefined && {
      instruments: [{ name: instrument, ...(record.instrument.id !== undefined && { lab_id: record.instrument.id }) }],
    }),
  };
}

function metadataOf(record: MicrographRecord): JsonObject {
  const url = licenceOf(record)?.url;
  return { comment: textOf(record), ...(url !== undefined && { references: [url] }) };
}

function textOf(record: MicrographRecord): string {
  const people = creatorsOf(record).map(({ name, orcid }) =>
    [name, orcid && `ORCID ${orcid}`].filter(Boolean).join(', '),
  );
  const taken = acquiredAt(record);
  const files = record.artefacts.map(({ path, sha256 }) => `${path} ${sha256}`);
  return [
    descriptionOf(record),
    ...(people.length > 0 ? [`Creators: ${people.join('; ')}.`] : []),
    ...(taken && taken.time === undefined ? [`Taken at ${taken.local}, in a time zone that is not stated.`] : []),
    `Licence: ${licenceOf(record)?.text ?? NO_LICENCE}`,
    `Original file: ${record.source.name}, SHA-256 ${record.source.sha256}.`,
    `SHA-256 of the files of the record: ${files.join(', ')}.`,
  ].join(' ');
}

/** The description is HTML there. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
