import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { recordFolder } from '../../domain/ids.ts';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import { nomadOf } from '../formats/nomad.ts';
import type { StoredRecord } from '../read-record.ts';
import { jsonBytes } from './export-documents.ts';
import type { Exported, Exporter, ExporterOptions } from './exporter.ts';
import { placeFile } from './place-file.ts';

/** The folder of a NOMAD upload: one folder a record, laid out as in REPO, to be packed into a zip. */
export function nomadExporter(options: ExporterOptions): Exporter {
  return { add: (stored) => addRecord(stored, options), end: () => Promise.resolve() };
}

async function addRecord({ record, folder }: StoredRecord, { to, placing }: ExporterOptions): Promise<Exported> {
  const { nexus, archive, metadata } = nomadOf(record);
  const { missing, document } = archive;
  if (to === undefined) return { files: [], missing, document };
  const below = recordFolder(record.id);
  const place = join(to, below);
  await mkdir(place, { recursive: true });
  const files = [archive.name, metadata.name];
  try {
    const artefact = record.artefacts.find(({ path }) => path === nexus?.from);
    if (nexus && artefact) {
      await placeFile(join(folder, nexus.from), join(place, nexus.to), artefact, placing);
      files.unshift(nexus.to);
    }
    for (const one of [archive, metadata]) {
      await writeFileAtomic(join(place, one.name), jsonBytes(one.document), { fsync: false });
    }
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    throw error;
  }
  return { files: files.map((name) => `${below}/${name}`), missing, document };
}
