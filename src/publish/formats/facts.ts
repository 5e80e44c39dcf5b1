import type { MicrographRecord } from '../../domain/record.ts';
import { formatQuantity } from '../../domain/units.ts';
import type { Creator } from '../../domain/user-metadata.ts';
import { timeWithOffset } from '../../domain/wall-clock.ts';
import { joined } from './document.ts';
import { labelsSentence } from './labels.ts';

/** What a record says before its artefacts are listed. */
export type Described = Omit<MicrographRecord, 'artefacts'>;

/** The IRI of a content. */
export function hashIri(sha256: string): string {
  return `hash://sha256/${sha256}`;
}

/** The name of the picture's file, behind that of its sample where people named it. */
export function titleOf({ source, user }: Described): string {
  const sample = user?.sample?.name;
  return sample === undefined ? source.name : `${sample} (${source.name})`;
}

/** What is in the picture, how it was taken and what is wrong with it, in a few sentences. */
export function descriptionOf(record: Described): string {
  const { image, acquisition, user, issues } = record;
  const { accelerationVoltageV, pixelSizeXM, detector } = acquisition;
  const by = instrumentName(record);
  const settings = joined(
    [
      accelerationVoltageV === undefined ? undefined : formatQuantity(accelerationVoltageV, 'voltage'),
      pixelSizeXM === undefined ? undefined : `pixel size ${formatQuantity(pixelSizeXM, 'length')}`,
      detector === undefined ? undefined : `detector ${detector}`,
    ],
    ', ',
  );
  const what = `${beamName(record)} of ${image.widthPx} x ${image.heightPx} pixels`;
  const faults = issues.filter(({ severity }) => severity !== 'info').map(({ message }) => message);
  return joined(
    [
      `${joined([what, by && `taken with ${by}`, settings], ', ')}.`,
      user?.project && `Project: ${user.project}.`,
      user?.sample?.identifier && `Sample ${user.sample.identifier.type} ${user.sample.identifier.value}.`,
      user?.sample?.atomTypes && `Elements of the sample: ${user.sample.atomTypes.join(', ')}.`,
      labelsSentence(record),
      faults.length > 0 ? `Known faults: ${faults.join(' ')}` : undefined,
    ],
    ' ',
  );
}

function beamName({ acquisition }: Described): string {
  const names = { electron: 'Scanning electron micrograph', ion: 'Ion beam micrograph', light: 'Camera picture' };
  return acquisition.beam === undefined ? 'Micrograph' : names[acquisition.beam];
}

/** How the picture was taken, where the header tells what beam it was. */
export function techniqueOf({ acquisition }: Described): string | undefined {
  if (acquisition.beam === 'electron') return 'Scanning electron microscopy';
  return acquisition.beam === 'ion' ? 'Scanning ion microscopy' : undefined;
}

/** Vendor and model, or undefined. */
export function instrumentName({ instrument }: Described): string | undefined {
  return joined([instrument.vendor, instrument.model], ' ') || undefined;
}

/** The site's own name of the instrument where that is an identifier for everybody: a URL, or a DOI or handle. */
export function instrumentPid({ instrument: { id = '' } }: Described): { id: string; type: string } | undefined {
  if (/^https?:\/\/\S+$/i.test(id)) return { id, type: 'URL' };
  if (/^10\.\d{4,9}\/\S+$/.test(id)) return { id, type: 'DOI' };
  return /^\d+\.[\w.-]+\/\S+$/.test(id) ? { id, type: 'Handle' } : undefined;
}

/** When the picture was taken: `time` has an offset where one is known; `local` is the microscope's clock as it stood. */
export function acquiredAt({ acquisition }: Described): { local: string; time?: string } | undefined {
  const { acquiredAt: local, timeZone } = acquisition;
  if (local === undefined) return undefined;
  const time = timeWithOffset(local, timeZone);
  return { local, ...(time !== undefined && { time }) };
}

/** When this revision of the record was begun and made, with `+00:00`. */
export function madeAt({ provenance }: Described): { started: string; ended: string } {
  return { started: withOffset(provenance.startedAt), ended: withOffset(provenance.endedAt) };
}

function withOffset(utc: string): string {
  return timeWithOffset(utc, undefined) ?? utc;
}

/** What people call the program, e.g. `semantiff 0.1.0`. */
export function softwareName({ provenance: { software, version } }: Described): string {
  return `${software} ${version}`;
}

/** Those who answer for the data and have a name or an ORCID iD. */
export function creatorsOf({ user }: Described): Creator[] {
  return (user?.creators ?? []).filter(({ name, orcid }) => name !== undefined || orcid !== undefined);
}

export function orcidUrl(orcid: string): string {
  return `https://orcid.org/${orcid}`;
}

/** Keywords of people, and their project. */
export function keywordsOf({ user }: Described): string[] {
  return [...new Set([...(user?.keywords ?? []), ...(user?.project === undefined ? [] : [user.project])])];
}
