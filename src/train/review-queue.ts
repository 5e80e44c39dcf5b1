import type { Label } from '../domain/record.ts';

/** A picture without a person's label, as the model sees it. */
export interface Candidate {
  id: string;
  /** Of its file, for people. */
  name: string;
  /** Calibrated, best first; the first two count. */
  labels: readonly Label[];
  /** Cosine to the nearest training image; undefined where the model has no outlier guard. */
  similarity: number | undefined;
  /** Its embedding, standardised by the model, with length 1. */
  unit: Float32Array;
}

/** A picture worth a person's label, and why. */
export interface QueueEntry {
  kind: 'uncertain' | 'new';
  id: string;
  name: string;
  labels: readonly Label[];
  /** Between the first two scores. */
  margin: number;
  similarity?: number;
  /** `new`: pictures of its kind that resemble no training image, itself among them, of the 2,000 least like any. */
  alike?: number;
  reason: string;
}

export interface QueueOptions {
  /** Entries asked for. */
  limit: number;
  /** Similarity below which a picture resembles no training image; undefined without an outlier guard. */
  outlierBelow: number | undefined;
}

/** Collects the candidates of an archive in bounded memory. */
export interface ReviewPool {
  offer(candidate: Candidate): void;
  queue(): QueueEntry[];
}

/** 2,000 candidates of 1,280 numbers are 10 MB, and one pass over them 3 million products. */
const POOL_MAX = 2000;

/**
 * What to label next, of any number of candidates: the least sure (by the margin of the first two scores) and the least
 * like the training images are kept, 2,000 of each at most. In turn come a picture from the middle of each kind that
 * resembles no training image, the largest kind first, and unsure pictures spread over the embeddings (k-centre, farthest
 * first): each is the one for which doubt (1 - margin) times unlikeness to all that were chosen before is largest. The same candidates give the same queue in any order.
 */
export function createReviewPool({ limit, outlierBelow }: QueueOptions): ReviewPool {
  const unsure = createBest(POOL_MAX, marginOf);
  const strange = createBest(POOL_MAX, ({ similarity = 1 }) => similarity);
  let strangers = 0;
  return {
    offer(candidate) {
      if (isStrange(candidate, outlierBelow)) {
        strange.offer(candidate);
        strangers += 1;
      } else unsure.offer(candidate);
    },
    queue() {
      const kinds = kindsOf(strange.sorted(), outlierBelow ?? 1);
      return choose(kinds, unsure.sorted(), { limit, outlierBelow, isCut: strangers > POOL_MAX });
    },
  };
}

function isStrange({ similarity }: Candidate, outlierBelow: number | undefined): boolean {
  return similarity !== undefined && outlierBelow !== undefined && similarity < outlierBelow;
}

function marginOf({ labels }: Candidate): number {
  return (labels[0]?.score ?? 0) - (labels[1]?.score ?? 0);
}

interface Best {
  offer(candidate: Candidate): void;
  sorted(): Candidate[];
}

/** Keeps the `most` candidates of the smallest `rank`; sorts when twice as many have come. */
function createBest(most: number, rank: (candidate: Candidate) => number): Best {
  let kept: { candidate: Candidate; rank: number }[] = [];
  const trim = (): void => {
    kept = kept.toSorted((a, b) => a.rank - b.rank || (a.candidate.id < b.candidate.id ? -1 : 1)).slice(0, most);
  };
  return {
    offer(candidate) {
      kept.push({ candidate, rank: rank(candidate) });
      if (kept.length >= 2 * most) trim();
    },
    sorted() {
      trim();
      return kept.map(({ candidate }) => candidate);
    },
  };
}

/**
 * Pictures that resemble no training image, dealt into kinds: each joins the first kind whose first picture it resembles
 * as much as the guard asks of a training image, or begins one.
 */
function kindsOf(strange: readonly Candidate[], likeness: number): Candidate[][] {
  const kinds: Candidate[][] = [];
  for (const candidate of strange) {
    const kind = kinds.find(([first]) => first !== undefined && cosine(first.unit, candidate.unit) >= likeness);
    if (kind === undefined) kinds.push([candidate]);
    else kind.push(candidate);
  }
  return kinds.toSorted((a, b) => b.length - a.length);
}

