import { rounded } from '../calibrate.ts';
import type { ClassFigures, ConfusedPair } from './training-report.ts';

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Precision and recall of each class; rows of `confusion` are the true classes. */
export function classFigures(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
  repeats: number,
): ClassFigures[] {
  return labels.map((label, at) => {
    const right = confusion[at]?.[at] ?? 0;
    const occurs = total(confusion[at] ?? []);
    const predicted = total(confusion.map((row) => row[at] ?? 0));
    return {
      label,
      n: rounded(occurs / repeats),
      ...(predicted > 0 && { precision: rounded(right / predicted) }),
      ...(occurs > 0 && { recall: rounded(right / occurs) }),
    };
  });
}

const PAIRS_MAX = 10;
/** Of ten images of two classes one is taken for the other: a tenth of the work of review comes from their border. */
const MERGE_SHARE = 0.1;
/** Fewer confused images may be accidents. */
const MERGE_IMAGES = 3;

/** The pairs of classes most often taken for each other, and whether to think of merging them. */
export function confusedPairs(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
  repeats: number,
): ConfusedPair[] {
  const answers = total(confusion.map(total));
  const right = total(confusion.map((row, at) => row[at] ?? 0));
  const pairs = labels.flatMap((first, a) =>
    labels.slice(a + 1).flatMap((second, offset) => {
      const b = a + 1 + offset;
      const [there, back] = [confusion[a]?.[b] ?? 0, confusion[b]?.[a] ?? 0];
      const confused = there + back;
      if (confused === 0) return [];
      const share = confused / (total(confusion[a] ?? []) + total(confusion[b] ?? []));
      return [
        {
          labels: [first, second] as [string, string],
          confused: [rounded(there / repeats), rounded(back / repeats)] as [number, number],
          share: rounded(share),
          mergedTop1: rounded((right + confused) / answers),
          suggestMerge: labels.length > 2 && share >= MERGE_SHARE && confused / repeats >= MERGE_IMAGES,
        },
      ];
    }),
  );
  return pairs.toSorted((a, b) => total(b.confused) - total(a.confused)).slice(0, PAIRS_MAX);
}
