import { CRATE_FILE } from './formats/crate-entities.ts';
import { roCrateOf } from './formats/ro-crate.ts';
import type { ArtefactFile } from './publish-record.ts';

/** The RO-Crate of a record's folder; to be the last of its files, for it lists the others. */
export function crateFile(): ArtefactFile {
  return {
    role: 'ro-crate',
    name: CRATE_FILE,
    mediaType: 'application/ld+json',
    describe: (record) => Buffer.from(`${JSON.stringify(roCrateOf(record).document, null, 1)}\n`),
  };
}
