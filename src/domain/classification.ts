import type { Classification, EmbeddingOrigin, HumanLabel, Label, PastClassification } from './record.ts';

/** What a model says about a picture. */
export type MachineAnswer = Pick<Classification, 'model' | 'embedding' | 'labels' | 'decision' | 'reason'>;

/** Labels that a record shows and is found by. */
const TOP = 5;
/** Earlier answers that a record keeps; of more the oldest go, so that a record that is labelled daily stays small. */
const KEPT = 20;

/**
 * The labels that count: a person's first, with score 1, because nobody calibrates people; then the model's, five in all.
 */
export function effectiveLabels({ labels, human }: Pick<Classification, 'labels' | 'human'>): Label[] {
  if (human === undefined) return [...labels];
  const others = labels.filter(({ label }) => label !== human.label).toSorted((a, b) => a.rank - b.rank);
  return [{ label: human.label, score: 1, rank: 1 }, ...others.slice(0, TOP - 1)].map((label, at) => ({
    ...label,
    rank: at + 1,
  }));
}

/** The classification after a model answered again: a person's label stands, the answer before goes into the history. */
export function withAnswer(before: Classification, answer: MachineAnswer, now: Date): Classification {
  const { human } = before;
  return {
    ...answer,
    ...(human && { human, ...verdictOf(human) }),
    ...after(before, now),
  };
}

/**
 * What a record that is made anew says: the same answer of the same model keeps its revision, another one goes on from
 * there, and a person's label stands.
 */
export function renewed(before: Classification, answer: MachineAnswer, now: Date): Classification {
  const isSame =
    before.model?.sha256 === answer.model?.sha256 && JSON.stringify(before.labels) === JSON.stringify(answer.labels);
  if (!isSame) return withAnswer(before, answer, now);
  const { human, revision, history } = before;
  return {
    ...answer,
    ...(human && { human, ...verdictOf(human) }),
    ...(revision !== undefined && { revision }),
    ...(history && { history }),
  };
}

/**
 * What a record says when it follows an answer that waited in STATE; undefined where it has caught up. A record that was
 * made anew meanwhile keeps its own answer, and takes what a person said; what a person said of it gives way only to an
 * answer that knows of it.
 */
export function followed(record: Classification, waiting: Classification, now: Date): Classification | undefined {
  const { human } = waiting;
  if (record.human && !knowsOf(waiting, record.human)) return undefined;
  if (labelRevision(record) < labelRevision(waiting)) return waiting;
  return human === undefined || human.at === record.human?.at ? undefined : withHumanLabel(record, human, now);
}

/**
 * What is said of a record now: by what waits for it in STATE where the record is to follow that, else by itself. Its
 * revision is that of neither less, so that the next answer is newer than both.
 */
export function presentAnswer(record: Classification, waiting: Classification | undefined, now: Date): Classification {
  if (waiting === undefined) return record;
  const present = followed(record, waiting, now) ?? record;
  return labelRevision(present) < labelRevision(waiting) ? { ...present, revision: labelRevision(waiting) } : present;
}

/** Whether an answer keeps or remembers what a person said, or is a later word of a person. */
function knowsOf({ human, history = [] }: Classification, said: HumanLabel): boolean {
  return (human !== undefined && human.at >= said.at) || history.some((past) => past.human?.at === said.at);
}

/** The classification after a person said what the picture shows; an earlier person's label goes into the history. */
export function withHumanLabel(before: Classification, human: HumanLabel, now: Date): Classification {
  const { model, embedding, labels } = before;
  return {
    ...(model && { model }),
    ...(embedding && { embedding }),
    labels,
    human,
    ...verdictOf(human),
    ...after(before, now),
  };
}

/** Whether embeddings may be compared: those of one network after one preprocessing. */
export function isSameOrigin(a: Omit<EmbeddingOrigin, 'dimensions'>, b: Omit<EmbeddingOrigin, 'dimensions'>): boolean {
  return a.backboneSha256 === b.backboneSha256 && a.preprocessing === b.preprocessing;
}

/** True where a person says the same as before, whoever it was. */
export function isLabelled(classification: Classification, label: string): boolean {
  return classification.human?.label === label;
}

/** The revision of the labels; records made before there were revisions are at 1. */
export function labelRevision({ revision = 1 }: Classification): number {
  return revision;
}

function verdictOf({ label, by, at }: HumanLabel): Pick<Classification, 'decision' | 'reason'> {
  const who = by === undefined ? 'a person' : by;
  return { decision: 'accepted', reason: `${label}, said by ${who} on ${at.slice(0, 10)}.` };
}

function after(before: Classification, now: Date): Required<Pick<Classification, 'revision' | 'history'>> {
  const { model, labels, decision, human, history = [] } = before;
  const past: PastClassification = {
    ...(model && { model }),
    labels,
    decision,
    ...(human && { human }),
    until: now.toISOString(),
  };
  return { revision: labelRevision(before) + 1, history: [...history, past].slice(-KEPT) };
}
