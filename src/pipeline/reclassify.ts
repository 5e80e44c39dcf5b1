import type { OpenHead } from '../classify/open-model.ts';
import { presentAnswer, withAnswer } from '../domain/classification.ts';
import type { Classification } from '../domain/record.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { Relabelling, Store } from '../store/store.ts';
import { labelUpdate } from './label-update.ts';
import type { Scored, ScoreRecords } from './score-records.ts';

export interface ReclassifyOptions {
  store: Store;
  /** The model that answers. */
  head: Pick<OpenHead, 'ref'>;
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
  const { store, head, score, only, signal, onProgress } = options;
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
  const pages = store.ledger.notBy(head.ref);
  for (let scored = take(); scored !== undefined && !signal.aborted; scored = ahead) {
    const page = await scored;
    ahead = take();
    await notePage(page, options, tally);
    onProgress?.(tally.records());
  }
  await ahead?.catch(() => undefined);
  return { ...tally.summary(), stopped: signal.aborted };
}

/** One transaction. Where somebody answered about a record meanwhile, it is answered again on top of that. */
async function notePage(page: readonly Scored[], options: ReclassifyOptions, tally: Tally): Promise<void> {
  const answered: { one: Scored; answer: Answer }[] = [];
  for (const one of page) answered.push({ one, answer: await answerOf(one, options) });
  const changes = answered.flatMap(({ answer }) => answer.change ?? []);
  const late = new Set<string>(options.dryRun === true ? [] : options.store.relabel(changes));
  for (const { one, answer } of answered) if (!late.has(one.id)) tally.add(answer);
  const again = page.filter(({ id }) => late.has(id));
  if (again.length > 0) await notePage(again, options, tally);
}

/** What becomes of a record: another answer, or why not; also then the ledger may have something to learn. */
type Answer = { change?: Relabelling } & ({ before: Classification; after: Classification } | { left: string });

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
    add: (answer: Answer): void => {
      records += 1;
      if ('left' in answer) {
        count(left, answer.left);
        return;
      }
      answered += 1;
      const [from, to] = [firstLabel(answer.before), firstLabel(answer.after)];
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
  { store, head: { ref }, meaningOf, indexedHere, now }: ReclassifyOptions,
): Promise<Answer> {
  const { id } = scored;
  if ('left' in scored) return scored;
  const { record, answer } = scored;
  const before = presentAnswer(record.classification, store.labelChanges.of([id]).get(id), now);
  const modelSha256 = ref.sha256;
  if (before.model?.sha256 === modelSha256) {
    return { left: 'it has the answer of this model', change: { id, modelSha256 } };
  }
  const after = withAnswer(before, answer, now);
  const update = indexedHere ? await labelUpdate({ ...record, classification: after }, meaningOf) : undefined;
  return { before, after, change: { id, classification: after, modelSha256, update } };
}
