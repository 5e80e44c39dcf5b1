import { seededRandom } from './seeded-random.ts';

/** Whether two models were right about the same images, one entry an image. */
export interface PairedAnswers {
  first: readonly boolean[];
  second: readonly boolean[];
}

export interface PairedDifference {
  /** Share of right answers of the second less that of the first. */
  difference: number;
  /** Paired bootstrap interval of the difference, 95 %. */
  low: number;
  high: number;
  /** Images that only one of them got right. */
  onlyFirst: number;
  onlySecond: number;
  /** Exact two-sided p of McNemar's test on these. */
  p: number;
}

const RESAMPLES = 2000;
const TAIL = 0.025;
const SEED = 1;

/** How different two models are on the same images; the same answers give the same figures. At least one image. */
export function comparePaired({ first, second }: PairedAnswers): PairedDifference {
  const steps = first.map((right, at) => Number(second[at]) - Number(right));
  const onlyFirst = steps.filter((step) => step < 0).length;
  const onlySecond = steps.filter((step) => step > 0).length;
  const sorted = resampledMeans(steps).toSorted();
  return {
    difference: (onlySecond - onlyFirst) / steps.length,
    low: sorted[Math.floor(TAIL * (RESAMPLES - 1))] ?? 0,
    high: sorted[Math.ceil((1 - TAIL) * (RESAMPLES - 1))] ?? 0,
    onlyFirst,
    onlySecond,
    p: mcNemar(onlyFirst, onlySecond),
  };
}

function resampledMeans(steps: readonly number[]): Float64Array {
  const random = seededRandom(SEED);
  const count = steps.length;
  return Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn += 1) sum += steps[Math.floor(random() * count)] ?? 0;
    return sum / count;
  });
}

/** Of `a + b` fair throws, how likely a split as uneven as this is, or more. */
function mcNemar(a: number, b: number): number {
  const throws = a + b;
  let likelihood = 0;
  for (let k = 0; k <= Math.min(a, b); k += 1) likelihood += Math.exp(logChoose(throws, k) - throws * Math.LN2);
  return Math.min(1, 2 * likelihood);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i += 1) sum += Math.log((n - k + i) / i);
  return sum;
}
