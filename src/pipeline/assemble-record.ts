import { renewed } from '../domain/classification.ts';
import { safeStem } from '../domain/ids.ts';
import { type Issue, issue } from '../domain/issue.ts';
import type { Acquisition, Classification, HeaderTerm, MicrographRecord } from '../domain/record.ts';
import { CONVERT_VERSION, HARVEST_VERSION, SCHEMA_VERSION } from '../domain/versions.ts';
import { sectionsJson } from '../metadata/sections-json.ts';
import type { ArtefactFile, StoredFile } from '../publish/publish-record.ts';
import { sha256Hex } from '../store/content-hash.ts';
import type { PreparedFile } from './prepare-file.ts';
import type { WorkerSettings } from './protocol.ts';
import type { SidecarFile } from './read-sidecars.ts';

export interface SoftwareIdentity {
  name: string;
  version: string;
}

/** Everything published about a prepared file but the list of artefacts. */
export function assembleRecord(
  prepared: PreparedFile,
  classification: Classification,
  timeIssues: Issue[],
  settings: WorkerSettings,
  software: SoftwareIdentity,
): Omit<MicrographRecord, 'artefacts'> {
  const { task, harvested, dataBar, previous } = prepared;
  return {
    schemaVersion: SCHEMA_VERSION,
    id: prepared.sha256,
    revision: (previous?.record.revision ?? 0) + 1,
    source: source(prepared, task.relativePath),
    image: {
      ...prepared.facts,
      ...(dataBar && { dataBarHeightPx: dataBar.heightPx, dataBarFrom: dataBar.from }),
    },
    instrument: {
      ...(settings.instrument.id !== undefined && { id: settings.instrument.id }),
      ...harvested.instrument,
    },
    acquisition: acquisition(harvested.acquisition, timeZoneOf(prepared, settings), settings),
    ...(harvested.header && { header: publishableHeader(harvested.header, prepared, settings) }),
    ...(task.userContext?.user && { user: task.userContext.user }),
    ...(prepared.erased && { erased: prepared.erased }),
    classification: previous ? renewed(previous.record.classification, classification, new Date()) : classification,
    issues: [
      ...prepared.issues,
      ...(task.userContext?.issues ?? []),
      ...harvested.issues,
      ...timeIssues,
      ...standingIssues(prepared, settings),
    ],
    provenance: {
      software: software.name,
      version: software.version,
      harvestVersion: HARVEST_VERSION,
      convertVersion: CONVERT_VERSION,
      startedAt: prepared.startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      ...(settings.publish.host !== undefined && { host: settings.publish.host }),
    },
  };
}

function source(prepared: PreparedFile, path: string): MicrographRecord['source'] {
  const { previous, name } = prepared;
  return {
    name: previous?.record.source.name ?? name,
    path: previous?.record.source.path ?? path,
    bytes: prepared.bytes,
    sha256: prepared.sha256,
    aliases: previous?.record.source.aliases ?? [],
    sidecars: prepared.sidecars.map((sidecar) => ({
      name: sidecar.name,
      bytes: sidecar.bytes.length,
      sha256: sha256Hex(sidecar.bytes),
    })),
  };
}

/** Zone of the clock that the header's time was read from: what people say of these pictures, else what is configured. */
export function timeZoneOf({ task }: PreparedFile, { instrument }: WorkerSettings): string | undefined {
  return task.userContext?.user?.timeZone ?? instrument.timeZone;
}

