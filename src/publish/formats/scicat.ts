import { recordFolder } from '../../domain/ids.ts';
import type { MicrographRecord } from '../../domain/record.ts';
import type { FormatDocument, JsonObject, SiteFacts } from './document.ts';
import { acquiredAt, creatorsOf, descriptionOf, keywordsOf, madeAt, titleOf } from './facts.ts';
import { ranked, subjectsOf } from './labels.ts';
import { licenceOf, NO_LICENCE } from './licence.ts';
import { measurementsOf } from './measurements.ts';

/** What a raw data set of SciCat must have and neither header nor people may state. */
const REQUIRED = ['owner', 'ownerGroup', 'contactEmail', 'principalInvestigator', 'creationLocation'] as const;

/**
 * The record for SciCat's API v3: `dataset` is the body of POST /datasets, and `origDatablock` (once `datasetId` is put in)
 * that of POST /origdatablocks, which lists the files. SciCat has no words for unknown values: what is missing is left out,
 * and the server refuses the body until the site states it.
 */
export function scicatOf(record: MicrographRecord, site: SiteFacts = {}): FormatDocument {
  const stated = { ...fromPeople(record), ...given(site) };
  const bytes = record.artefacts.reduce((sum, artefact) => sum + artefact.bytes, 0);
  const taken = acquiredAt(record);
  const { ended } = madeAt(record);
  const licence = licenceOf(record);
  const orcids = creatorsOf(record).flatMap(({ orcid }) => (orcid === undefined ? [] : [orcid]));
  const folder = recordFolder(record.id);
  const dataset: JsonObject = {
    type: 'raw',
    datasetName: titleOf(record),
    description: descriptionOf(record),
    ...stated,
    ...(orcids.length > 0 && { orcidOfOwner: orcids.join('; ') }),
    sourceFolder: site.repoRoot === undefined ? folder : `${site.repoRoot.replace(/\/+$/, '')}/${folder}`,
    creationTime: ended,
    // SciCat takes a time without an offset for one of its own zone, so none is given then.
    ...(taken?.time !== undefined && { startTime: taken.time }),
    size: bytes,
    numberOfFiles: record.artefacts.length,
    dataFormat: 'NeXus NXem (HDF5), JPEG',
    keywords: [...keywordsOf(record), ...(record.user?.sample?.atomTypes ?? [])],
    license: licence?.text ?? NO_LICENCE,
    isPublished: false,
    ...(record.user?.accessGroups && { accessGroups: record.user.accessGroups }),
    scientificMetadata: scientificMetadata(record),
  };
  const dataFileList = record.artefacts.map(({ path, bytes: size, sha256: chk }) => ({ path, size, chk, time: ended }));
  const missing: string[] = REQUIRED.filter((name) => dataset[name] === undefined);
  if (site.repoRoot === undefined) missing.push('sourceFolder');
  if (!licence) missing.push('license');
  return { document: { dataset, origDatablock: { size: bytes, chkAlg: 'sha256', dataFileList } }, missing };
}

/** Lists of people are one text, parted by semicolons, in API v3. */
function fromPeople(record: MicrographRecord): { owner?: string; contactEmail?: string } {
  const creators = creatorsOf(record);
  const names = creators.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const emails = creators.flatMap(({ email }) => (email === undefined ? [] : [email]));
  return {
    ...(names.length > 0 && { owner: names.join('; ') }),
    ...(emails.length > 0 && { contactEmail: emails.join('; ') }),
  };
}

function given(site: SiteFacts): JsonObject {
  return Object.fromEntries(
    REQUIRED.flatMap((name) => {
      const value = site[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/**
 * Flat, for SciCat cannot search nested values, and every name its own object with `value` and `unit`. Units are SI, which
 * SciCat's library reads; it adds `valueSI` and `unitSI` itself. Percent, which it does not read, stands in the name.
 */
function scientificMetadata(record: MicrographRecord): JsonObject {
  const values = measurementsOf(record).map(({ term, value, unit, trust }): [string, JsonObject] => {
    const isPercent = unit === '%';
    const note = trust === undefined ? {} : { trust };
    return [isPercent ? `${term}_percent` : term, { value, unit: isPercent ? '' : (unit ?? ''), ...note }];
  });
  return { ...Object.fromEntries(values), ...aboutPicture(record), ...aboutInstrument(record), ...labels(record) };
}

function plain(value: string | number): JsonObject {
  return { value, unit: '' };
}

function texts(values: Readonly<Record<string, string | number | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)] as const])),
  );
}

function aboutPicture(record: MicrographRecord): JsonObject {
  const { image, source, acquisition, user, issues } = record;
  const identifier = user?.sample?.identifier;
  return texts({
    image_width_px: image.widthPx,
    image_height_px: image.heightPx,
    bits_per_sample: image.bitsPerSample,
    pages: image.pages,
    original_name: source.name,
    original_bytes: source.bytes,
    original_sha256: source.sha256,
    acquired_at_local: acquisition.acquiredAt,
    time_zone: acquisition.timeZone,
    sample_name: user?.sample?.name ?? acquisition.sampleName,
    sample_identifier: identifier && `${identifier.type} ${identifier.value}`,
    issues: issues.length === 0 ? undefined : issues.map(({ code }) => code).join(', '),
  });
}

function aboutInstrument({ instrument }: MicrographRecord): JsonObject {
  return texts({
    instrument_id: instrument.id,
    instrument_vendor: instrument.vendor,
    instrument_model: instrument.model,
    instrument_serial_number: instrument.serialNumber,
    emitter: instrument.emitter,
  });
}

function labels(record: MicrographRecord): JsonObject {
  const { labels: all, decision, model, human } = record.classification;
  const subjects = subjectsOf(record).map(({ label }) => label);
  const each = ranked(all).flatMap(({ label, score, rank }) => [
    [`label_${rank}`, label] as const,
    [`label_${rank}_score`, score] as const,
  ]);
  return texts({
    label_decision: decision,
    label_human: human?.label,
    labels_usable: subjects.length === 0 ? undefined : subjects.join(', '),
    label_model: model && `${model.name} ${model.version}`,
    label_model_sha256: model?.sha256,
    ...Object.fromEntries(each),
  });
}
