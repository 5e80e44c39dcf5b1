import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ContentHash, recordFolder } from '../../../src/domain/ids.ts';
import type { Classification } from '../../../src/domain/record.ts';
import { reviewedImages } from '../../../src/pipeline/reviewed-images.ts';
import type { LeftOut, ReviewedImage } from '../../../src/train/dataset.ts';
import { makeRecord, type RecordSketch } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const ORIGIN = { backboneSha256: 'b'.repeat(64), preprocessing: 'squash224-aa-v1', dimensions: 3 };
const HUMAN = { label: 'Fibres', by: 'ann', at: '2024-05-17T10:00:00Z' };

/** Puts a record with an embedding into a REPO. */
function put(
  repo: string,
  sketch: RecordSketch,
  classification: Partial<Classification>,
  embedding?: number[],
): ContentHash {
  const draft = makeRecord({ ...sketch, artefacts: [] });
  const folder = join(repo, recordFolder(draft.id));
  mkdirSync(folder, { recursive: true });
  const bytes = Buffer.from(Float32Array.from(embedding ?? []).buffer);
  if (embedding) writeFileSync(join(folder, 'x.embedding.f32'), bytes);
  const artefact = {
    role: 'embedding' as const,
    path: 'x.embedding.f32',
    bytes: bytes.length,
    sha256: draft.id,
    mediaType: 'application/octet-stream',
  };
  const record = { ...draft, classification: { ...draft.classification, ...classification }, artefacts: [artefact] };
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
  return draft.id;
}

async function read(repo: string, original: (id: ContentHash) => Promise<string | undefined> = async () => undefined) {
  const found: (ReviewedImage | LeftOut)[] = [];
  const { signal } = new AbortController();
  for await (const one of reviewedImages({ repo, by: undefined, original, signal })) found.push(one);
  return found;
}

describe('the pictures of an archive whose label a person gave', () => {
  it('come with label, embedding, group and original; records without such a label do not', async () => {
    const repo = temporaryFolder();
    const more = { instrument: { id: 'gemini' }, acquisition: { acquiredAt: '2024-05-17T09:00:00' } };
    const id = put(repo, { name: '1.tif', ...more }, { human: HUMAN, embedding: ORIGIN }, [1, 2, 3]);
    put(repo, { name: '2.tif' }, { embedding: ORIGIN }, [4, 5, 6]);
    expect(await read(repo, async () => '/inbox/1.tif')).toEqual([
      {
        id,
        label: 'Fibres',
        group: 'gemini 2024-05-17',
        embedding: Float32Array.of(1, 2, 3),
        origin: ORIGIN,
        file: '/inbox/1.tif',
      },
    ]);
  });

  it('are all found among more records than are read at once', async () => {
    const repo = temporaryFolder();
    const ids = Array.from({ length: 21 }, (_, at) =>
      put(repo, { name: `${at}.tif` }, { human: HUMAN, embedding: ORIGIN }, [at, 0, 0]),
    );
    const found = await read(repo);
    expect(found.map((one) => ('id' in one ? one.id : ''))).toEqual(ids.toSorted());
  });

  it('are told of with the reason where the embedding or the record cannot be read', async () => {
    const repo = temporaryFolder();
    const absent = put(repo, { name: 'absent.tif' }, { human: HUMAN, embedding: ORIGIN });
    const short = put(repo, { name: 'short.tif' }, { human: HUMAN, embedding: ORIGIN }, [1, 2]);
    const broken = put(repo, { name: 'broken.tif' }, { human: HUMAN, embedding: ORIGIN }, [1, 2, 3]);
    writeFileSync(join(repo, recordFolder(broken), 'record.json'), '{');
    const found = await read(repo);
    const reasons = new Map(found.flatMap((one) => ('reason' in one ? [[one.file, one.reason] as const] : [])));
    expect(reasons.get(absent)).toContain('absent.tif has no embedding');
    expect(reasons.get(short)).toContain('short.tif has no embedding');
    expect(reasons.get(broken)).toContain('record.json cannot be read');
  });
});