function acquisition(found: Acquisition, timeZone: string | undefined, settings: WorkerSettings): Acquisition {
  const { operator, ...rest } = found;
  return {
    ...rest,
    ...(settings.publish.operator && operator !== undefined && { operator }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

function publishableHeader(
  header: NonNullable<MicrographRecord['header']>,
  prepared: PreparedFile,
  settings: WorkerSettings,
): NonNullable<MicrographRecord['header']> {
  const publishable = (term: HeaderTerm): boolean => settings.publish.operator || term.term !== 'operator';
  const artefact = rawHeaderName(prepared);
  return { ...header, terms: header.terms.filter(publishable), ...(artefact !== undefined && { artefact }) };
}

/** Keys under which the headers that we read name people, also those that did not become the term. */
const PERSON_KEY = /operator|user_?name|^user$/i;

/** The parsed header as JSON, less the operator where that may not be published. */
export function publishableSections({ harvested }: PreparedFile, settings: WorkerSettings): string | undefined {
  const { sections, operators = [] } = harvested;
  if (!sections) return undefined;
  if (settings.publish.operator) return sectionsJson(sections);
  // By the name itself too: a header may state it under a second key.
  const keys = new Set(operators.map(({ key }) => key));
  const names = new Set(operators.map(({ raw }) => raw));
  const states = (section: string, key: string, value: string): boolean =>
    keys.has(key) || keys.has(`[${section}] ${key}`) || names.has(value.trim());
  return sectionsJson(
    sections,
    (section, key, value) => PERSON_KEY.test(key) || (operators.length > 0 && states(section, key, value)),
  );
}

/** What neither header nor people state, and what we wrote in its place. */
function standingIssues({ pictureKind, tiff, facts, pixels, task }: PreparedFile, settings: WorkerSettings): Issue[] {
  const sample = task.userContext?.user?.sample;
  const issues: Issue[] = [];
  if (!sample?.atomTypes) {
    const message = 'Nothing names the elements of the sample: atom_types is empty in the HDF5.';
    issues.push(issue('atom-types-missing', message));
  }
  if (sample?.preparationDate === undefined) {
    const message = 'The sample preparation date in the HDF5 is the acquisition date.';
    issues.push(issue('preparation-date-assumed', message));
  }
  const { pages } = facts;
  if (pages > 1 && (settings.pages === 'first' || 'path' in pixels)) {
    issues.push(issue('more-pages', `The first of ${pages} pages became the record.`, { pages }));
  }
  if (tiff?.damage) {
    issues.push(issue('tiff-damaged', `Behind the first page the TIFF is damaged: ${tiff.damage.message}`));
  }
  if (pictureKind !== 'tiff') {
    issues.push(issue('not-tiff', `The file is a ${pictureKind.toUpperCase()}: it has no vendor header.`));
  }
  return issues;
}

/** Name of an artefact: the first revision has the plain stem, later ones say which they are. */
export function artefactName(prepared: PreparedFile, extension: string): string {
  const revision = (prepared.previous?.record.revision ?? 0) + 1;
  return revisionName(prepared.previous?.record.source.name ?? prepared.name, revision, extension);
}

/** Name that a revision of the record of the picture `pictureName` gives to an artefact. */
export function revisionName(pictureName: string, revision: number, extension: string): string {
  const stem = safeStem(pictureName);
  return revision === 1 ? `${stem}.${extension}` : `${stem}.r${revision}.${extension}`;
}

function rawHeaderName(prepared: PreparedFile): string | undefined {
  const raw = prepared.harvested.rawHeader;
  return raw?.place.startsWith('tiff') ? artefactName(prepared, 'header.bin') : undefined;
}

/** The files of a record beside record.json. */
export function artefactFiles(
  prepared: PreparedFile,
  made: { jpeg: Uint8Array; nexus: Uint8Array | StoredFile; nffaJson: string; embedding?: Float32Array },
): ArtefactFile[] {
  const files: ArtefactFile[] = [
    {
      role: 'nexus',
      name: artefactName(prepared, 'h5'),
      mediaType: 'application/x-hdf5',
      ...(made.nexus instanceof Uint8Array ? { bytes: made.nexus } : { stored: made.nexus }),
    },
    { role: 'jpeg', name: artefactName(prepared, 'jpg'), mediaType: 'image/jpeg', bytes: made.jpeg },
    {
      role: 'nffa-sem',
      name: artefactName(prepared, 'nffa-sem.json'),
      mediaType: 'application/json',
      bytes: Buffer.from(made.nffaJson),
    },
  ];
  const headerName = rawHeaderName(prepared);
  const raw = prepared.harvested.rawHeader;
  if (raw && headerName !== undefined) {
    files.push({ role: 'header', name: headerName, mediaType: raw.mediaType, bytes: raw.bytes });
  }
  for (const [i, other] of (prepared.harvested.otherHeaders ?? []).entries()) {
    if (!other.place.startsWith('tiff')) continue;
    const name = artefactName(prepared, `header${i + 2}.bin`);
    files.push({ role: 'header', name, mediaType: other.mediaType, bytes: other.bytes });
  }
  if (made.embedding) {
    const { buffer, byteOffset, byteLength } = made.embedding;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    files.push({
      role: 'embedding',
      name: artefactName(prepared, 'embedding.f32'),
      mediaType: 'application/octet-stream',
      bytes,
    });
  }
  const taken = new Set(files.map(({ name }) => name.toLowerCase()));
  for (const sidecar of prepared.sidecars) files.push(sidecarFile(prepared, sidecar, taken));
  return files;
}

function sidecarFile(prepared: PreparedFile, sidecar: SidecarFile, taken: Set<string>): ArtefactFile {
  const extension = sidecar.name.split('.').at(-1) ?? 'txt';
  let name = `${safeStem(sidecar.name)}.${extension}`;
  if (prepared.previous || taken.has(name.toLowerCase())) name = artefactName(prepared, `${taken.size}.${extension}`);
  taken.add(name.toLowerCase());
  return { role: 'sidecar', name, mediaType: 'text/plain', bytes: sidecar.published ?? sidecar.bytes };
}
