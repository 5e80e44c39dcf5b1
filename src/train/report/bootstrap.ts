import { rounded } from '../calibrate.ts';
import type { Example } from '../dataset.ts';
import { bestScore, binOf, type Judged, ranking } from '../evaluate.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Interval, Intervals } from './training-report.ts';

/** A thousand give the ends of a 95 % interval to about a tenth of its width. */
const REPLICATES = 1000;
/** With fewer groups a resample is little more than one group or another: images are drawn then. */
const FEWEST_GROUPS = 5;
const BINS = 10;

export interface BootstrapOptions {
  classes: number;
  temperature: number;
  seed: number;
}

/** The figures of one answer that the metrics are sums of. */
interface Answers {
  label: Uint16Array;
  predicted: Uint16Array;
  score: Float64Array;
  bin: Uint8Array;
}

interface Figures {
  top1: number;
  macroF1: number;
  ece: number;
}

/**
 * Confidence intervals of 95 % by bootstrap. Images of one group resemble each other, so whole groups are drawn where
 * they are known and there are five or more (an image without one stands alone), else images, nearly identical ones together; the answers of all repeats about an image stay together.
 * `examples` are those that `judged[].at` counts.
 *
 * The percentiles are moved by the bootstrap's bias (mean of the replicates less the figure itself): a resample repeats
 * images, which makes its calibration error larger than that of the images it was drawn from. What another training or
 * another split would change is not in them.
 */
export function intervalsOf(
  judged: readonly Judged[],
  examples: readonly Example[],
  options: BootstrapOptions,
): Intervals {
  const answers = answersOf(judged, options.temperature);
  const { unit, members } = unitsOf(judged, examples);
  const measure = measureOf(answers, options.classes);
  const random = seededRandom(options.seed);
  const own = measure(members.flat());
  const replicates = Array.from({ length: REPLICATES }, () =>
    measure(members.flatMap(() => members[Math.floor(random() * members.length)] ?? [])),
  );
  const interval = (name: keyof Figures): Interval =>
    shiftedPercentiles(
      replicates.map((one) => one[name]),
      own[name],
    );
  return {
    unit,
    units: members.length,
    replicates: REPLICATES,
    top1: interval('top1'),
    macroF1: interval('macroF1'),
    ece: interval('ece'),
  };
}

function answersOf(judged: readonly Judged[], temperature: number): Answers {
  const score = Float64Array.from(judged, (one) => bestScore(one, temperature));
  return {
    label: Uint16Array.from(judged, ({ label }) => label),
    predicted: Uint16Array.from(judged, ({ logits }) => ranking(logits)[0] ?? 0),
    score,
    bin: Uint8Array.from(score, (value) => binOf(value, BINS)),
  };
}

/** Indices of the answers about each unit. */
function unitsOf(
  judged: readonly Judged[],
  examples: readonly Example[],
): Pick<Intervals, 'unit'> & { members: number[][] } {
  const collect = (nameOf: (one: Judged) => string | number): number[][] => {
    const members = new Map<string | number, number[]>();
    judged.forEach((one, at) => {
      const name = nameOf(one);
      const known = members.get(name);
      if (known === undefined) members.set(name, [at]);
      else known.push(at);
    });
    return [...members.values()];
  };
  if (judged.some(({ at }) => examples[at]?.group !== undefined)) {
    const groups = collect(({ at }) => examples[at]?.group ?? examples[at]?.family ?? at);
    if (groups.length >= FEWEST_GROUPS) return { unit: 'group', members: groups };
  }
  return { unit: 'image', members: collect(({ at }) => examples[at]?.family ?? at) };
}

/** Top-1, macro F1 (over the classes that occur) and calibration error of a list of answers. */
function measureOf({ label, predicted, score, bin }: Answers, classes: number): (drawn: readonly number[]) => Figures {
  const occurs = new Float64Array(classes);
  const given = new Float64Array(classes);
  const hits = new Float64Array(classes);
  const gap = new Float64Array(BINS);
  return (drawn) => {
    for (const sums of [occurs, given, hits, gap]) sums.fill(0);
    for (const at of drawn) {
      const truth = label[at] as number;
      const answer = predicted[at] as number;
      const isRight = truth === answer ? 1 : 0;
      occurs[truth] = (occurs[truth] as number) + 1;
      given[answer] = (given[answer] as number) + 1;
      hits[truth] = (hits[truth] as number) + isRight;
      const place = bin[at] as number;
      gap[place] = (gap[place] as number) + (score[at] as number) - isRight;
    }
    const present = [...occurs.keys()].filter((at) => (occurs[at] ?? 0) > 0);
    const f1 = present.map((at) => (2 * (hits[at] ?? 0)) / ((occurs[at] ?? 0) + (given[at] ?? 0)));
    return {
      top1: hits.reduce((a, b) => a + b, 0) / drawn.length,
      macroF1: f1.reduce((a, b) => a + b, 0) / present.length,
      ece: gap.reduce((sum, value) => sum + Math.abs(value), 0) / drawn.length,
    };
  };
}

function shiftedPercentiles(replicates: readonly number[], own: number): Interval {
  const sorted = replicates.toSorted((a, b) => a - b);
  const bias = sorted.reduce((a, b) => a + b, 0) / sorted.length - own;
  const at = (share: number): number => {
    const value = (sorted[Math.round(share * (sorted.length - 1))] ?? own) - bias;
    return rounded(Math.min(1, Math.max(0, value)));
  };
  return [at(0.025), at(0.975)];
}
