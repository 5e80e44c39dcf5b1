import { isLabelled, presentAnswer, withHumanLabel } from '../domain/classification.ts';
import { isIngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import { readRecord } from '../publish/read-record.ts';
import type { RecordMeaning } from '../search/meaning.ts';
import type { Relabelling, Store } from '../store/store.ts';
import type { LabelRequest } from './label-list.ts';
import { labelUpdate } from './label-update.ts';

/** What became of one request. */
export type LabelOutcome =
  | { record: string; id: ContentHash; label: string; state: 'labelled' | 'unchanged'; before?: string }
  | { record: string; label: string; state: 'refused'; reason: string };

export interface LabelTools {
  repo: string;
  store: Store;
  meaningOf: RecordMeaning;
  /** Records are found in the index of STATE; else their index follows with them. */
  indexedHere: boolean;
  now: Date;
  /** Say what would be done, and do nothing. */
  dryRun?: boolean;
}

const COMMITTED_AT_ONCE = 500;

/**
 * Notes what people say about records: at once in STATE and its index, and in each record as its next revision, when it
 * follows. Of two requests about one record the later counts. A request that names no record, or several, is refused, and
 * the others go on.
 */
export async function labelRecords(requests: readonly LabelRequest[], tools: LabelTools): Promise<LabelOutcome[]> {
  const named = resolveRecords(requests, tools.store);
  const outcomes: LabelOutcome[] = [];
  for (let from = 0; from < requests.length; from += COMMITTED_AT_ONCE) {
    outcomes.push(...(await labelPart(requests.slice(from, from + COMMITTED_AT_ONCE), named, tools)));
  }
  return outcomes;
}

/** One transaction. Where somebody else answered about a record meanwhile, what they said is read, and it is said again. */
async function labelPart(
  requests: readonly LabelRequest[],
  named: ReadonlyMap<string, string>,
  tools: LabelTools,
): Promise<LabelOutcome[]> {
  const changes = new Map<ContentHash, Relabelling>();
  const outcomes: LabelOutcome[] = [];
  for (const request of requests) {
    const { record, label } = request;
    const id = ContentHash.safeParse(named.get(record));
    outcomes.push(
      id.success
        ? await labelOne(id.data, request, changes, tools)
        : { record, label, state: 'refused', reason: named.get(record) ?? 'no record is known by it' },
    );
  }
  const late = new Set<string>(tools.dryRun === true ? [] : tools.store.relabel([...changes.values()]));
  if (late.size === 0) return outcomes;
  const again = requests.filter(({ record }) => late.has(named.get(record) ?? ''));
  const later = (await labelPart(again, named, tools)).values();
  return outcomes.map((one) => ('id' in one && late.has(one.id) ? (later.next().value ?? one) : one));
}

async function labelOne(
  id: ContentHash,
  { record, label, by, at }: LabelRequest,
  changes: Map<ContentHash, Relabelling>,
  { repo, store, meaningOf, indexedHere, now }: LabelTools,
): Promise<LabelOutcome> {
  try {
    const stored = await readRecord(repo, id);
    if (!stored) return { record, label, state: 'refused', reason: 'REPO holds no such record' };
    const waiting = changes.get(id)?.classification ?? store.labelChanges.of([id]).get(id);
    const before = presentAnswer(stored.record.classification, waiting, now);
    if (isLabelled(before, label)) return { record, id, label, state: 'unchanged' };
    const human = { label, at: at ?? now.toISOString(), ...(by !== undefined && { by }) };
    const classification = withHumanLabel(before, human, now);
    const update = indexedHere ? await labelUpdate({ ...stored.record, classification }, meaningOf) : undefined;
    changes.set(id, { id, classification, update });
    const shown = before.human?.label ?? before.labels.find(({ rank }) => rank === 1)?.label;
    return { record, id, label, state: 'labelled', ...(shown !== undefined && { before: shown }) };
  } catch (error) {
    if (!isIngestError(error, 'publish/folder', 'publish/withdrawn')) throw error;
    return { record, label, state: 'refused', reason: error.message };
  }
}

/** The id that each name means, or why it means none. */
function resolveRecords(requests: readonly LabelRequest[], { ledger }: Store): Map<string, string> {
  const names = [...new Set(requests.map(({ record }) => record))];
  const resolved = new Map<string, string>();
  const others: string[] = [];
  for (const name of names) {
    const hex = name.toLowerCase();
    if (ContentHash.safeParse(hex).success) resolved.set(name, hex);
    else others.push(name);
  }
  for (const [name, ids] of ledger.named(others)) {
    if (ids.length === 1 && ids[0] !== undefined) resolved.set(name, ids[0]);
    else if (ids.length > 1)
      resolved.set(name, `it names ${ids.length} records, among them ${ids.slice(0, 2).join(' and ')}`);
  }
  return resolved;
}
