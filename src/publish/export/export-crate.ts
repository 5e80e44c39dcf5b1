import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { recordFolder } from '../../domain/ids.ts';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import { sha256Hex } from '../../store/content-hash.ts';
import { CRATE_FILE } from '../formats/crate-entities.ts';
import { createCrateRoot, type NestedCrate } from '../formats/crate-set.ts';
import { roCrateOf } from '../formats/ro-crate.ts';
import type { StoredRecord } from '../read-record.ts';
import { jsonBytes } from './export-documents.ts';
import type { Exported, Exporter, ExporterOptions } from './exporter.ts';
import { createLineFile, type LineFile } from './line-file.ts';
import { placeFile } from './place-file.ts';

/**
 * One crate with all records: each in a folder as in REPO, a crate of its own, and a root that names them. What the root
 * says of a record goes to disk at once; of each record only its name and licence stay in memory until the end.
 */
export function crateExporter(options: ExporterOptions): Exporter {
  const { to, site, now } = options;
  const root = createCrateRoot(site.publisher);
  let graph: LineFile | undefined;
  return {
    async add(stored) {
      const { document, missing } = roCrateOf(stored.record);
      if (to === undefined) return { files: [], missing, document };
      graph ??= await createLineFile(join(to, CRATE_FILE), root.begin());
      const { files, nested } = await addRecord(stored, document, to, options);
      await graph.write(root.add(stored.record, nested));
      return { files, missing, document };
    },
    async end() {
      if (to === undefined) return;
      graph ??= await createLineFile(join(to, CRATE_FILE), root.begin());
      await graph.write(root.end(now));
      await graph.close();
    },
  };
}

async function addRecord(
  { record, folder }: StoredRecord,
  document: object,
  to: string,
  { placing }: ExporterOptions,
): Promise<Pick<Exported, 'files'> & { nested: NestedCrate }> {
  const below = recordFolder(record.id);
  const place = join(to, below);
  await mkdir(place, { recursive: true });
  try {
    for (const artefact of record.artefacts) {
      await placeFile(join(folder, artefact.path), join(place, artefact.path), artefact, placing);
    }
    await copyFile(join(folder, 'record.json'), join(place, 'record.json'));
    const own = record.artefacts.find(({ role }) => role === 'ro-crate');
    const files = [...record.artefacts.map(({ path }) => path), 'record.json'];
    if (own) return { files: files.map((name) => `${below}/${name}`), nested: { folder: below, ...own } };
    const bytes = jsonBytes(document);
    await writeFileAtomic(join(place, CRATE_FILE), bytes, { fsync: false });
    files.push(CRATE_FILE);
    const nested = { folder: below, bytes: bytes.length, sha256: sha256Hex(bytes) };
    return { files: files.map((name) => `${below}/${name}`), nested };
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    throw error;
  }
}
