import type { ModelFolder } from '../classify/model-folder.ts';
import { openHead } from '../classify/open-model.ts';
import { confusionMatrix, type Judged, macroF1, topAccuracy } from './evaluate.ts';
import { comparePaired, type PairedDifference } from './paired-answers.ts';
import type { TestImage } from './shared-test-list.ts';

/** A model, and what is known of the images that are to judge it. */
export interface Contender {
  model: ModelFolder;
  /** Content hashes that it was trained on; undefined where the model does not say. */
  trainedOn: ReadonlySet<string> | undefined;
  /** Embeddings of its backbone by content hash. */
  embeddings: ReadonlyMap<string, Float32Array>;
}

/** Two of something: of the first model, and of the second. */
type Pair<Value> = [Value, Value];

export interface SharedFigures {
  top1: Pair<number>;
  top2: Pair<number>;
  macroF1: Pair<number>;
  paired: PairedDifference;
  perClass: { label: string; n: number; right: Pair<number> }[];
}

export interface ModelComparison {
  /** Images that judged both models. */
  n: number;
  /** Images of the shared list that did not: one of the models was trained on them, does not know their label, or there is no embedding of its backbone. */
  leftOut: { trainedOn: number; unknownLabel: number; missing: number };
  /** There where `n` is above 0. */
  figures?: SharedFigures;
}

/** Images that can judge both models, as far as it does not need an embedding to tell, and how many cannot. */
export function judgesOf(
  images: readonly TestImage[],
  contenders: Pair<Omit<Contender, 'embeddings'>>,
): { judges: TestImage[]; trainedOn: number; unknownLabel: number } {
  const unseen = images.filter(({ sha256 }) => !contenders.some(({ trainedOn }) => trainedOn?.has(sha256)));
  const labels = contenders.map(({ model }) => new Set(model.manifest.labels));
  const judges = unseen.filter(({ label }) => labels.every((known) => known.has(label)));
  return { judges, trainedOn: images.length - unseen.length, unknownLabel: unseen.length - judges.length };
}

/**
 * Judges two models on the images of the shared list that neither was trained on and whose label both know, from stored
 * embeddings: no pixel is read.
 */
export function compareModels(images: readonly TestImage[], contenders: Pair<Contender>): ModelComparison {
  const { judges, trainedOn, unknownLabel } = judgesOf(images, contenders);
  const judged = judges.filter(({ sha256 }) => contenders.every(({ embeddings }) => embeddings.has(sha256)));
  const leftOut = { trainedOn, unknownLabel, missing: judges.length - judged.length };
  if (judged.length === 0) return { n: 0, leftOut };
  const labels = [...new Set(judged.map(({ label }) => label))].toSorted();
  const [first, second] = [judge(contenders[0], judged), judge(contenders[1], judged)];
  const right: Pair<boolean[]> = [rightOf(first), rightOf(second)];
  const figures: SharedFigures = {
    top1: [topAccuracy(first, 1), topAccuracy(second, 1)],
    top2: [topAccuracy(first, 2), topAccuracy(second, 2)],
    macroF1: [macroF1Of(contenders[0], first), macroF1Of(contenders[1], second)],
    paired: comparePaired({ first: right[0], second: right[1] }),
    perClass: labels.map((label) => {
      const rightIn = (answers: boolean[]): number =>
        answers.filter((is, at) => is && judged[at]?.label === label).length;
      return {
        label,
        n: judged.filter((image) => image.label === label).length,
        right: [rightIn(right[0]), rightIn(right[1])],
      };
    }),
  };
  return { n: judged.length, leftOut, figures };
}

function judge({ model, embeddings }: Contender, images: readonly TestImage[]): Judged[] {
  const { score, manifest } = openHead(model);
  return images.map(({ sha256, label }, at) => ({
    at,
    label: manifest.labels.indexOf(label),
    // Scores keep the order of logits, which is all that is asked here.
    logits: score(embeddings.get(sha256) ?? new Float32Array(0)),
    similarity: 1,
  }));
}

function rightOf(judged: readonly Judged[]): boolean[] {
  return judged.map((one) => topAccuracy([one], 1) === 1);
}

function macroF1Of({ model }: Contender, judged: readonly Judged[]): number {
  return macroF1(confusionMatrix(judged, model.manifest.labels.length));
}

/** What a comparison says about putting the second model in the place of the first. */
export type PromotionVerdict = 'not-worse' | 'worse' | 'too-few' | 'not-comparable';

/** Of fewer images even a large difference may be chance. */
export const FEWEST_JUDGES = 20;

/**
 * `worse`: its share of right first labels is lower by more than the 95 % interval allows. `not-comparable`: there would
 * be images enough, but their embeddings are missing.
 */
export function verdictOn({ n, leftOut, figures }: ModelComparison): PromotionVerdict {
  if (n < FEWEST_JUDGES) return n + leftOut.missing < FEWEST_JUDGES ? 'too-few' : 'not-comparable';
  return (figures?.paired.high ?? 0) < 0 ? 'worse' : 'not-worse';
}