function choose(
  kinds: readonly Candidate[][],
  unsure: readonly Candidate[],
  { limit, outlierBelow, isCut }: QueueOptions & { isCut: boolean },
): QueueEntry[] {
  const entries: QueueEntry[] = [];
  /** Of each unsure picture: the cosine to the most similar chosen one. */
  const nearest = unsure.map(() => -1);
  const doubts = unsure.map((candidate) => 1 - marginOf(candidate));
  const left = new Set(unsure.keys());
  const note = ({ unit }: Candidate): void => {
    for (const at of left) {
      const other = unsure[at];
      if (other !== undefined) nearest[at] = Math.max(nearest[at] ?? -1, cosine(unit, other.unit));
    }
  };
  const waiting = [...kinds];
  while (entries.length < limit && (waiting.length > 0 || left.size > 0)) {
    const kind = waiting.shift();
    if (kind !== undefined) {
      const middle = middleOf(kind);
      entries.push(newEntry(middle, kind.length, outlierBelow ?? 1, isCut));
      note(middle);
    }
    if (entries.length >= limit) break;
    const at = farthest(left, nearest, doubts);
    const candidate = at === undefined ? undefined : unsure[at];
    if (at === undefined || candidate === undefined) continue;
    left.delete(at);
    entries.push(unsureEntry(candidate, entries.length === 0 ? undefined : nearest[at]));
    note(candidate);
  }
  return entries;
}

/** The most doubtful and least like the chosen ones; while nothing is chosen the least sure one. */
function farthest(
  left: ReadonlySet<number>,
  nearest: readonly number[],
  doubts: readonly number[],
): number | undefined {
  const worth = (at: number): number => (1 - (nearest[at] ?? 0)) * (doubts[at] ?? 0);
  let best: number | undefined;
  for (const at of left) if (best === undefined || worth(at) > worth(best)) best = at;
  return best;
}

/** The picture most like the mean of its kind. */
function middleOf(kind: readonly Candidate[]): Candidate {
  const [first] = kind as [Candidate, ...Candidate[]];
  const mean = new Float32Array(first.unit.length);
  for (const { unit } of kind) {
    for (let d = 0; d < mean.length; d += 1) mean[d] = (mean[d] as number) + (unit[d] as number);
  }
  return kind.reduce((best, one) => (cosine(mean, one.unit) > cosine(mean, best.unit) ? one : best), first);
}

function newEntry(candidate: Candidate, alike: number, outlierBelow: number, isCut: boolean): QueueEntry {
  const { id, name, labels, similarity = 0 } = candidate;
  const far = `similarity ${similarity.toFixed(2)}, limit ${outlierBelow.toFixed(2)}`;
  const reason =
    alike === 1
      ? `It resembles no training image (${far}), and no other such picture.`
      : `One of ${alike}${isCut ? ' or more' : ''} pictures of a kind that resembles no training image (${far}).`;
  return {
    kind: 'new',
    id,
    name,
    labels,
    margin: rounded(marginOf(candidate)),
    similarity: rounded(similarity),
    alike,
    reason,
  };
}

function unsureEntry(candidate: Candidate, nearest: number | undefined): QueueEntry {
  const { id, name, labels, similarity } = candidate;
  const margin = rounded(marginOf(candidate));
  const [best, second] = labels.map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  const apart = `${best} or ${second ?? 'nothing'}: ${margin.toFixed(2)} apart`;
  const spread = nearest === undefined ? '' : `; likeness to the pictures above at most ${nearest.toFixed(2)}`;
  const reason = `${apart}${spread}.`;
  return {
    kind: 'uncertain',
    id,
    name,
    labels,
    margin,
    ...(similarity !== undefined && { similarity: rounded(similarity) }),
    reason,
  };
}

/** As scores are written. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}

/** Of unit vectors. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d += 1) sum += (a[d] as number) * (b[d] as number);
  return sum;
}
