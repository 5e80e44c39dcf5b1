import { classifyEmbedding } from '../classify/classify-batch.ts';
import type { OpenHead } from '../classify/open-model.ts';
import { withAnswer } from '../domain/classification.ts';
import { isIngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import type { Classification, EmbeddingOrigin } from '../domain/record.ts';
import { readEmbedding, readRecord, type StoredRecord } from '../publish/read-record.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { Relabelling, Store } from '../store/store.ts';
import { labelUpdate } from './label-update.ts';

export interface ReclassifyOptions {
  repo: string;
  store: Store;
  head: OpenHead;
  meaningOf: RecordMeaning;
  /** Records are found in the index of STATE; else their index follows with them. */
  indexedHere: boolean;
  /** None but these. */
  only?: ReadonlySet<string>;
  dryRun?: boolean;
  now: Date;
  signal: AbortSignal;
  onProgress?: (records: number) => void;
}

export interface ReclassifySummary {
  /** Records that have the new model's answer now, or would have it. */
  answered: number;
  /** Of those: how many went from one first label to another; "" where there was none. */
  moved: { from: string; to: string; records: number }[];
  /** Records that stay as they are, by reason. */
  left: { reason: string; records: number }[];
  /** True when it was stopped before its end. */
  stopped: boolean;
}

/** Records read ahead: enough to hide the wait of a disk or a network share. */
const READ_AT_ONCE = 16;

/**
 * Applies a model's head to the records of the ledger that another model answered about, from the embeddings that lie
 * beside them: no pixel is read. STATE and its index have the answers at once, page by page; the records follow. Interrupted,
 * the next call goes on; repeated, it does nothing. A person's label stands.
 */
export async function reclassify(options: ReclassifyOptions): Promise<ReclassifySummary> {
  const { store, head, only, dryRun, signal, onProgress } = options;
  const tally = createTally();
  for (const page of store.ledger.notBy(head.sha256)) {
    const ids = only ? page.filter((id) => only.has(id)) : page;
    const changes: Relabelling[] = [];
    for (let start = 0; start < ids.length && !signal.aborted; start += READ_AT_ONCE) {
      const group = ids.slice(start, start + READ_AT_ONCE);
      const answers = await Promise.all(group.map((id) => answerAbout(id, options, tally)));
      changes.push(...answers.filter((answer) => answer !== undefined));
    }
    if (dryRun !== true) store.relabel(changes);
    onProgress?.(tally.records());
    if (signal.aborted) break;
  }
  return { ...tally.summary(), stopped: signal.aborted };
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const left = new Map<string, number>();
  const moved = new Map<string, number>();
  let answered = 0;
  let records = 0;
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  return {
    leave: (reason: string): undefined => {
      records += 1;
      count(left, reason);
      return undefined;
    },
    answer: (before: Classification, after: Classification): void => {
      records += 1;
      answered += 1;
      const [from, to] = [firstLabel(before), firstLabel(after)];
      if (from !== to) count(moved, JSON.stringify([from, to]));
    },
    records: () => records,
    summary: () => ({
      answered,
      moved: [...moved]
        .map(([key, n]) => {
          const [from = '', to = ''] = JSON.parse(key) as string[];
          return { from, to, records: n };
        })
        .toSorted((a, b) => b.records - a.records),
      left: [...left].map(([reason, n]) => ({ reason, records: n })).toSorted((a, b) => b.records - a.records),
    }),
  };
}

function firstLabel({ labels }: Classification): string {
  return labels.find(({ rank }) => rank === 1)?.label ?? '';
}

async function answerAbout(
  id: ContentHash,
  { repo, store, head, meaningOf, indexedHere, now }: ReclassifyOptions,
  tally: Tally,
): Promise<Relabelling | undefined> {
  const stored = await readStored(repo, id, tally);
  if (!stored) return undefined;
  const before = store.labelChanges.of([id]).get(id) ?? stored.record.classification;
  if (before.model?.sha256 === head.sha256) {
    tally.leave('it has the answer of this model');
    return { id, modelSha256: head.sha256 };
  }
  const { embedding: origin } = stored.record.classification;
  if (origin === undefined) return tally.leave('it has no embedding: the picture was not classified');
  if (!isComparable(origin, head.embeddingOrigin)) {
    return tally.leave('its embedding is of another network: reprocess --stage classify answers from the picture');
  }
  const vector = await readEmbedding(stored);
  if (vector === undefined) return tally.leave('the file of its embedding is missing or damaged');
  const classification = withAnswer(before, classifyEmbedding(vector, head), now);
  tally.answer(before, classification);
  const update = indexedHere ? await labelUpdate({ ...stored.record, classification }, meaningOf) : undefined;
  return { id, classification, modelSha256: head.sha256, update };
}

async function readStored(repo: string, id: ContentHash, tally: Tally): Promise<StoredRecord | undefined> {
  try {
    return (await readRecord(repo, id)) ?? tally.leave('REPO holds no such record');
  } catch (error) {
    if (isIngestError(error, 'publish/withdrawn')) return tally.leave('it was withdrawn');
    if (isIngestError(error, 'publish/folder')) return tally.leave(error.message);
    throw error;
  }
}

function isComparable(a: EmbeddingOrigin, b: EmbeddingOrigin): boolean {
  return a.backboneSha256 === b.backboneSha256 && a.preprocessing === b.preprocessing && a.dimensions === b.dimensions;
}
