import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContentHash, recordFolder } from '../../src/domain/ids.ts';
import type { Classification, MicrographRecord } from '../../src/domain/record.ts';
import { toIndexDocument } from '../../src/search/document.ts';
import { createRecordMeaning } from '../../src/search/meaning.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { makeRecord } from './micrograph-record.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface Archive {
  repo: string;
  state: string;
  store: Store;
  meaningOf: ReturnType<typeof createRecordMeaning>;
  /** Puts a record with its embedding into REPO, ledger and index. */
  put(name: string, classification: Partial<Classification>, embedding?: readonly number[]): Promise<ContentHash>;
}

/** A REPO and its STATE without pictures; `now` is the clock of the store. */
export function archive(): Archive {
  const repo = temporaryFolder();
  const state = temporaryFolder();
  const store = openStore(state, { access: 'write', durability: 'batch' });
  const meaningOf = createRecordMeaning();
  return {
    repo,
    state,
    store,
    meaningOf,
    async put(name, classification, embedding) {
      const record = withEmbedding(makeRecord({ name, artefacts: [] }), classification, embedding);
      const folder = join(repo, recordFolder(record.id));
      mkdirSync(folder, { recursive: true });
      if (embedding) writeFileSync(join(folder, 'x.embedding.f32'), Buffer.from(Float32Array.from(embedding).buffer));
      writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
      const outcome = {
        path: `/inbox/run/${name}`,
        bytes: 1,
        mtimeMs: 1,
        state: 'done' as const,
        reason: 'record made',
        contentHash: record.id,
        versions: { harvestVersion: 1, convertVersion: 1, modelSha256: record.classification.model?.sha256 },
        recordRevision: 1,
      };
      store.commit([outcome], [toIndexDocument(record, undefined, await meaningOf(record))]);
      return record.id;
    },
  };
}

function withEmbedding(
  draft: MicrographRecord,
  classification: Partial<Classification>,
  embedding: readonly number[] | undefined,
): MicrographRecord {
  const artefact = {
    role: 'embedding' as const,
    path: 'x.embedding.f32',
    bytes: 4 * (embedding?.length ?? 0),
    sha256: draft.id,
    mediaType: 'application/octet-stream',
  };
  const artefacts = embedding ? [artefact] : [];
  return { ...draft, classification: { ...draft.classification, ...classification }, artefacts };
}
