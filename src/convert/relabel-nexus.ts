import { basename } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { isSystemError, openHdf5 } from './hdf5-file.ts';
import type { GrowingTree } from './hdf5-tree.ts';
import { unlinkFromGroup } from './hdf5-unlink.ts';
import { replaceRecord } from './nexus-attachments.ts';
import { CLASSIFICATION, ENTRY, writeClassification } from './nexus-classification.ts';
import type { NexusFacts } from './nexus-input.ts';
import { ATTACHMENTS } from './nexus-paths.ts';

/** What changes in an HDF5 file when there is another answer about its picture. */
export type RelabelledFacts = Pick<NexusFacts, 'record' | 'fileName' | 'nffaJson'>;

/**
 * Puts another answer into the HDF5 file at `path`, which becomes that of a revision of its record: the classification and
 * the notes that repeat it are replaced, the pixels are not touched, and memory does not grow with them. What stood there
 * before is left in the file as some kilobytes that nothing leads to. After a throw the file is of no use.
 * @throws IngestError `convert/hdf5`; errors of the disk as they are.
 */
export async function relabelNexus(path: string, facts: RelabelledFacts): Promise<void> {
  const hdf5 = await openHdf5();
  try {
    unlinkFromGroup(path, ENTRY, CLASSIFICATION);
    await hdf5.extendOnDisk(path, (tree) => replaceAnswer(tree, facts));
  } catch (error) {
    if (isSystemError(error)) throw error;
    const what = `Writing another classification into ${basename(path)} as ${facts.fileName}`;
    const message = `${what}: expected an HDF5 file of this program, but ${errorMessage(error)}`;
    throw new IngestError('convert/hdf5', message, { cause: error });
  }
}

function replaceAnswer(tree: GrowingTree, { record, fileName, nffaJson }: RelabelledFacts): void {
  tree.replaceAttribute('/', 'file_name', fileName);
  tree.replaceAttribute('/', 'file_time', record.provenance.endedAt);
  writeClassification(tree, { record });
  replaceRecord(tree, record);
  const nffa = `${ATTACHMENTS}/nffa/data`;
  if (nffaJson !== undefined && tree.has(nffa)) tree.replaceText(nffa, nffaJson);
}
