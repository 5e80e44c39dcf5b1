import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordFolder } from '../../src/domain/ids.ts';
import type { MicrographRecord } from '../../src/domain/record.ts';
import type { StoredRecord } from '../../src/publish/read-record.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { makeRecord } from './micrograph-record.ts';

/** Writes a record with these files into a REPO, as a revision of the picture `name`. */
export function storeRecord(
  repo: string,
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  revision = 1,
): StoredRecord {
  const draft = makeRecord({ name, revision });
  const folder = join(repo, recordFolder(draft.id));
  mkdirSync(folder, { recursive: true });
  const artefacts = Object.entries(files).map(([path, content]): MicrographRecord['artefacts'][number] => {
    const bytes = Buffer.from(content);
    writeFileSync(join(folder, path), bytes);
    return { role: 'sidecar', path, bytes: bytes.length, sha256: sha256Hex(bytes), mediaType: 'text/plain' };
  });
  const record: MicrographRecord = { ...draft, artefacts };
  writeFileSync(join(folder, 'record.json'), `${JSON.stringify(record, null, 2)}\n`);
  return { record, folder };
}
