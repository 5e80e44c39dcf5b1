import type { Hdf5Tree } from './hdf5-tree.ts';
import type { NexusConstants, NexusFacts, NexusUser } from './nexus-input.ts';
import { INSTRUMENT } from './nexus-paths.ts';

type Program = Pick<NexusFacts['record']['provenance'], 'software' | 'version'>;

/** Adds to the template what holds for a whole run: the program that writes and what the site says of itself. */
export function writeConstants(tree: Hdf5Tree, program: Program, { location }: NexusConstants): void {
  tree.attribute('/', 'creator', program.software);
  tree.attribute('/', 'creator_version', program.version);
  tree.text('/entry/profiling/program1/program', program.software);
  tree.attribute('/entry/profiling/program1/program', 'version', program.version);
  if (location !== undefined) tree.text(`${INSTRUMENT}/location`, location);
}

function writeUser(tree: Hdf5Tree, path: string, user: NexusUser): void {
  tree.group(path, 'NXuser');
  if (user.orcid !== undefined) {
    tree.text(`${path}/identifier_1`, user.orcid);
    tree.attribute(`${path}/identifier_1`, 'type', 'ORCID');
  }
  if (user.name !== undefined) tree.text(`${path}/name`, user.name);
  if (user.email !== undefined) tree.text(`${path}/email`, user.email);
  if (user.affiliation !== undefined) tree.text(`${path}/affiliation`, user.affiliation);
}

/** The file, the experiment as a whole, its source file, its operator and its specimen. */
export function writeEntry(tree: Hdf5Tree, input: NexusFacts): void {
  const { source, provenance, acquisition } = input.record;
  tree.ownAttribute('/', 'file_name', input.fileName);
  tree.ownAttribute('/', 'file_time', provenance.endedAt);
  tree.replaceText('/entry/start_time', input.startTime);
  tree.replaceText('/entry/end_time', input.endTime);
  tree.replaceText('/entry/title', source.name);
  tree.replaceText('/entry/note1/checksum', source.sha256);
  const type = mediaType(source.name);
  if (type !== 'image/tiff') tree.replaceText('/entry/note1/type', type);
  if (acquisition.operator !== undefined) writeOperator(tree, acquisition.operator);
  for (const [i, user] of (input.users ?? []).entries()) writeUser(tree, `/entry/user${i + 1}`, user);
  writeSample(tree, input);
}

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
]);

function mediaType(fileName: string): string {
  return MEDIA_TYPES.get(fileName.split('.').at(-1)?.toLowerCase() ?? '') ?? 'image/tiff';
}

function writeOperator(tree: Hdf5Tree, name: string): void {
  const path = '/entry/user_operator';
  tree.group(path, 'NXuser');
  tree.text(`${path}/name`, name);
  tree.text(`${path}/role`, 'operator');
}

function writeSample(tree: Hdf5Tree, input: NexusFacts): void {
  const path = '/entry/sample';
  const sample = input.sample ?? {};
  const name = sample.name ?? input.record.acquisition.sampleName;
  tree.replaceText(`${path}/preparation_date`, sample.preparationDate ?? input.startTime);
  if (sample.atomTypes !== undefined) tree.replaceText(`${path}/atom_types`, sample.atomTypes.join(','));
  if (name !== undefined) tree.text(`${path}/name`, name);
  if (sample.physicalForm !== undefined) tree.text(`${path}/physical_form`, sample.physicalForm);
  if (sample.identifier !== undefined) {
    tree.text(`${path}/identifier_sample`, sample.identifier.value);
    tree.attribute(`${path}/identifier_sample`, 'type', sample.identifier.type);
  }
}
