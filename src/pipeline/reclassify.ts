import type { OpenHead } from '../classify/open-model.ts';
import { withAnswer } from '../domain/classification.ts';
import type { Classification } from '../domain/record.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { Relabelling, Store } from '../store/store.ts';
import { labelUpdate } from './label-update.ts';
import type { Scored, ScoreRecords } from './score-records.ts';

export interface ReclassifyOptions {
  store: Store;
  /** The model that answers. */
  head: Pick<OpenHead, 'sha256'>;
  /** Its answers. */
  score: ScoreRecords;
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

/**
 * Applies a model's head to the records of the ledger that another model answered about, from the embeddings that lie
 * beside them: no pixel is read. STATE and its index have the answers at once, page by page; the records follow. Interrupted,
 * the next call goes on; repeated, it does nothing. A person's label stands.
 */
export async function reclassify(options: ReclassifyOptions): Promise<ReclassifySummary> {
  const { store, head, score, only, dryRun, signal, onProgress } = options;
  const tally = createTally();
  // While a page is noted, the next is scored.
  let ahead: Promise<Scored[]> | undefined;
  const take = (): Promise<Scored[]> | undefined => {
    const page = pages.next();
    const ids = page.done ? undefined : page.value.filter((id) => only?.has(id) ?? true);
    const scored = ids && score(ids);
    // Met in its turn; until then its failure is not unhandled.
    scored?.catch(() => undefined);
    return scored;
  };
  const pages = store.ledger.notBy(head.sha256);
  for (let scored = take(); scored !== undefined && !signal.aborted; scored = ahead) {
    const page = await scored;
    ahead = take();
    const answers: (Relabelling | undefined)[] = [];
    for (const one of page) answers.push(await answerOf(one, options, tally));
    if (dryRun !== true) store.relabel(answers.filter((answer) => answer !== undefined));
    onProgress?.(tally.records());
  }
  await ahead?.catch(() => undefined);
  return { ...tally.summary(), stopped: signal.aborted };
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const left = new Map<string, number>();
  const moved = new Map<string, number>();
  let answered = 0;
  let records = 0;
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

async function answerOf(
  scored: Scored,
  { store, head, meaningOf, indexedHere, now }: ReclassifyOptions,
  tally: Tally,
): Promise<Relabelling | undefined> {
  const { id } = scored;
  if ('left' in scored) return tally.leave(scored.left);
  const { record, answer } = scored;
  const before = store.labelChanges.of([id]).get(id) ?? record.classification;
  if (before.model?.sha256 === head.sha256) {
    tally.leave('it has the answer of this model');
    return { id, modelSha256: head.sha256 };
  }
  const classification = withAnswer(before, answer, now);
  tally.answer(before, classification);
  const update = indexedHere ? await labelUpdate({ ...record, classification }, meaningOf) : undefined;
  return { id, classification, modelSha256: head.sha256, update };
}
