import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { classifyEmbedding } from '../classify/classify-batch.ts';
import type { OpenHead } from '../classify/open-model.ts';
import { isSameOrigin } from '../domain/classification.ts';
import { errorMessage, isIngestError } from '../domain/errors.ts';
import { type ContentHash, recordFolder } from '../domain/ids.ts';
import { type Classification, MicrographRecord } from '../domain/record.ts';
import { embeddingOf, parseRecordAs } from '../publish/read-record.ts';

/** Of a record what is needed to answer about it: the header, which is the most of it, is not looked at. */
const ScoredRecord = z.object(
  MicrographRecord.pick({
    id: true,
    source: true,
    acquisition: true,
    user: true,
    classification: true,
    artefacts: true,
  }).shape,
);
export type ScoredRecord = z.infer<typeof ScoredRecord>;

/** What a head says of a record in REPO, or why it says nothing. */
export type Scored =
  | { id: ContentHash; record: ScoredRecord; answer: Classification }
  | { id: ContentHash; left: string };

export type ScoreRecords = (ids: readonly ContentHash[]) => Promise<Scored[]>;

/**
 * Scores records by the embeddings that lie beside them, one answer an id, in order. Files are read one after the other and
 * at once: whoever wants several at a time has several threads.
 */
export function createScorer(repo: string, head: OpenHead): ScoreRecords {
  return async (ids) => ids.map((id) => scoreOne(repo, head, id));
}

function scoreOne(repo: string, head: OpenHead, id: ContentHash): Scored {
  const folder = join(repo, recordFolder(id));
  try {
    const record = parseRecordAs(ScoredRecord, readFileSync(join(folder, 'record.json'), 'utf8'), folder);
    const { embedding: origin } = record.classification;
    if (origin === undefined) return { id, left: 'it has no embedding: the picture was not classified' };
    if (!isSameOrigin(origin, head.embeddingOrigin)) {
      return { id, left: 'its embedding is of another network: reprocess --stage classify answers from the picture' };
    }
    const vector = embeddingIn(folder, record);
    if (vector === undefined) return { id, left: 'the file of its embedding is missing or damaged' };
    return { id, record, answer: classifyEmbedding(vector, head) };
  } catch (error) {
    return { id, left: whyUnread(error) };
  }
}

function embeddingIn(folder: string, { artefacts }: ScoredRecord): Float32Array | undefined {
  const artefact = artefacts.find(({ role }) => role === 'embedding');
  if (!artefact) return undefined;
  try {
    const bytes = readFileSync(join(folder, artefact.path));
    return bytes.length === artefact.bytes && bytes.length % 4 === 0 ? embeddingOf(bytes) : undefined;
  } catch {
    return undefined;
  }
}

function whyUnread(error: unknown): string {
  if (isIngestError(error, 'publish/withdrawn')) return 'it was withdrawn';
  if (isIngestError(error)) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'REPO holds no such record';
  if (code === undefined) throw error;
  return `its record.json cannot be read: ${errorMessage(error)}`;
}
