import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IngestError } from '../../src/domain/errors.ts';
import { recordFolder } from '../../src/domain/ids.ts';
import { listRecords } from '../../src/publish/list-records.ts';
import type { PublishedFile, Publisher } from '../../src/publish/publisher.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';

/** A target that is a folder of this computer, laid out as REPO; `silent` makes it answer nothing. */
export function folderPublisher(root: string, state: { silent?: boolean } = {}): Publisher {
  const placeOf = (id: Parameters<typeof recordFolder>[0]): string => join(root, recordFolder(id));
  return {
    target: 'folder',
    async publish({ record, folder }) {
      rmSync(placeOf(record.id), { recursive: true, force: true });
      cpSync(folder, placeOf(record.id), { recursive: true });
      return { filesSent: record.artefacts.length + 1, filesKept: 0, bytesSent: 0 };
    },
    async inspect(id, { readBack }) {
      if (state.silent) throw new IngestError('publish/unreachable', 'the folder does not answer', { retryable: true });
      if (!existsSync(placeOf(id))) return undefined;
      const files = readdirSync(placeOf(id)).map((path): PublishedFile => {
        const file = join(placeOf(id), path);
        return { path, bytes: statSync(file).size, ...(readBack && { sha256: sha256Hex(readFileSync(file)) }) };
      });
      const text = readFileSync(join(placeOf(id), 'record.json'), 'utf8');
      const { revision, withdrawnAt } = JSON.parse(text) as { revision: number; withdrawnAt?: string };
      return { id, revision, withdrawn: withdrawnAt !== undefined, files };
    },
    async withdraw(tombstone) {
      rmSync(placeOf(tombstone.id), { recursive: true, force: true });
      mkdirSync(placeOf(tombstone.id), { recursive: true });
      writeFileSync(join(placeOf(tombstone.id), 'record.json'), JSON.stringify(tombstone));
    },
    list: () => listRecords(root),
    check: () => Promise.resolve('a folder'),
    close: () => Promise.resolve(),
  };
}
